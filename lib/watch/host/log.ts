/** Lines of a log: for a person on a terminal, or one JSON document a line for what collects them. Pure. */
import { onOneLine, printable } from '../../wording/printable.ts'
import type { Event } from '../events.ts'

export type LogFormat = 'text' | 'json'

/** What the journal takes for a level, and off the line (sd-daemon(3)). */
const JOURNAL_LEVELS: Readonly<Record<Event['level'], string>> = { error: '<3>', warn: '<4>', info: '<6>' }

/** A line that begins with its level, as systemd's journal wants it. */
export function journalLine(event: Event, at: number, format: LogFormat): string {
  return JOURNAL_LEVELS[event.level] + logLine(event, at, format)
}

/** Ends in a newline. `at` is in milliseconds since 1970. */
export function logLine({ event, level, text, fields }: Event, at: number, format: LogFormat): string {
  const time = new Date(at).toISOString()
  // What is spelled out in a string of JSON says the same.
  if (format === 'json') return `${printable(JSON.stringify({ time, level, event, msg: text, ...fields }))}\n`
  return `${time} ${level.padEnd(5)} ${onOneLine(text)}\n`
}
