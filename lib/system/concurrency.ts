/** So many at the same time, and no more: files and sockets are counted by the system. */

/** Lets `width` acts run at the same time, the others wait in line. */
export function limitConcurrency(width: number): <T>(act: () => Promise<T>) => Promise<T> {
  let free = Math.max(1, width)
  const line: (() => void)[] = []
  return async act => {
    if (free > 0) free -= 1
    else await new Promise<void>(go => line.push(go))
    try {
      return await act()
    } finally {
      const next = line.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

/** How many files are looked at together: more are no faster, and a process may be allowed to open few. */
const FILES = 8

/** Does the same for each, some together; the results in their order. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  act: (item: T, nth: number) => Promise<R>,
): Promise<R[]> {
  const inTurn = limitConcurrency(FILES)
  return await Promise.all(items.map((item, nth) => inTurn(() => act(item, nth))))
}
