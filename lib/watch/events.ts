/** What a watcher has to say, one line each: a change of state, never that nothing has changed. Pure. */
import { Failure, issueText } from '../errors.ts'
import type { Health } from '../health/standing.ts'
import { type Change, type Notice, noticeText } from '../report.ts'
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

const DONE = { create: 'created', update: 'updated', delete: 'removed' } as const

export function changeEvent({ path, action, cause = 'list' }: Change): Event {
  const why = cause === 'list' ? '' : ', somebody else had changed it'
  return {
    event: 'written',
    level: 'info',
    text: `${DONE[action]} ${path}${why}`,
    fields: { path, action, cause },
  }
}

export function leftEvent(path: string): Event {
  const text = `${path} is not as the list says, and acts on a restart: left to regmirror apply`
  return { event: 'left_alone', level: 'warn', text }
}

export function restartEvent(restart: string): Event {
  return { event: 'restart_needed', level: 'warn', text: `needs a restart: ${restart}` }
}

export function noticeEvent(notice: Notice): Event {
  return { event: notice.code, level: 'warn', text: noticeText(notice) }
}

/** What a person has to know of an error, on one line. Anything but a Failure is a bug, and goes on. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Failure)) throw error
  return error.issues.map(issueText).join(' | ')
}
