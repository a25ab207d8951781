/** What the watcher answers to a request, by its path. Pure. */
import { onOneLine } from '../printable.ts'
import { metricsPage } from './metrics.ts'
import { statusPage } from './page.ts'
import { problemsOf } from './reading.ts'
import type { WatchStatus } from './status.ts'

export interface Answer {
  readonly code: number
  readonly type: string
  readonly body: string
}

export const PLAIN = 'text/plain; charset=utf-8'

/** By the path and the query of a request. Undefined: there is nothing at that path. */
export function answerAt(target: string): ((status: WatchStatus) => Answer) | undefined {
  const [path = '', query] = target.split('?')
  const answer = Object.hasOwn(ANSWERS, path) ? ANSWERS[path] : undefined
  return answer && (status => answer(status, new URLSearchParams(query)))
}

const ANSWERS: Readonly<Record<string, (status: WatchStatus, query: URLSearchParams) => Answer>> = {
  '/': (status, query) => ({
    code: 200,
    type: 'text/html; charset=utf-8',
    body: statusPage(status, query.get('open') ?? undefined),
  }),
  '/metrics': status => ({
    code: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: metricsPage(status),
  }),
  '/healthz': status => checked(problemsOf(status)),
  '/readyz': ({ ready }) =>
    checked(ready ? [] : ['nothing was written yet: it is starting, or its first list is not sound']),
  '/livez': ({ alive }) => checked(alive ? [] : ['the watcher has stopped looking']),
}

/** One line a problem. */
function checked(problems: readonly string[]): Answer {
  if (problems.length === 0) return { code: 200, type: PLAIN, body: 'ok\n' }
  const lines = problems.map(problem => `${onOneLine(problem)}\n`)
  return { code: 503, type: PLAIN, body: lines.join('') }
}
