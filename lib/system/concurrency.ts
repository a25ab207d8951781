/** A limit on what runs at the same time: the system limits open files and sockets. */

/** Runs at most `width` functions at the same time; the others wait in order. */
export function limitConcurrency(width: number): <T>(act: () => Promise<T>) => Promise<T> {
  let free = Math.max(1, width)
  const waiting: (() => void)[] = []
  return async act => {
    if (free > 0) free -= 1
    else await new Promise<void>(start => waiting.push(start))
    try {
      return await act()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

/** Reading more files together is not faster, and a process may have few descriptors. */
const WIDTH = 8

/** Maps items, some at the same time; the results are in the order of the items. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const limited = limitConcurrency(WIDTH)
  return await Promise.all(items.map((item, index) => limited(() => act(item, index))))
}
