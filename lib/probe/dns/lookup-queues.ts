/**
 * Limits how many lookups run in parallel. Names that timed out the last time wait in a queue of their own, so they do
 * not delay the others.
 */
import { onAbort } from '../../system/on-abort.ts'

export interface LookupQueues {
  /** Waits until the lookup may start; returns how to free its place. Rejects with the reason of `signal`. */
  enter(name: string, signal: AbortSignal): Promise<() => void>
  /** Records whether the lookup got a response. */
  record(name: string, responded: boolean): void
}

/** Redirects can name any number of hosts. */
const MAX_NAMES = 4096

/** Two queues that share `places`; a single queue if there is only one place. */
export function openLookupQueues(places: number): LookupQueues {
  const timedOut = new Set<string>()
  const width = Math.max(1, Math.floor(places / 2))
  const usual = openQueue(width)
  const slow = places < 2 ? usual : openQueue(width)
  return {
    enter: (name, signal) => (timedOut.has(name) ? slow : usual)(signal),
    record: (name, responded) => {
      timedOut.delete(name)
      if (!responded) timedOut.add(name)
      const [oldest] = timedOut
      if (timedOut.size > MAX_NAMES && oldest !== undefined) timedOut.delete(oldest)
    },
  }
}

function openQueue(width: number): (signal: AbortSignal) => Promise<() => void> {
  const waiting = new Set<() => void>()
  let free = width
  const leave = () => {
    const [next] = waiting
    if (next === undefined) free += 1
    else next()
  }
  return async signal => {
    signal.throwIfAborted()
    if (free > 0) free -= 1
    else await waitInLine(waiting, signal)
    return leave
  }
}

async function waitInLine(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const start = () => {
    waiting.delete(start)
    resolve()
  }
  waiting.add(start)
  const release = onAbort(signal, () => {
    if (waiting.delete(start)) reject(signal.reason)
  })
  await promise.finally(release)
}
