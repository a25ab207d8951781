/** The events of a list that is read again and again. Pure. */
import type { LoadedList } from '../list/load.ts'
import { Failure } from '../model/errors.ts'
import { plural } from '../wording/plural.ts'
import { type Event, problemText } from './events.ts'

export function loadedListEvent({ file, list }: LoadedList, mirrors: number): Event {
  const registries = plural(list.registries.length, 'registry', 'registries')
  const text = `read ${file}: ${registries}, ${plural(mirrors, 'mirror', 'mirrors')}`
  return { event: 'list_loaded', level: 'info', text, fields: { file } }
}

export function validListEvent(file: string): Event {
  return { event: 'list_valid', level: 'info', text: `${file} is valid again` }
}

export function reloadListEvent(): Event {
  return { event: 'sighup_received', level: 'info', text: 'SIGHUP: reading the list again' }
}

/** Why the list cannot be read. `consequence`: what the watcher does meanwhile. */
export function invalidListEvent(error: unknown, consequence: string): Event {
  const { file: path, line } = (error instanceof Failure && error.issues[0]) || {}
  const fields = { ...(path && { path }), ...(line && { line }) }
  return { event: 'list_invalid', level: 'error', text: `${problemText(error)} (${consequence})`, fields }
}

/** After SIGHUP, when reading the list has changed nothing. */
export function unchangedListEvent(file: string, problem: string | undefined): Event {
  return problem === undefined
    ? { event: 'list_unchanged', level: 'info', text: `${file} is unchanged` }
    : { event: 'list_unchanged', level: 'error', text: `the list is still invalid: ${problem}` }
}
