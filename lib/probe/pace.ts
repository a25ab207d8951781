/** Starts measured requests a few at a time. */
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A request over TLS costs about two milliseconds of work. If all started together they would wait for each other, and
 * the mirrors would seem slow: 190 ms instead of 4 for 64 mirrors on loopback. So a few start at a time, and the next
 * ones when the program has nothing else to do, or has been busy for this long.
 */
const BATCH = 3
const MAX_WAIT_MS = 10

/** Each call resolves when its request may start; immediately once the signal is aborted. */
export function pace(signal: AbortSignal | undefined): () => Promise<void> {
  let last = Promise.resolve()
  let started = 0
  return () => {
    last = last.then(async () => {
      if (!signal?.aborted && started++ % BATCH === 0) await untilIdle()
    })
    return last
  }
}

/** Until the event loop has been idle for half a millisecond, or until `MAX_WAIT_MS` are over. */
async function untilIdle(): Promise<void> {
  const { idle } = performance.eventLoopUtilization()
  const isIdle = () => performance.eventLoopUtilization().idle - idle >= 0.5
  const end = performance.now() + MAX_WAIT_MS
  do await sleep(1)
  while (!isIdle() && performance.now() < end)
}
