/** A timeout that can be paused. */

export interface PausableTimer {
  /** Stops the clock while `act` runs. */
  pauseDuring<T>(act: () => Promise<T>): Promise<T>
  /** The milliseconds that it was paused so far. */
  pausedMs(): number
  stop(): void
}

/** Calls `onTimeout` once `ms` have passed, unless it is stopped before. */
export function startPausableTimer(ms: number, onTimeout: () => void): PausableTimer {
  let [left, paused, since, stopped] = [ms, 0, performance.now(), false]
  let timer = setTimeout(onTimeout, left)
  return {
    pauseDuring: async act => {
      const from = performance.now()
      clearTimeout(timer)
      left -= from - since
      try {
        return await act()
      } finally {
        since = performance.now()
        paused += since - from
        if (!stopped) timer = setTimeout(onTimeout, Math.max(0, left))
      }
    },
    pausedMs: () => paused,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
