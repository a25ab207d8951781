/** Waits that can be cut short. */

export interface Sleeper {
  /** Returns immediately when `wake` was called since the last sleep. */
  sleep(ms: number): Promise<void>
  wake(): void
  /** Wakes within `SOON_MS`: what arrives until then is dealt with together. */
  wakeSoon(): void
}

/**
 * No sleep is shorter unless it is woken. A turn of the loop looks at every mirror, so without this the work of a round
 * would grow with the square of their number.
 */
const SOON_MS = 100

const LONGEST_MS = 3_600_000

export function openSleeper(): Sleeper {
  let isWoken = false
  let finish = () => {}
  let soon: NodeJS.Timeout | undefined
  const wake = () => {
    isWoken = true
    finish()
  }
  return {
    sleep: ms =>
      new Promise<void>(resolve => {
        const end = () => {
          clearTimeout(timer)
          clearTimeout(soon)
          soon = undefined
          isWoken = false
          finish = () => {}
          resolve()
        }
        const timer = setTimeout(end, Math.min(Math.max(SOON_MS, ms), LONGEST_MS))
        finish = end
        if (isWoken) end()
      }),
    wake,
    wakeSoon: () => {
      soon ??= setTimeout(wake, SOON_MS)
    },
  }
}
