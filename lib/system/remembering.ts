/** A time in which what was looked up is remembered; such times may overlap. */

export interface Remembering {
  isOn(): boolean
  /** Runs `use`; what is looked up meanwhile may be remembered until the last such run ends. */
  during<T>(use: () => Promise<T>): Promise<T>
}

/** `forget` is called when the last run ends. */
export function openRemembering(forget: () => void): Remembering {
  let users = 0
  return {
    isOn: () => users > 0,
    during: async use => {
      users += 1
      try {
        return await use()
      } finally {
        users -= 1
        if (users === 0) forget()
      }
    },
  }
}
