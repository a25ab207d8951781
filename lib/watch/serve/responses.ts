/** What the watcher answers to a request, by its path. Pure. */
import { onOneLine } from '../../wording/printable.ts'
import { statusPage } from '../page/page.ts'
import { metricsPage } from './metrics.ts'
import { problemsOf } from './problems.ts'
import type { WatchStatus, WatchSummary } from './status.ts'

export interface Answer {
  readonly code: number
  readonly type: string
  readonly body: Buffer
}

/** What a request is for. A check is answered at once; a page costs its rendering. */
export type Asked =
  | { readonly check: (status: WatchSummary) => Answer }
  | { readonly page: PageName; readonly key: string }

export type PageName = 'status' | 'metrics'

/** By the path and the query of a request. Undefined: there is nothing at that path. */
export function askedAt(target: string): Asked | undefined {
  const [path = '', query] = target.split('?')
  if (path === '/') return { page: 'status', key: new URLSearchParams(query).get('open') ?? '' }
  if (path === '/metrics') return { page: 'metrics', key: '' }
  const check = Object.hasOwn(CHECKS, path) ? CHECKS[path] : undefined
  return check && { check }
}

/** `key`: the name of the registry whose file is shown, for the status page. */
export const PAGES: Readonly<Record<PageName, (status: WatchStatus, key: string) => Answer>> = {
  status: (status, key) => ({
    code: 200,
    type: 'text/html; charset=utf-8',
    body: Buffer.from(statusPage(status, key || undefined)),
  }),
  metrics: status => ({
    code: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: Buffer.from(metricsPage(status)),
  }),
}

const CHECKS: Readonly<Record<string, (status: WatchSummary) => Answer>> = {
  '/healthz': status => checked(problemsOf(status)),
  '/readyz': ({ ready }) =>
    checked(ready ? [] : ['nothing was written yet: it is starting, or its first list is not sound']),
  '/livez': ({ alive }) => checked(alive ? [] : ['the watcher has stopped looking']),
}

/** One line a problem. */
function checked(problems: readonly string[]): Answer {
  if (problems.length === 0) return plain(200, 'ok')
  return plain(503, problems.map(onOneLine).join('\n'))
}

export function plain(code: number, sentence: string): Answer {
  return { code, type: 'text/plain; charset=utf-8', body: Buffer.from(`${sentence}\n`) }
}
