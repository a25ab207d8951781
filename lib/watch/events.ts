/** The events of a watcher, one line each: every change of state, and nothing while nothing changes. Pure. */
import { type Availability, whyUnavailable } from '../health/availability.ts'
import { type Health, healthText } from '../health/health.ts'
import { Failure, issueText } from '../model/errors.ts'
import type { Registry } from '../model/registry.ts'
import { type Activation, type Change, type Notice, noticeText } from '../model/report.ts'
import { plural } from '../wording/plural.ts'
import type { Watched } from './memory.ts'

export interface Event {
  /** A stable word for scripts. */
  readonly event: string
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
  readonly fields?: Readonly<Record<string, string | number>>
}

export function healthEvent({ endpoint, url, state }: Watched): Event {
  const { registry, role } = endpoint
  const { health, reason = '', detail } = state
  const why = detail === undefined ? '' : `: ${detail}`
  return {
    event: `${role}_${health}`,
    level: health === 'healthy' ? 'info' : 'warn',
    text: `${registry}: ${url} is ${changeText(health)}${why}`,
    fields: { registry, url, ...(reason && { reason }) },
  }
}

function changeText(health: Health): string {
  const more = health === 'healthy' ? ' again' : health === 'rate_limited' ? ' (429)' : ''
  return healthText(health) + more
}

/** Files cannot be watched, for example where a limit of inotify(7) is reached. */
export function fileWatchEvent(error: unknown): Event {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  const limit = code === 'EMFILE' ? 'max_user_instances' : code === 'ENOSPC' ? 'max_user_watches' : undefined
  const remedy = limit === undefined ? '' : `; raise the limit: sysctl -w fs.inotify.${limit}=8192`
  const text = `cannot watch files for changes (${code}): they are read every minute instead${remedy}`
  return { event: 'file_watch_failed', level: 'warn', text, fields: { code } }
}

export function outageEvent({ name }: Registry, availability: Availability): Event {
  const text = `${name} is unhealthy: ${whyUnavailable(availability)}; every mirror of the list is written, because the cause may be this node's network`
  return { event: 'registry_unhealthy', level: 'error', text, fields: { registry: name } }
}

export function recoveryEvent({ name }: Registry): Event {
  const text = `${name} is healthy again`
  return { event: 'registry_healthy', level: 'info', text, fields: { registry: name } }
}

const DONE = { create: 'created', update: 'updated', delete: 'removed' } as const

/** What a write is for: a new list, a change of health, or neither. */
export type WriteCause = 'list' | 'health' | undefined

/** A file that changes for neither was changed outside regmirror, or by another run of it. */
export function changeEvent({ path, action, cause = 'list' }: Change, writeCause: WriteCause): Event {
  const drift =
    action === 'create' ? ', it was removed outside this watcher' : ', it was changed outside this watcher'
  const why = cause === 'list' && writeCause !== undefined ? '' : drift
  const fields = { path, action, cause: cause === 'list' ? (writeCause ?? 'drift') : cause }
  return { event: 'file_written', level: 'info', text: `${DONE[action]} ${path}${why}`, fields }
}

/** The log was not read for a while. */
export function droppedEvent(count: number): Event {
  const text = `dropped ${plural(count, 'log line', 'log lines')} here: the log was not read`
  return { event: 'log_lines_dropped', level: 'warn', text, fields: { count } }
}

export function pendingFileEvent(path: string): Event {
  const text = `${path} differs from the list; run regmirror apply before you reload or restart the runtime`
  return { event: 'apply_needed', level: 'warn', text, fields: { path } }
}

/** `systemctl restart containerd (why)`. */
export function activationText({ command, why }: Activation): string {
  return `${command} (${why})`
}

export function restartEvent(activation: string): Event {
  return { event: 'restart_needed', level: 'warn', text: `a restart is needed: ${activation}` }
}

/** The runtime was restarted, or what needed the restart is gone. */
export function restartDoneEvent(): Event {
  return { event: 'restart_done', level: 'info', text: 'no restart is needed anymore' }
}

export function reloadEvent(activation: string): Event {
  return { event: 'reload_needed', level: 'warn', text: `a reload is needed: ${activation}` }
}

/** The next list was written, and needs no reload. */
export function reloadDoneEvent(): Event {
  return { event: 'reload_done', level: 'info', text: 'no reload is needed anymore' }
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

/** Why the list cannot be read. `consequence`: what the watcher does meanwhile. */
export function invalidListEvent(error: unknown, consequence: string): Event {
  const { file: path, line } = (error instanceof Failure && error.issues[0]) || {}
  const fields = { ...(path && { path }), ...(line && { line }) }
  return { event: 'list_invalid', level: 'error', text: `${problemText(error)} (${consequence})`, fields }
}

/** The last line of a watcher that cannot go on. */
export function failedEvent({ code, message, issues }: Failure): Event {
  const path = issues[0]?.file
  const fields = { code, ...(path && { path }) }
  return { event: 'failed', level: 'error', text: message.replaceAll('\n', ' | '), fields }
}

/** After SIGHUP, when reading the list has changed nothing. */
export function unchangedListEvent(file: string, problem: string | undefined): Event {
  return problem === undefined
    ? { event: 'list_unchanged', level: 'info', text: `${file} is unchanged` }
    : { event: 'list_unchanged', level: 'error', text: `the list is still invalid: ${problem}` }
}

/** The text of a Failure on one line. Any other error is a bug, and is thrown again. */
export function problemText(error: unknown): string {
  if (!(error instanceof Failure)) throw error
  return error.issues.map(issueText).join(' | ')
}
