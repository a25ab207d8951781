/** The responses of a watcher, by the path of the request. Pure. */
import { onOneLine } from '../../wording/printable.ts'
import { renderPage } from '../page/page.ts'
import { renderMetrics } from './metrics.ts'
import { findProblems, HANGS } from './problems.ts'
import type { WatchStatus, WatchSummary } from './status.ts'

export interface Reply {
  readonly code: number
  readonly type: string
  readonly body: Buffer
}

/** A check is sent immediately; a page costs its rendering. */
export type Route =
  | { readonly check: (status: WatchSummary) => Reply }
  | { readonly page: PageName; readonly key: string }

export type PageName = 'status' | 'metrics'

/** By the path and the query of a request. Undefined: nothing is served there. */
export function findRoute(target: string): Route | undefined {
  const [path = '', query] = target.split('?')
  if (path === '/') return { page: 'status', key: new URLSearchParams(query).get('open') ?? '' }
  if (path === '/metrics') return { page: 'metrics', key: '' }
  const check = Object.hasOwn(CHECKS, path) ? CHECKS[path] : undefined
  return check && { check }
}

/** `key`: for the status page, the name of the registry whose file is open. */
export const PAGES: Readonly<Record<PageName, (status: WatchStatus, key: string) => Reply>> = {
  status: (status, key) => ({
    code: 200,
    type: 'text/html; charset=utf-8',
    body: Buffer.from(renderPage(status, key || undefined)),
  }),
  metrics: status => ({
    code: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: Buffer.from(renderMetrics(status)),
  }),
}

const NOT_READY =
  'the list is not applied yet: the watcher is starting, its first list is invalid, or the node cannot be written; see /healthz'

const CHECKS: Readonly<Record<string, (status: WatchSummary) => Reply>> = {
  '/healthz': status => checkReply(findProblems(status)),
  '/readyz': ({ ready }) => checkReply(ready ? [] : [NOT_READY]),
  '/livez': ({ alive }) => checkReply(alive ? [] : [HANGS]),
}

/** One line for each problem. */
function checkReply(problems: readonly string[]): Reply {
  return problems.length === 0 ? textReply(200, 'ok') : textReply(503, problems.map(onOneLine).join('\n'))
}

export function textReply(code: number, text: string): Reply {
  return { code, type: 'text/plain; charset=utf-8', body: Buffer.from(`${text}\n`) }
}
