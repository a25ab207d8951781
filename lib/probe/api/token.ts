/** The token that a registry wants to see: the token flow of the distribution specification, anonymously. */

import type { Endpoint } from '../endpoints.ts'
import { exchange, type Outcome, type ProbeContext } from '../http/exchange.ts'
import { spacesFrom } from '../http/redirects.ts'
import type { Answer } from '../http/request.ts'
import { type Fault, wordsFor } from '../reasons.ts'
import { challengesOf } from './challenge.ts'
import { parseJson } from './json.ts'
import { headerText, retryAfterOf } from './ping-verdict.ts'

/** The value of the Authorization header that meets the challenge of a 401, or why there is none. */
export async function authorize(
  endpoint: Endpoint,
  challenged: Extract<Outcome, { answer: Answer }>,
  repository: string,
  context: ProbeContext,
): Promise<{ readonly authorization: string } | { readonly fault: Fault }> {
  const values = [challenged.answer.headers['www-authenticate'] ?? []].flat()
  const bearer = challengesOf(values).find(({ scheme }) => scheme === 'bearer')
  if (bearer === undefined) return { fault: needsLogin(endpoint) }
  const url = tokenUrl(bearer.params, repository)
  if (url === undefined)
    return { fault: { reason: 'unauthorized', what: 'it names no address that gives tokens' } }
  // A realm inside the network is a trap, unless the mirror itself is there.
  const spaces = url.origin === endpoint.base.origin ? undefined : spacesFrom(challenged.trace)
  const outcome = await exchange(endpoint, { url, spaces }, context)
  if ('fault' in outcome) return { fault: atTokens(outcome.fault, url) }
  const token = outcome.answer.status === 200 ? tokenIn(outcome.answer) : undefined
  return token === undefined
    ? { fault: tokenRefused(outcome.answer, url) }
    : { authorization: `Bearer ${token}` }
}

/** containerd asks for the scope of the challenge, else for the repository (core/remotes/docker/auth/fetch.go@v2.3.4). */
function tokenUrl(params: Readonly<Record<string, string>>, repository: string): URL | undefined {
  const { realm = '', service, scope = `repository:${repository}:pull` } = params
  const url = URL.canParse(realm) ? new URL(realm) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '')
    return undefined
  if (service !== undefined) url.searchParams.append('service', service)
  for (const one of scope.split(' ').filter(Boolean)) url.searchParams.append('scope', one)
  url.hash = ''
  return url
}

/** `token`, or `access_token` as OAuth has it; only what may stand in a header. */
function tokenIn({ body, complete }: Answer): string | undefined {
  const value = complete ? parseJson(body) : undefined
  const token = value?.token ?? value?.access_token
  return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined
}

function needsLogin({ header }: Endpoint): Fault {
  const sent = Object.keys(header).some(name => name.toLowerCase() === 'authorization')
  if (sent) {
    const todo = 'check the Authorization header in the list'
    return { reason: 'unauthorized', what: 'it does not accept the credentials it was sent', todo }
  }
  const todo = 'give the credentials as a header in the list, or a canary that needs none'
  return { reason: 'unauthorized', what: 'it wants a login for the canary', todo }
}

function atTokens(fault: Fault, url: URL): Fault {
  const what = `the address that gives its tokens fails (${fault.reason ?? 'unknown'}): ${wordsFor(fault).what}`
  return { ...fault, what, heard: url.host }
}

function tokenRefused(answer: Answer, url: URL): Fault {
  const { status } = answer
  if (status === 429) {
    const what = 'its token service answers 429, too many requests'
    return { reason: 'rate_limited', what, retryAfterS: retryAfterOf(answer) }
  }
  const what = status === 200 ? 'its token service gives no token' : `its token service answers ${status}`
  const type = headerText(answer, 'content-type')
  return { reason: 'unauthorized', what, heard: `${url.host} ${type}`.trim() }
}
