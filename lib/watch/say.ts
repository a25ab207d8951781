/** What happens is told, and remembered for the status page. */
import type { Event } from './events.ts'
import { type Memory, note } from './memory.ts'
import type { Surroundings } from './surroundings.ts'

export function say(memory: Memory, event: Event, around: Surroundings): void {
  note(memory, around.now(), event.text)
  around.tell(event)
}

/** Says those that were not said the last time; returns what was said by now. */
export function sayNews(
  said: readonly string[],
  events: readonly Event[],
  memory: Memory,
  around: Surroundings,
): readonly string[] {
  for (const event of events) if (!said.includes(event.text)) say(memory, event, around)
  return events.map(({ text }) => text)
}
