/** Waits that can be cut short. */

export interface Sleeper {
  sleep(ms: number): Promise<void>
  wake(): void
}

/** Sleeps until it is woken; who is woken while awake does not sleep. */
export function openSleeper(): Sleeper {
  let woken = false
  let rise = () => {}
  return {
    sleep: ms =>
      new Promise<void>(done => {
        const end = () => {
          clearTimeout(timer)
          woken = false
          rise = () => {}
          done()
        }
        const timer = setTimeout(end, Math.min(Math.max(0, ms), 3_600_000))
        rise = end
        if (woken) end()
      }),
    wake: () => {
      woken = true
      rise()
    },
  }
}
