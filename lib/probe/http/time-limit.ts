/** A signal that aborts after some time, or when another signal does. */
import { onAbort } from '../../system/on-abort.ts'
import { type PausableTimer, startPausableTimer } from '../../system/pausable-timer.ts'

export interface TimeLimit extends Pick<PausableTimer, 'pauseDuring' | 'pausedMs'> {
  readonly signal: AbortSignal
  release(): void
}

/** Does not use AbortSignal.any: the signals that it joins may be garbage collected. */
export function startTimeLimit(ms: number, outer: AbortSignal | undefined): TimeLimit {
  const abort = new AbortController()
  const timer = startPausableTimer(ms, () => abort.abort())
  const stopListening = outer && onAbort(outer, () => abort.abort())
  const release = () => {
    timer.stop()
    stopListening?.()
  }
  return { signal: abort.signal, pauseDuring: timer.pauseDuring, pausedMs: timer.pausedMs, release }
}
