/** The requests of one pull: below one repository, with a token once the endpoint requires one. */
import { baseUrl } from '../../model/registry.ts'
import type { Fault } from '../faults/fault.ts'
import { type HttpResponse, readHeader } from '../http/response.ts'
import { type BoundedRequest, type Outcome, type Success, sendBoundedRequest } from './bounded-request.ts'
import type { Canary, Endpoint } from './endpoint.ts'
import { findErrorPage, judgeResponse } from './judge-response.ts'
import { answerChallenge, authorizationFor, type Logins, renewExpired, tokenRefused } from './login.ts'
import { ACCEPT, isManifestType } from './manifest.ts'
import type { ProbeContext } from './probe-context.ts'

export interface Session {
  readonly endpoint: Endpoint
  readonly canary: Canary
  readonly context: ProbeContext
  readonly logins: Logins
  challenged: boolean
}

export function openSession(endpoint: Endpoint, canary: Canary, context: ProbeContext): Session {
  const logins = { endpoint, repository: canary.repository, context, byHost: new Map() }
  return { endpoint, canary, context, logins, challenged: false }
}

export interface ContentRequest extends Pick<BoundedRequest, 'bodyLimit' | 'onChunk' | 'headers'> {
  readonly method: 'GET' | 'HEAD'
  readonly kind: 'manifest' | 'layer'
  /** A digest, or the tag of a manifest. */
  readonly reference: string
}

/** After so many responses a request is not sent again (core/remotes/docker/resolver.go retryRequest@v2.1.4). */
const MAX_RESPONSES = 6

/** A response that a pull can use, or what is wrong with it. */
export async function requestContent(session: Session, request: ContentRequest): Promise<Outcome> {
  const responses: Success[] = []
  for (;;) {
    const outcome = await send(session, request)
    if ('fault' in outcome || outcome.response.status !== 401) return checkOutcome(outcome, request, session)
    session.challenged = true
    responses.push(outcome)
    const fault =
      responses.length < MAX_RESPONSES ? await answerChallenge(session.logins, responses) : tokenRefused('')
    if (fault !== undefined) return { ...outcome, fault }
  }
}

const PATHS = { manifest: 'manifests', layer: 'blobs' } as const

async function send(
  { endpoint, canary, context, logins }: Session,
  { kind, reference, headers, ...rest }: ContentRequest,
): Promise<Outcome> {
  const fault = await renewExpired(logins)
  if (fault !== undefined) return { fault, trace: { phase: 'request' } }
  const url = new URL(`${baseUrl(endpoint.base)}/${canary.repository}/${PATHS[kind]}/${reference}`)
  if (canary.ns !== undefined) url.searchParams.set('ns', canary.ns)
  const authorization = (to: URL) => authorizationFor(logins, to)
  const request = { ...rest, url, authorization, headers: { accept: ACCEPT, ...headers } }
  return await sendBoundedRequest(endpoint, request, context)
}

function checkOutcome(outcome: Outcome, { kind }: ContentRequest, { canary, endpoint }: Session): Outcome {
  if ('fault' in outcome) return { ...outcome, fault: withCacheHint(outcome.fault, endpoint) }
  const fault = checkResponse(outcome.response, kind, canary)
  return fault === undefined ? outcome : { ...outcome, fault }
}

/** The first request for an image may wait until a cache has fetched it; the registry's own server is no cache. */
function withCacheHint(fault: Fault, { role }: Endpoint): Fault {
  return fault.reason === 'no_response' && role === 'mirror'
    ? { ...fault, todo: fault.todo ?? PROBE_AGAIN }
    : fault
}

const PROBE_AGAIN = 'probe again in case its cache was empty, or restart it'

function checkResponse(
  response: HttpResponse,
  kind: ContentRequest['kind'],
  { ns }: Canary,
): Fault | undefined {
  const { status } = response
  if (status === 206 && kind === 'layer') return undefined
  if (status === 403) return { reason: 'forbidden', what: `refuses the ${kind} of the canary with 403` }
  if (status === 404) return { ...NO_CONTENT, what: `does not have the ${kind} of the canary` }
  if (status === 400 && ns !== undefined) return findErrorPage(response) ?? nsFault(kind, ns)
  if (status !== 200) return judgeResponse(response, false)
  if (kind === 'layer' || isManifestType(readHeader(response, 'content-type'))) return undefined
  return {
    reason: 'not_a_registry',
    what: 'sends a content type that is not that of a manifest',
    quoted: readHeader(response, 'content-type'),
  }
}

function nsFault(kind: ContentRequest['kind'], ns: string): Fault {
  const what = `responds with 400 to a request for the ${kind} with ?ns=${ns}`
  return { reason: 'not_a_registry', what, todo: 'check that it accepts the query parameter ns' }
}

const NO_CONTENT: Fault = {
  reason: 'not_found',
  todo: 'check that it mirrors this registry, and check canary in the list',
  forServer: 'check canary in the list',
}
