/** What a watcher has to say, one line each: a change of state, never that nothing has changed. Pure. */

import { type Availability, whyUnavailable } from '../health/availability.ts'
import type { Health } from '../health/mirror-health.ts'
import { Failure, issueText } from '../model/errors.ts'
import type { Registry } from '../model/registry.ts'
import { type Change, type Notice, noticeText } from '../model/report.ts'
import { plural } from '../wording/plural.ts'
import type { Watched } from './memory.ts'

export interface Event {
  /** A stable word for scripts. */
  readonly event: string
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
  readonly fields?: Readonly<Record<string, string | number>>
}

const WORDS: Readonly<Record<Health, string>> = {
  up: 'is well again',
  slow: 'is slow',
  limited: 'wants to be left in peace (429)',
  down: 'is down',
}

export function healthEvent({ endpoint, url, standing }: Watched): Event {
  const { registry, role } = endpoint
  const { health, reason = '', detail } = standing
  const why = detail === undefined ? '' : `: ${detail}`
  return {
    event: `${role}_${health}`,
    level: health === 'up' ? 'info' : 'warn',
    text: `${registry}: ${url} ${WORDS[health]}${why}`,
    fields: { registry, url, ...(reason && { reason }) },
  }
}

/** Why no change is seen at once, where the kernel's limits on inotify(7) are reached. */
export function blindEvent(error: unknown): Event {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  const limit = code === 'EMFILE' ? 'max_user_instances' : code === 'ENOSPC' ? 'max_user_watches' : undefined
  const todo = limit === undefined ? '' : `; raise it: sysctl -w fs.inotify.${limit}=8192`
  const text = `cannot watch for changes of files (${code}), so they are read every minute${todo}`
  return { event: 'not_watching', level: 'warn', text, fields: { code } }
}

/** Told when it is certain that nobody answers, and so nobody is left out any more. */
export function outageEvent({ name }: Registry, servers: Availability): Event {
  const text = `${name}: nothing to pull from: ${whyUnavailable(servers)}; every mirror of the list is written, for the fault may be this node's network`
  return { event: 'registry_down', level: 'error', text, fields: { registry: name } }
}

export function recoveryEvent({ name }: Registry): Event {
  const text = `${name}: can be pulled from again`
  return { event: 'registry_up', level: 'info', text, fields: { registry: name } }
}

const DONE = { create: 'created', update: 'updated', delete: 'removed' } as const

/** What asks for another file: the list, the health of mirrors, or nothing that is new here. */
export type Asking = 'list' | 'health' | undefined

/** Where nothing new asks for it, somebody has written it otherwise: with regmirror, or without. */
export function changeEvent({ path, action, cause = 'list' }: Change, asking: Asking): Event {
  const other = action === 'create' ? ', somebody else had removed it' : ', somebody else had changed it'
  const why = cause === 'list' && asking !== undefined ? '' : other
  const fields = { path, action, cause: cause === 'list' ? (asking ?? 'drift') : cause }
  return { event: 'written', level: 'info', text: `${DONE[action]} ${path}${why}`, fields }
}

/** The reader of the log had stopped for a while. */
export function droppedEvent(count: number): Event {
  const text = `${plural(count, 'line was', 'lines were')} dropped here: the reader of this log did not read`
  return { event: 'log_dropped', level: 'warn', text, fields: { count } }
}

export function leftEvent(path: string): Event {
  const text = `${path} is not as the list says: run regmirror apply, and do not restart the runtime before that`
  return { event: 'left_alone', level: 'warn', text, fields: { path } }
}

export function restartEvent(restart: string): Event {
  return { event: 'restart_needed', level: 'warn', text: `a restart is needed: ${restart}` }
}

/** Somebody has restarted it, or what it was needed for is gone. */
export function restartedEvent(): Event {
  return { event: 'restart_done', level: 'info', text: 'no restart is needed any more' }
}

export function noticeEvent(notice: Notice): Event {
  const { registry, mirror: url, file: path, line } = notice
  const fields = {
    ...(registry && { registry }),
    ...(url && { url }),
    ...(path && { path }),
    ...(line && { line }),
  }
  return { event: notice.code, level: 'warn', text: noticeText(notice), fields }
}

/** Why the list cannot be read, and where that is. `rest`: what that means. */
export function unsoundEvent(error: unknown, rest: string): Event {
  const { file: path, line } = (error instanceof Failure && error.issues[0]) || {}
  const fields = { ...(path && { path }), ...(line && { line }) }
  return { event: 'list_invalid', level: 'error', text: `${problemOf(error)} (${rest})`, fields }
}

/** The last line of a watcher that cannot go on. */
export function failedEvent({ code, message, issues }: Failure): Event {
  const path = issues[0]?.file
  const fields = { code, ...(path && { path }) }
  return { event: 'failed', level: 'error', text: message.replaceAll('\n', ' | '), fields }
}

/** The answer to somebody who has told us to look, where nothing else tells them. */
export function sameEvent(file: string, problem: string | undefined): Event {
  return problem === undefined
    ? { event: 'list_same', level: 'info', text: `${file} is as it was` }
    : { event: 'list_same', level: 'error', text: `still not sound: ${problem}` }
}

/** What a person has to know of an error, on one line. Anything but a Failure is a bug, and goes on. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Failure)) throw error
  return error.issues.map(issueText).join(' | ')
}
