/** One request to an endpoint, within the limits of a probe. */
import { OWN_VERSION } from '../../model/own-version.ts'
import { PLAIN_CLIENT, type PullClient } from '../../targets/pull-client.ts'
import { CUT_OFF } from '../connection/error-codes.ts'
import type { Trace } from '../connection/trace.ts'
import { explainError } from '../faults/explain-error.ts'
import type { Fault } from '../faults/fault.ts'
import { blameProxy, findProxyResponse } from '../faults/proxy-fault.ts'
import { budgetFault, timeoutFault } from '../faults/timeout-fault.ts'
import { explainWithheld } from '../faults/tls-fault.ts'
import { type Headers, withoutHeader } from '../http/headers.ts'
import { type FinalResponse, type FollowOptions, followRedirects } from '../http/redirects.ts'
import type { HttpResponse } from '../http/response.ts'
import { startTimeLimit } from '../http/time-limit.ts'
import type { Endpoint } from './endpoint.ts'
import type { ProbeContext } from './probe-context.ts'

export type Success = FinalResponse & { readonly trace: Trace }

export interface Failed {
  readonly fault: Fault
  /** The response that shows the fault. */
  readonly response?: HttpResponse
  /** Whether the response ended too early, but without an error of the connection. */
  readonly cutOff?: boolean
  readonly trace: Trace
}

export type Outcome = Success | Failed

type FromCaller =
  | 'url'
  | 'target'
  | 'method'
  | 'headers'
  | 'decodes'
  | 'authorization'
  | 'allowed'
  | 'bodyLimit'
  | 'onChunk'

export interface BoundedRequest extends Pick<FollowOptions, FromCaller> {
  /** False if its timings do not count. */
  readonly measured?: boolean
}

const INTERRUPTED: Fault = { reason: undefined, what: 'the probe was interrupted' }

/** Sends the request and follows its redirects. Never rejects. */
export async function sendBoundedRequest(
  endpoint: Endpoint,
  { measured = true, ...request }: BoundedRequest,
  context: ProbeContext,
): Promise<Outcome> {
  const { timeoutMs, signal, budget, trust, lookUp, proxyFor, pullClient = PLAIN_CLIENT } = context
  if (measured) await context.turn?.()
  const trace: Trace = { phase: 'lookup' }
  if (signal?.aborted) return { fault: INTERRUPTED, trace }
  if (budget !== undefined && budget.leftMs <= 0) return { fault: budgetFault(budget.wholeMs), trace }
  const started = performance.now()
  const limit = startTimeLimit(timeoutMs, signal)
  const shared = { trust, lookUp, proxyFor, pauseDuring: limit.pauseDuring, signal: limit.signal }
  const settings = { ...endpoint, header: sentHeaders(endpoint, pullClient) }
  const { origin } = endpoint.base
  const client = { userAgent: nameClient(pullClient), tlsClient: pullClient.tls, go: pullClient.go }
  const options = { ...request, ...shared, ...client, settings, origin }
  try {
    const final = await followRedirects(options, trace)
    const fault = findProxyResponse(final.response, trace)
    return fault === undefined ? { ...final, trace } : { ...final, trace, fault: withProxy(fault, trace) }
  } catch (error) {
    if (signal?.aborted) return { fault: INTERRUPTED, trace }
    const limits = { timeoutMs, dialTimeoutMs: endpoint.dialTimeoutMs }
    const fault = limit.signal.aborted ? timeoutFault(trace, limits) : explainError(error, trace, limits)
    const cutOff = (error as NodeJS.ErrnoException | undefined)?.code === CUT_OFF
    return { fault: withProxy(locateFault(fault, trace, request.url), trace), cutOff, trace }
  } finally {
    limit.release()
    trace.queuedMs = limit.pausedMs()
    if (budget !== undefined) budget.leftMs -= performance.now() - started - trace.queuedMs
  }
}

/** The runtime first, as operators of mirrors know it, then regmirror. */
function nameClient({ userAgent }: PullClient): string {
  return `${userAgent} regmirror/${OWN_VERSION}`.trim()
}

function sentHeaders({ header }: Endpoint, { userAgentOfList }: PullClient): Headers {
  return userAgentOfList ? header : withoutHeader(header, 'user-agent')
}

/** Adds where a redirect led, and why no client certificate was sent. */
export function locateFault(given: Fault, { host, withheld = false }: Trace, url: URL): Fault {
  const fault = withheld ? explainWithheld(given) : given
  if (fault.quoted !== undefined || host === undefined || host === url.host) return fault
  return { ...fault, quoted: `redirected to ${host}` }
}

function withProxy(fault: Fault, trace: Trace): Fault {
  return trace.proxy === undefined ? fault : { ...blameProxy(fault, trace), proxy: trace.proxy.name }
}
