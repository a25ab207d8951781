/** Events go to the log, and are remembered for the status page. */
import type { Event } from './events.ts'
import type { Host } from './host/host.ts'
import { type Memory, rememberEvent } from './memory.ts'

export function reportEvent(memory: Memory, event: Event, host: Host): void {
  rememberEvent(memory, host.now(), event.text)
  host.log(event)
}

/** Reports those whose text is not among `reported`; returns the texts of all of them. */
export function reportNewEvents(
  reported: readonly string[],
  events: readonly Event[],
  memory: Memory,
  host: Host,
): readonly string[] {
  for (const event of events) if (!reported.includes(event.text)) reportEvent(memory, event, host)
  return events.map(({ text }) => text)
}
