/** The log of a watcher, on stderr. */
import type { World } from '../../model/world.ts'
import { isStderrJournal } from '../../system/systemd-journal.ts'
import { droppedEvent, type Event } from '../events.ts'
import { journalLine, type LogFormat, logLine } from './log.ts'

export interface EventLog {
  readonly format: LogFormat
  write(event: Event): void
}

/** `format`: undefined is text on a terminal and in the journal, otherwise JSON. */
export async function openEventLog(format: LogFormat | undefined, world: World): Promise<EventLog> {
  const isJournal = await isStderrJournal(world.env)
  const line = (event: Event, at: number, as: LogFormat) =>
    isJournal ? journalLine(event, at, as) : logLine(event, at, as, sink.isTTY ? sink.columns : undefined)
  const sink = world.openLog(count => line(droppedEvent(count), world.now(), used))
  const used = format ?? (isJournal || sink.isTTY ? 'text' : 'json')
  return { format: used, write: event => void sink.write(line(event, world.now(), used)) }
}
