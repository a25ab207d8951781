/** Anonymous tokens: the token flow of the distribution specification. */
import type { Fault } from '../faults/fault.ts'
import { wordsOf } from '../faults/reasons.ts'
import { allowedHosts } from '../http/redirects.ts'
import { type HttpResponse, readHeader } from '../http/response.ts'
import { type Success, sendBoundedRequest } from './bounded-request.ts'
import { parseChallenges } from './challenge.ts'
import { type Endpoint, hasAuthorization } from './endpoint.ts'
import { parseJson } from './json.ts'
import { CREDENTIALS_REFUSED, readRetryAfter } from './judge-response.ts'
import type { ProbeContext } from './probe-context.ts'

export type TokenResult = { readonly authorization: string } | { readonly fault: Fault }

/** The value of the Authorization header for the challenge of a 401, or why there is none. */
export async function requestToken(
  endpoint: Endpoint,
  challenged: Success,
  repository: string,
  context: ProbeContext,
): Promise<TokenResult> {
  const values = [challenged.response.headers['www-authenticate'] ?? []].flat()
  const bearer = parseChallenges(values).find(({ scheme }) => scheme === 'bearer')
  if (bearer === undefined)
    return { fault: hasAuthorization(endpoint) ? CREDENTIALS_REFUSED : LOGIN_REQUIRED }
  const url = tokenUrl(bearer.params, repository)
  if (url === undefined) return { fault: NO_TOKEN_ADDRESS }
  // A realm inside the network is an attack, unless the mirror itself is there.
  const allowed = url.origin === endpoint.base.origin ? undefined : allowedHosts(challenged.trace, endpoint)
  const outcome = await sendBoundedRequest(endpoint, { url, allowed }, context)
  if ('fault' in outcome) return { fault: tokenServiceFault(outcome.fault, url) }
  const token = outcome.response.status === 200 ? extractToken(outcome.response) : undefined
  if (token === undefined) return { fault: noTokenFault(outcome.response, url) }
  return { authorization: `Bearer ${token}` }
}

const LOGIN_REQUIRED: Fault = {
  reason: 'unauthorized',
  what: 'requires credentials for the canary',
  todo: 'add the credentials to header in the list, or set a canary that needs none',
}

const NO_TOKEN_ADDRESS: Fault = {
  reason: 'unauthorized',
  what: 'its WWW-Authenticate header has no valid token service URL',
}

/** containerd uses the scope of the challenge, or else the repository (core/remotes/docker/auth/fetch.go@v2.3.4). */
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

/** `token`, or `access_token` as in OAuth; only characters that a header may hold. */
function extractToken({ body, complete }: HttpResponse): string | undefined {
  const value = complete ? parseJson(body) : undefined
  const token = value?.token ?? value?.access_token
  return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined
}

/** The token service is at an address of its own, so its faults must not look like those of the endpoint. */
function tokenServiceFault(fault: Fault, url: URL): Fault {
  const { what, todo } = wordsOf(fault)
  if (fault.reason === undefined)
    return { ...fault, what: `the token service: ${what}`, todo, quoted: url.host }
  return {
    ...fault,
    what: `the token service fails (${fault.reason}): ${what}`,
    todo: CHECK_SERVICE,
    quoted: url.host,
  }
}

const CHECK_SERVICE = 'check the token service, and that this node can reach it'

function noTokenFault(response: HttpResponse, url: URL): Fault {
  const { status } = response
  if (status === 429) {
    const what = 'the token service responds with 429, too many requests'
    return { reason: 'rate_limited', what, retryAfterS: readRetryAfter(response) }
  }
  const what =
    status === 200 ? 'the token service sends no valid token' : `the token service responds with ${status}`
  const type = readHeader(response, 'content-type')
  return { reason: 'unauthorized', what, todo: CHECK_ANONYMOUS, quoted: `${url.host} ${type}`.trim() }
}

const CHECK_ANONYMOUS = 'check that the token service allows an anonymous pull of the canary'
