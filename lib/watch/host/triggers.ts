/** What may have changed since the last turn of the loop. */
import type { Triggers } from './host.ts'

const NONE: Triggers = { list: false, node: false, requested: false }

export interface TriggerBox {
  add(hints: Partial<Triggers>): void
  /** The hints since the last call. */
  take(): Triggers
}

export function openTriggers(): TriggerBox {
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
