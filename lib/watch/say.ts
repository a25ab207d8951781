/** What happens is told, and remembered for the status page. */
import type { Event } from './events.ts'
import { type Memory, note } from './memory.ts'
import type { Surroundings } from './surroundings.ts'

export function say(memory: Memory, event: Event, around: Surroundings): void {
  note(memory, around.now(), event.text)
  around.tell(event)
}

/** Says those that were not said the last time. */
export function sayNews(
  before: readonly string[],
  now: readonly string[],
  event: Omit<Event, 'text'>,
  memory: Memory,
  around: Surroundings,
): void {
  for (const text of now) if (!before.includes(text)) say(memory, { ...event, text }, around)
}
