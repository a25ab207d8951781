/** What may have changed since the last turn of the loop. */
import type { Hints } from './host.ts'

const NONE: Hints = { list: false, node: false, requested: false }

export interface HintBox {
  add(hints: Partial<Hints>): void
  /** The hints since the last call. */
  take(): Hints
}

export function openHints(): HintBox {
  let hints = NONE
  return {
    add: more => {
      hints = { ...hints, ...more }
    },
    take: () => {
      const taken = hints
      hints = NONE
      return taken
    },
  }
}
