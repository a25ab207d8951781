/** Requests a token without credentials, as a runtime does when an endpoint requires one. */
import { toUrl } from '../../model/go-url.ts'
import { parseNetwork } from '../../model/network.ts'
import { hostOf } from '../../model/url-host.ts'
import type { PullClient } from '../../targets/pull-client.ts'
import { addCredentials, refusedByService } from '../faults/credentials-fault.ts'
import type { Fault } from '../faults/fault.ts'
import { TRUST_HOST } from '../faults/network-fault.ts'
import { wordsOf } from '../faults/reasons.ts'
import { withoutHeader } from '../http/headers.ts'
import { allowedHosts } from '../http/redirects.ts'
import { type HttpResponse, readHeader } from '../http/response.ts'
import { type Success, sendBoundedRequest } from './bounded-request.ts'
import { type Endpoint, sendsAuthorization } from './endpoint.ts'
import { decodeToken, type IssuedToken } from './issued-token.ts'
import { readRetryAfter } from './judge-response.ts'
import type { ProbeContext } from './probe-context.ts'
import { buildTokenQuery, type TokenQuery } from './token-query.ts'

/** A longer response is not read. */
const TOKEN_LIMIT = 1024 * 1024

interface TokenRequest {
  readonly endpoint: Endpoint
  readonly repository: string
  readonly context: ProbeContext
  readonly client: PullClient
  /** The response with the challenge, whose parameters these are. */
  readonly challenged: Success
  readonly params: ReadonlyMap<string, string>
}

/** The token for a challenge in the response of an endpoint, or why there is none. */
export async function requestToken({
  endpoint,
  repository,
  context,
  client,
  challenged,
  params,
}: TokenRequest): Promise<IssuedToken | { readonly fault: Fault }> {
  const query = buildTokenQuery(params, repository)
  if (query === undefined) return { fault: NO_TOKEN_ADDRESS }
  const service = serviceAt(query, endpoint, client)
  if (service === undefined) return { fault: headersWithheld(query.url) }
  // A realm inside the network is an attack, unless the mirror itself is there.
  const { origin } = query.url
  const allowed = origin === endpoint.base.origin ? undefined : allowedHosts(challenged.trace, endpoint)
  const chunks: Buffer[] = []
  const onChunk = (chunk: Buffer) => void chunks.push(Buffer.from(chunk))
  const { url, target } = query
  const sent = { url, target, allowed, onChunk, bodyLimit: TOKEN_LIMIT }
  const outcome = await sendBoundedRequest(service, sent, context)
  // A probe does not wait for what follows a complete token.
  const token = decodeToken(Buffer.concat(chunks))
  if (token !== undefined) return token
  if ('fault' in outcome) return { fault: tokenServiceFault(outcome.fault, url) }
  const isRefused = sendsAuthorization(endpoint, toUrl(challenged.target)?.host)
  if (isRefused && isRefusal(outcome.response))
    return { fault: refusedByService(outcome.response.status, client.tokens.staticHeaders) }
  return { fault: noTokenFault(outcome.response, query) }
}

const NO_TOKEN_ADDRESS: Fault = {
  reason: 'unauthorized',
  what: 'its WWW-Authenticate header has no valid token service URL',
  todo: 'correct the realm in the configuration of the registry',
}

/**
 * The token service with the connection settings of the endpoint, and with the headers that the runtime sends to it;
 * undefined if the list does not allow to send them to that host.
 */
function serviceAt({ url }: TokenQuery, endpoint: Endpoint, { tokens }: PullClient): Endpoint | undefined {
  const header = tokens.staticHeaders ? endpoint.header : {}
  const others = Object.keys(withoutHeader(header, 'user-agent'))
  if (others.length > 0 && !mayReceiveHeaders(url, endpoint)) return undefined
  return { ...endpoint, base: { ...endpoint.base, origin: url.origin }, header }
}

function mayReceiveHeaders(url: URL, { base, redirects }: Endpoint): boolean {
  const host = hostOf(url)
  if (host === hostOf(new URL(base.origin))) return true
  return redirects.some(entry => parseNetwork(entry) === undefined && entry.toLowerCase() === host)
}

function headersWithheld({ host }: URL): Fault {
  return {
    reason: undefined,
    what: 'the runtime sends the headers in the list to the token service too, which is another host; the probe does not',
    ...TRUST_HOST,
    quoted: host,
  }
}

/** Whether it is about the request, and not about the load or the state of the service. */
function isRefusal({ status }: HttpResponse): boolean {
  return status >= 400 && status < 500 && status !== 429
}

/** The token service is at an address of its own, so its faults must not look like those of the endpoint. */
function tokenServiceFault(fault: Fault, { host }: URL): Fault {
  const { what, todo } = wordsOf(fault)
  if (fault.reason === undefined) return { ...fault, what: `the token service: ${what}`, todo, quoted: host }
  const named = `the token service fails (${fault.reason}): ${what}`
  return { ...fault, what: named, todo: CHECK_SERVICE, forServer: undefined, forUrl: undefined, quoted: host }
}

const CHECK_SERVICE = 'check the token service, and that this node can reach it'

function noTokenFault(response: HttpResponse, { url }: TokenQuery): Fault {
  const { status } = response
  if (status === 429) {
    const what = 'the token service responds with 429, too many requests'
    return { reason: 'rate_limited', what, retryAfterS: readRetryAfter(response), quoted: url.host }
  }
  const quoted = `${url.host} ${readHeader(response, 'content-type')}`.trim()
  if (status < 400)
    return {
      reason: 'unauthorized',
      what: 'the token service sends no valid token',
      todo: CHECK_JSON,
      quoted,
    }
  const what = `the token service responds with ${status}`
  return { reason: 'unauthorized', what, ...statusRemedy(response), quoted }
}

const CHECK_JSON = 'check that it sends {"token": "…"}, with expires_in as a number and issued_at as RFC 3339'

function statusRemedy(response: HttpResponse): Partial<Fault> {
  return isRefusal(response) ? addCredentials(GRANT) : { todo: CHECK_SERVICE }
}

/** Many token services refuse a request as a whole where they do not grant one of its scopes. */
const GRANT = 'grant each scope to a request without them'
