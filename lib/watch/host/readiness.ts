/**
 * When who has started a watcher, or has told it to read its list again, may go on: after a whole turn that began later.
 * A list that is not sound, or a node that cannot be written to, is what came of it, and no reason to wait for ever.
 */
export interface Readiness {
  /** Somebody waits for the next whole turn; says whether somebody already does, besides who has started it. */
  wanted(): boolean
  /** A turn begins. */
  looks(): void
  /** A turn is over; says whether that is what somebody waits for. */
  reached(): boolean
}

/** Whoever starts it waits for the first turn. */
export function openReadiness(): Readiness {
  let [wanted, looked, reached] = [1, 0, 0]
  return {
    wanted: () => {
      const already = wanted > Math.max(reached, 1)
      wanted += 1
      return already
    },
    looks: () => {
      looked = wanted
    },
    reached: () => {
      if (looked < wanted || reached === wanted) return false
      reached = wanted
      return true
    },
  }
}
