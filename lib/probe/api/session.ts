/** The requests of one pull: below one repository, with a token once the endpoint requires one. */
import { baseUrl } from '../../model/registry.ts'
import type { Fault } from '../faults/fault.ts'
import type { Trace } from '../http/trace.ts'
import { type BoundedRequest, type Outcome, sendBoundedRequest } from './bounded-request.ts'
import type { Canary, Endpoint } from './endpoint.ts'
import type { ProbeContext } from './probe-context.ts'
import { requestToken } from './token.ts'

export interface Session {
  readonly endpoint: Endpoint
  readonly canary: Canary
  readonly context: ProbeContext
  /** Value of the Authorization header, once there is a token. */
  authorization: string | undefined
  challenged: boolean
  /** Of the requests that got a response. */
  readonly traces: Trace[]
  /** Whether a request is repeated after 408 and 429, as in a pull. */
  readonly patient: boolean
}

export function openSession(
  endpoint: Endpoint,
  canary: Canary,
  context: ProbeContext,
  patient: boolean,
): Session {
  return { endpoint, canary, context, authorization: undefined, challenged: false, traces: [], patient }
}

export interface ContentRequest extends Pick<BoundedRequest, 'bodyLimit' | 'onChunk' | 'headers'> {
  readonly method: 'GET' | 'HEAD'
  readonly kind: 'manifest' | 'config' | 'layer'
  /** A digest, or the tag of a manifest. */
  readonly reference: string
  readonly accept: string
}

/** The response, whatever its status; after a challenge, that to the request with a token. */
export async function sendContentRequest(session: Session, request: ContentRequest): Promise<Outcome> {
  const first = await send(session, request)
  if ('fault' in first || first.response.status !== 401) return first
  session.challenged = true
  const { endpoint, canary, context, authorization } = session
  if (authorization !== undefined) return { fault: TOKEN_REFUSED, trace: first.trace }
  const token = await requestToken(endpoint, first, canary.repository, context)
  if ('fault' in token) return { fault: token.fault, trace: first.trace }
  session.authorization = token.authorization
  return await send(session, request)
}

const TOKEN_REFUSED: Fault = {
  reason: 'unauthorized',
  what: 'refuses the token that its token service issued',
}

const PATHS = { manifest: 'manifests', config: 'blobs', layer: 'blobs' } as const

async function send(session: Session, request: ContentRequest): Promise<Outcome> {
  const { endpoint, canary, context, authorization } = session
  const { kind, reference, accept, headers, ...rest } = request
  const url = new URL(`${baseUrl(endpoint.base)}/${canary.repository}/${PATHS[kind]}/${reference}`)
  if (canary.ns !== undefined) url.searchParams.set('ns', canary.ns)
  const sent = { ...rest, url, authorization, headers: { accept, ...headers } }
  const outcome = await sendBoundedRequest(endpoint, sent, context)
  if (!('fault' in outcome)) session.traces.push(outcome.trace)
  return outcome
}
