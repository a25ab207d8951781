/** What happens is told, and remembered for the status page. */
import type { Event } from './events.ts'
import type { Host } from './host/host.ts'
import { type Memory, note } from './memory.ts'

export function reportEvent(memory: Memory, event: Event, host: Host): void {
  note(memory, host.now(), event.text)
  host.tell(event)
}

/** Says those that were not said the last time; returns what was said by now. */
export function reportNews(
  said: readonly string[],
  events: readonly Event[],
  memory: Memory,
  host: Host,
): readonly string[] {
  for (const event of events) if (!said.includes(event.text)) reportEvent(memory, event, host)
  return events.map(({ text }) => text)
}
