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
  const results = new Array<R>(items.length)
  // Each takes the next item when it is done with one: a queue of all items costs more than the work.
  const entries = items.entries()
  const work = async () => {
    for (const [index, item] of entries) results[index] = await act(item, index)
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
  return results
}
