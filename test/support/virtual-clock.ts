/** A clock that many simulated programs share: it advances to the next moment at which one of them is due. */
export interface VirtualClock {
  now(): number
  /** Calls `act` at that time, or at the next moment if it is past. Returns a function that cancels it. */
  at(time: number, act: () => void): () => void
  /** Lets time pass. */
  run(until: number): Promise<void>
}

interface Due {
  readonly time: number
  act: (() => void) | undefined
}

export function openVirtualClock(): VirtualClock {
  let now = 0
  const queue: Due[] = []
  return {
    now: () => now,
    at: (time, act) => {
      const due: Due = { time: Math.max(now, time), act }
      insert(queue, due)
      return () => {
        due.act = undefined
      }
    },
    run: async until => {
      for (let next = takeFirst(queue, until); next !== undefined; next = takeFirst(queue, until)) {
        if (next.act === undefined) continue
        now = next.time
        next.act()
        // Everything that waits for this moment only goes on before the next one.
        await new Promise(done => setImmediate(done))
      }
      now = until
    },
  }
}

/** A binary heap: the first one is due soonest. */
function insert(queue: Due[], due: Due): void {
  let at = queue.push(due) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (timeOf(queue, parent) <= due.time) break
    queue[at] = queue[parent] as Due
    at = parent
  }
  queue[at] = due
}

function takeFirst(queue: Due[], until: number): Due | undefined {
  const [first] = queue
  if (first === undefined || first.time > until) return undefined
  const last = queue.pop()
  if (last !== undefined && queue.length > 0) sink(queue, last)
  return first
}

function sink(queue: Due[], due: Due): void {
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const child = timeOf(queue, left + 1) < timeOf(queue, left) ? left + 1 : left
    if (timeOf(queue, child) >= due.time) break
    queue[at] = queue[child] as Due
    at = child
  }
  queue[at] = due
}

function timeOf(queue: readonly Due[], at: number): number {
  return queue[at]?.time ?? Number.POSITIVE_INFINITY
}
