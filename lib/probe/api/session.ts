/** The requests of one pull: below one repository, with a token once the endpoint requires one. */
import { baseUrl } from '../../model/registry.ts'
import { PLAIN_CLIENT } from '../../targets/pull-client.ts'
import type { Trace } from '../connection/trace.ts'
import type { Fault } from '../faults/fault.ts'
import { readValues } from '../http/response.ts'
import { type BoundedRequest, type Outcome, type Success, sendBoundedRequest } from './bounded-request.ts'
import { parseChallenges } from './challenge.ts'
import type { Canary, Endpoint } from './endpoint.ts'
import { fetchHeaders } from './fetch-headers.ts'
import {
  authorizationFor,
  followChallenge,
  LOGIN_REQUIRED,
  type Logins,
  renewExpired,
  tokenRefused,
} from './login.ts'
import type { ProbeContext } from './probe-context.ts'

export interface Session extends Logins {
  readonly canary: Canary
  challenged: boolean
  /** Of the requests that got a response. */
  readonly traces: Trace[]
  /** Whether a request is retried after 408 and 429, as in a pull. */
  readonly retries: boolean
  /** The 401 to the ping of a runtime that requests tokens as the response to its ping says. */
  readonly pinged: Success | undefined
}

export function openSession(
  endpoint: Endpoint,
  canary: Canary,
  context: ProbeContext,
  retries: boolean,
  pinged?: Success,
): Session {
  const { repository } = canary
  const client = context.pullClient ?? PLAIN_CLIENT
  const logins = { endpoint, repository, context, client, byHost: new Map(), issued: false }
  return { ...logins, canary, challenged: false, traces: [], retries, pinged }
}

export interface ContentRequest extends Pick<BoundedRequest, 'bodyLimit' | 'onChunk' | 'headers'> {
  readonly method: 'GET' | 'HEAD'
  readonly kind: 'manifest' | 'config' | 'layer'
  /** A digest, or the tag of a manifest. */
  readonly reference: string
  readonly accept: string
}

/** After so many responses a request is not sent again (core/remotes/docker/resolver.go retryRequest@v2.1.4). */
const MAX_RESPONSES = 6
/** Statuses after which a request is retried immediately. */
const RETRIED: readonly number[] = [408, 429]

/** The last response, of any status. Follows challenges and retries as containerd does. */
export async function sendContentRequest(session: Session, request: ContentRequest): Promise<Outcome> {
  const { endpoint } = session
  const responses: Success[] = []
  if (endpoint.ping !== undefined) {
    const fault = await logInAsPinged(session)
    if (fault !== undefined) return { fault, trace: { phase: 'request' } }
  }
  for (;;) {
    const outcome = await send(session, request)
    if ('fault' in outcome) return outcome
    responses.push(outcome)
    const { status } = outcome.response
    const isLast = responses.length === MAX_RESPONSES
    if (status === 401) {
      session.challenged = true
      if (endpoint.ping !== undefined) return { ...outcome, fault: unpingedFault(session, outcome) }
      const fault = isLast ? tokenRefused(session, outcome, '') : await followChallenge(session, responses)
      if (fault !== undefined) return { ...outcome, fault }
    } else if (isLast || !session.retries || !RETRIED.includes(status)) return outcome
  }
}

/** With the token that the response to the ping requires, if it does. */
async function logInAsPinged(session: Session): Promise<Fault | undefined> {
  const { pinged, byHost, endpoint } = session
  if (pinged === undefined || byHost.size > 0) return undefined
  const challenges = parseChallenges(readValues(pinged.response, 'www-authenticate'))
  const isStopped = endpoint.ping?.stopsAtPassword && challenges.some(({ scheme }) => scheme === 'basic')
  if (isStopped) return LOGIN_REQUIRED
  return challenges[0]?.scheme === 'bearer' ? await followChallenge(session, [pinged]) : undefined
}

/** A challenge that comes later than that of the ping is not followed. */
function unpingedFault(session: Session, outcome: Success): Fault {
  if (session.byHost.size > 0) return tokenRefused(session, outcome, '')
  return session.pinged === undefined ? UNPINGED : { reason: 'unauthorized' }
}

const UNPINGED: Fault = {
  reason: 'unauthorized',
  what: 'requires credentials for the canary, and not for /v2/: the runtime then has none',
  todo: 'respond with the same challenge to /v2/',
}

const PATHS = { manifest: 'manifests', config: 'blobs', layer: 'blobs' } as const

async function send(session: Session, request: ContentRequest): Promise<Outcome> {
  const { endpoint, canary, context } = session
  const { kind, reference, accept: _, headers, ...rest } = request
  const fault = await renewExpired(session)
  if (fault !== undefined) return { fault, trace: { phase: 'request' } }
  const url = new URL(`${baseUrl(endpoint.base)}/${canary.repository}/${PATHS[kind]}/${reference}`)
  if (canary.ns !== undefined) url.searchParams.set('ns', canary.ns)
  const authorization = (to: URL) => authorizationFor(session, to)
  const { listed, own, decodes } = fetchHeaders(request, endpoint.header, session.client)
  const sent = { ...rest, url, authorization, decodes, headers: { ...own, ...headers } }
  const outcome = await sendBoundedRequest({ ...endpoint, header: listed }, sent, context)
  if (!('fault' in outcome)) session.traces.push(outcome.trace)
  return outcome
}
