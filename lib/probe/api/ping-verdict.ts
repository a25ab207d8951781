/** What an answer to the ping says about the endpoint. Pure. */
import type { Answer } from '../http/request.ts'
import { type Fault, PAGES } from '../reasons.ts'

/** Undefined: a registry that answers. `authorized`: the question carried a static Authorization header. */
export function judgePing(answer: Answer, authorized: boolean): Fault | undefined {
  const { status } = answer
  if (status === 200) return judgeContent(answer)
  if (status === 401) return judgeChallenge(answer, authorized)
  const page = PAGES.find(([pattern]) => pattern.test(answer.body.toString('utf8')))
  if (page !== undefined) return { reason: page[1], ...page[2] }
  if (status === 403) return { reason: 'forbidden' }
  if (status === 404) return { reason: 'not_found' }
  if (status === 429) return { reason: 'rate_limited', retryAfterS: retryAfterOf(answer) }
  if (status >= 500) return { reason: 'server_error', what: `it is up but answers ${status}` }
  return { reason: 'not_a_registry', what: `it answers ${status}, where a registry answers 200 or 401` }
}

const DAY_S = 86_400

/** Seconds, or a date that is compared with the clock of whoever says it (RFC 9110 10.2.3); a day at most. */
export function retryAfterOf(answer: Answer): number | undefined {
  const text = headerText(answer, 'retry-after')
  const date = headerText(answer, 'date')
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.parse(date)) / 1000
  return seconds >= 0 ? Math.min(DAY_S, Math.round(seconds)) : undefined
}

/** All values of a header as one text; empty where there is none. */
export function headerText(answer: Answer, name: string): string {
  return [answer.headers[name] ?? []].flat().join(', ')
}

/**
 * The specification asks for the status alone (end-1 of the distribution spec), and real registries answer
 * with `{}`, with `true` as text/html beside the version header, or with nothing. So the version header
 * settles it, a web page is refused (parked domains and portals: containerd accepts those and the pull then
 * fails without trying the next), and everything else passes: whether it serves images is a deeper question.
 */
function judgeContent(answer: Answer): Fault | undefined {
  if (headerText(answer, 'docker-distribution-api-version').includes('registry/2')) return undefined
  const isPage = /^\s*(text\/html|application\/xhtml)/i.test(headerText(answer, 'content-type'))
  if (!isPage && !/^\s*<(!doctype|html|head|body|script|meta|!--)/i.test(answer.body.toString('utf8')))
    return undefined
  return { reason: 'not_a_registry', what: 'it answers with a web page' }
}

/**
 * containerd meets Bearer and Basic: core/remotes/docker/authorizer.go:153-196@v2.3.4. A Basic challenge in
 * answer to a static Authorization header means that the header was not accepted.
 */
function judgeChallenge(answer: Answer, authorized: boolean): Fault | undefined {
  const challenge = headerText(answer, 'www-authenticate')
  if (/(^|,)\s*bearer(\s|,|$)/i.test(challenge)) return undefined
  if (!/(^|,)\s*basic(\s|,|$)/i.test(challenge)) return { reason: 'unauthorized' }
  if (!authorized) return undefined
  const todo = 'check the Authorization header in the list'
  return { reason: 'unauthorized', what: 'it does not accept the credentials it was sent', todo }
}
