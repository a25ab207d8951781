/** Lines of a log: for a person on a terminal, or one JSON document a line for what collects them. Pure. */
import { onOneLine, printable } from '../printable.ts'
import type { Event } from './events.ts'

export type LogFormat = 'text' | 'json'

/** Ends in a newline. `at` is in milliseconds since 1970. */
export function logLine({ event, level, text, fields }: Event, at: number, format: LogFormat): string {
  const time = new Date(at).toISOString()
  // What is spelled out in a string of JSON says the same.
  if (format === 'json') return `${printable(JSON.stringify({ time, level, event, msg: text, ...fields }))}\n`
  return `${time} ${level.padEnd(5)} ${onOneLine(text)}\n`
}
