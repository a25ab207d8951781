/** Waits that can be cut short. */

export interface Sleeper {
  /** Returns immediately when `wake` was called since the last sleep. */
  sleep(ms: number): Promise<void>
  wake(): void
}

const LONGEST_MS = 3_600_000

export function openSleeper(): Sleeper {
  let isWoken = false
  let finish = () => {}
  return {
    sleep: ms =>
      new Promise<void>(resolve => {
        const end = () => {
          clearTimeout(timer)
          isWoken = false
          finish = () => {}
          resolve()
        }
        const timer = setTimeout(end, Math.min(Math.max(0, ms), LONGEST_MS))
        finish = end
        if (isWoken) end()
      }),
    wake: () => {
      isWoken = true
      finish()
    },
  }
}
