/** The requests of one pull: below one repository, with a token once the endpoint requires one. */
import { baseUrl } from '../../model/registry.ts'
import type { Fault } from '../faults/fault.ts'
import { type HttpResponse, readHeader } from '../http/response.ts'
import { type BoundedRequest, type Outcome, sendBoundedRequest } from './bounded-request.ts'
import type { Canary, Endpoint } from './endpoint.ts'
import { fetchHeaders } from './fetch-headers.ts'
import { findErrorPage, judgeResponse } from './judge-response.ts'
import { ACCEPT, isManifestType } from './manifest.ts'
import type { ProbeContext } from './probe-context.ts'
import { requestToken } from './token.ts'

export interface Session {
  readonly endpoint: Endpoint
  readonly canary: Canary
  readonly context: ProbeContext
  /** Value of the Authorization header, once there is a token. */
  authorization: string | undefined
  challenged: boolean
}

export function openSession(endpoint: Endpoint, canary: Canary, context: ProbeContext): Session {
  return { endpoint, canary, context, authorization: undefined, challenged: false }
}

export interface ContentRequest extends Pick<BoundedRequest, 'bodyLimit' | 'onChunk' | 'headers'> {
  readonly method: 'GET' | 'HEAD'
  readonly kind: 'manifest' | 'layer'
  /** A digest, or the tag of a manifest. */
  readonly reference: string
}

/** A response that a pull can use, or what is wrong with it. */
export async function requestContent(session: Session, request: ContentRequest): Promise<Outcome> {
  const first = await send(session, request)
  if ('fault' in first || first.response.status !== 401) return checkOutcome(first, request, session)
  session.challenged = true
  const { endpoint, canary, context, authorization } = session
  if (authorization !== undefined) return { fault: TOKEN_REFUSED, trace: first.trace }
  const token = await requestToken(endpoint, first, canary.repository, context)
  if ('fault' in token) return { fault: token.fault, trace: first.trace }
  session.authorization = token.authorization
  return checkOutcome(await send(session, request), request, session)
}

const TOKEN_REFUSED: Fault = {
  reason: 'unauthorized',
  what: 'refuses the token that its token service issued',
}

const PATHS = { manifest: 'manifests', layer: 'blobs' } as const

async function send(
  { endpoint, canary, context, authorization }: Session,
  { kind, reference, headers, ...rest }: ContentRequest,
): Promise<Outcome> {
  const url = new URL(`${baseUrl(endpoint.base)}/${canary.repository}/${PATHS[kind]}/${reference}`)
  if (canary.ns !== undefined) url.searchParams.set('ns', canary.ns)
  const added = fetchHeaders({ method: rest.method, reference }, context.pullClient)
  const request = { ...rest, url, authorization, headers: { accept: ACCEPT, ...added, ...headers } }
  return await sendBoundedRequest(endpoint, request, context)
}

function checkOutcome(outcome: Outcome, { kind }: ContentRequest, { canary }: Session): Outcome {
  if ('fault' in outcome) return { ...outcome, fault: withCacheHint(outcome.fault) }
  const fault = checkResponse(outcome.response, kind, canary)
  return fault === undefined ? outcome : { ...outcome, fault }
}

/** The first request for an image may wait until a cache has fetched it. */
function withCacheHint(fault: Fault): Fault {
  return fault.reason === 'no_response' ? { ...fault, todo: fault.todo ?? PROBE_AGAIN } : fault
}

const PROBE_AGAIN = 'probe again in case its cache was empty, or restart the mirror'

function checkResponse(
  response: HttpResponse,
  kind: ContentRequest['kind'],
  { ns }: Canary,
): Fault | undefined {
  const { status } = response
  if (status === 206 && kind === 'layer') return undefined
  if (status === 401)
    return { reason: 'unauthorized', what: `refuses the ${kind} of the canary to an anonymous pull` }
  if (status === 403) return { reason: 'forbidden', what: `refuses the ${kind} of the canary with 403` }
  if (status === 404)
    return { reason: 'not_found', what: `does not have the ${kind} of the canary`, todo: CHECK_CANARY }
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

const CHECK_CANARY = 'check that it mirrors this registry, and check canary in the list'
