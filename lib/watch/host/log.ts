/** Events as lines of a log: for a person at a terminal, or as one JSON document a line. Pure. */
import { onOneLine, printable } from '../../wording/printable.ts'
import { wrap } from '../../wording/wrap.ts'
import type { Event } from '../events.ts'

export type LogFormat = 'text' | 'json'

/** The prefix that the journal reads as the level, and removes from the line (sd-daemon(3)). */
const JOURNAL_LEVELS: Readonly<Record<Event['level'], string>> = { error: '<3>', warn: '<4>', info: '<6>' }

/** A line with its level, for systemd's journal, which adds the time itself. */
export function journalLine(event: Event, at: number, format: LogFormat): string {
  const line = format === 'json' ? logLine(event, at, format) : `${onOneLine(event.text)}\n`
  return JOURNAL_LEVELS[event.level] + line
}

/** Ends in a newline. `at` is in milliseconds since 1970; `columns` are those of a terminal, where text must fit. */
export function logLine(
  { event, level, text, fields }: Event,
  at: number,
  format: LogFormat,
  columns?: number,
): string {
  const time = new Date(at).toISOString()
  // In a string of JSON an escaped character has the same meaning.
  if (format === 'json') return `${printable(JSON.stringify({ time, level, event, msg: text, ...fields }))}\n`
  const line = `${time} ${level.padEnd(5)} ${onOneLine(text)}`
  return `${columns ? wrap(line, columns - INDENT.length).join(`\n${INDENT}`) : line}\n`
}

/** Of the second and further lines of an event. */
const INDENT = '  '
