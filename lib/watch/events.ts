/** The events of a watcher, one line each: every change of state, and nothing while nothing changes. Pure. */
import { type Health, healthText } from '../health/health.ts'
import { Failure, issueText } from '../model/errors.ts'
import { listUrl } from '../model/list-url.ts'
import type { Notice } from '../model/report.ts'
import { groupNotices, type NoticeGroup } from '../wording/notice-groups.ts'
import { plural } from '../wording/plural.ts'
import { EVERY_MIRROR, registrySentence } from '../wording/registry-health-text.ts'
import type { ReportedHealth, Watched } from './memory.ts'
import { type ListenAddress, LOOPBACK } from './serve/listen-address.ts'

export interface Event {
  /** A stable word for scripts. */
  readonly event: string
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
  readonly fields?: Readonly<Record<string, string | number | readonly string[]>>
}

export function healthEvent({ endpoint, url, state }: Watched): Event {
  const { registry, role, targets } = endpoint
  const { health, reason = '', detail } = state
  const why = detail === undefined ? '' : `: ${detail}`
  return {
    event: `${role}_${health}`,
    level: health === 'healthy' ? 'info' : 'warn',
    text: `${registry}: ${listUrl(url)} is ${changeText(health)}${forText(targets)}${why}`,
    fields: { registry, url, ...(targets && { targets }), ...(reason && { reason }) },
  }
}

/** ` for containers`, where other targets are probed apart. */
function forText(targets: readonly string[] | undefined): string {
  return targets === undefined ? '' : ` for ${targets.join(' and ')}`
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

/** An unknown health is not reported. */
const REGISTRY_EVENTS: Readonly<Record<ReportedHealth['status'], string>> = {
  healthy: 'registry_healthy',
  degraded: 'registry_degraded',
  unhealthy: 'registry_unhealthy',
}

/** `isNetworkSuspect`: no endpoint has responded. */
export function registryEvent(health: ReportedHealth, isNetworkSuspect: boolean): Event {
  const { registry, status, reason, targets } = health
  const event = REGISTRY_EVENTS[status]
  const fields = { registry, ...(targets && { targets }), ...(reason && { reason }) }
  if (status === 'healthy') return { event, level: 'info', text: `${registry} is healthy again`, fields }
  const why = isNetworkSuspect ? ", because the cause may be this node's network" : ''
  const action = status === 'unhealthy' ? `; ${EVERY_MIRROR}${why}` : ''
  return { event, level: 'error', text: registrySentence(health) + action, fields }
}

/** The log was not read for a while. */
export function droppedEvent(count: number): Event {
  const text = `dropped ${plural(count, 'log line', 'log lines')} here: the log was not read`
  return { event: 'log_lines_dropped', level: 'warn', text, fields: { count } }
}

/** One event for the notices of one kind. */
export function noticeEvents(notices: readonly Notice[]): readonly Event[] {
  return groupNotices(notices).map(noticeEvent)
}

function noticeEvent({ first, count, lines }: NoticeGroup): Event {
  const { registry, mirror: url, file: path, line } = first
  const fields = {
    ...(registry && { registry }),
    ...(url && { url }),
    ...(path && { path }),
    ...(line && { line }),
    ...(count > 1 && { count }),
  }
  return { event: first.code, level: 'warn', text: lines.join(' | '), fields }
}

/** With the URL to open; a warning where other machines can read the pages. */
export function listeningEvent({ host, port }: ListenAddress): Event {
  const isPublic = /^(::|(::ffff:)?0\.0\.0\.0)$/.test(host)
  const local = isPublic ? (host === '::' ? '::1' : LOOPBACK) : host
  const url = `http://${local.includes(':') ? `[${local}]` : local}:${port}/`
  const readers = isPublic
    ? '; every machine that can reach this node can read it: restrict the port with a firewall, or listen on one address'
    : ''
  const level = isPublic ? 'warn' : 'info'
  return { event: 'listening', level, text: `listening at ${url}${readers}`, fields: { url, port } }
}

export function stoppingEvent(): Event {
  return { event: 'stopping', level: 'info', text: 'stopping' }
}

/** The last line of a watcher that cannot go on. */
export function failedEvent({ code, message, issues }: Failure): Event {
  const path = issues[0]?.file
  const fields = { code, ...(path && { path }) }
  return { event: 'failed', level: 'error', text: message.replaceAll('\n', ' | '), fields }
}

/** The text of a Failure on one line. Any other error is a bug, and is thrown again. */
export function problemText(error: unknown): string {
  if (!(error instanceof Failure)) throw error
  return error.issues.map(issueText).join(' | ')
}
