/** The shallowest probe: whether the endpoint responds as a registry, and how fast. */
import type { ApiBase } from '../../model/registry.ts'
import type { Trace } from '../connection/trace.ts'
import type { Fault } from '../faults/fault.ts'
import type { FinalResponse } from '../http/redirects.ts'
import { type Failed, locateFault, type Success, sendBoundedRequest } from './bounded-request.ts'
import { type Endpoint, sendsAuthorization } from './endpoint.ts'
import { judgeResponse } from './judge-response.ts'
import type { ProbeContext } from './probe-context.ts'

export interface PingResult {
  /** The endpoint that responded: of two schemes, the one that works. */
  readonly endpoint: Endpoint
  readonly fault?: Fault
  /** Of the requests that are measured. */
  readonly traces: readonly Trace[]
  /** The last response. */
  readonly final?: FinalResponse
  /** How the endpoint failed; undefined: it did not. */
  readonly failed?: PingFailure
  /** Of a response that is not that of a registry. */
  readonly status?: number
  /** The last response, where it is a 401. */
  readonly challenged?: Success
}

/** `unreachable`: no connection. `silent`: no response. `refused`: a response, but not that of a registry. */
export type PingFailure = 'unreachable' | 'silent' | 'refused'

/**
 * Requests `GET …/v2/`, each time on a new connection; `samples` requests are measured, and if there is more than one,
 * an unmeasured one precedes them. Never rejects. The first failure is the result, and no further request follows. No
 * request starts once those before took `timeoutMs`, so they take less than twice that together (for each scheme, if
 * there are two).
 */
export async function ping(endpoint: Endpoint, samples: number, context: ProbeContext): Promise<PingResult> {
  let result: PingResult = { endpoint, traces: [] }
  const { base: first, alternatives = [], tries } = endpoint
  for (const base of tries ?? [first, ...alternatives]) {
    result = await pingBase({ ...endpoint, base }, samples, context)
    if (tries !== undefined) {
      if (result.failed === undefined || mayGoOn(result, endpoint)) break
      continue
    }
    // containerd continues with plain http in this case, and after 10 s of an incomplete handshake, which is longer
    // than a probe waits: core/remotes/docker/resolver.go isTLSError@v2.3.4.
    if (!result.fault?.plainHttp) break
  }
  return result
}

/** Whether the runtime requests more of an endpoint that has failed this ping. */
export function mayGoOn(
  { failed, status }: Pick<PingResult, 'failed' | 'status'>,
  { ping: rule }: Pick<Endpoint, 'ping'>,
): boolean {
  if (failed === 'unreachable') return false
  if (rule === undefined) return true
  if (failed !== 'refused' || status === undefined) return false
  return rule.accepts === 'any_response' || status === 200 || status === 401
}

async function pingBase(endpoint: Endpoint, samples: number, context: ProbeContext): Promise<PingResult> {
  const rounds = samples > 1 ? samples + 1 : 1
  const url = pingUrl(endpoint.base)
  const traces: Trace[] = []
  let last: Success | undefined
  for (let left = context.timeoutMs; traces.length < rounds && left > 0; ) {
    const started = performance.now()
    const measured = rounds === 1 || traces.length > 0
    const outcome = await sendBoundedRequest(endpoint, { url, measured }, context)
    if ('fault' in outcome) return { endpoint, traces: [], fault: outcome.fault, failed: failureOf(outcome) }
    const fault = judgePing(outcome, endpoint)
    if (fault !== undefined)
      return {
        ...{ endpoint, traces: [], fault, failed: 'refused', status: outcome.response.status },
        ...challengeOf(outcome),
      }
    traces.push(outcome.trace)
    last = outcome
    left -= performance.now() - started - (outcome.trace.queuedMs ?? 0)
  }
  // The first request pays for what is done once: name caches here and there, code that runs for the first time.
  return {
    endpoint,
    traces: traces.length > 1 ? traces.slice(1) : traces,
    ...(last && { final: last, ...challengeOf(last) }),
  }
}

function challengeOf(outcome: Success): Pick<PingResult, 'challenged'> {
  return outcome.response.status === 401 ? { challenged: outcome } : {}
}

/** After a redirect the trace is that of another connection, but the endpoint itself has responded. */
function failureOf({ trace: { phase, respondedAt } }: Failed): PingFailure {
  if (respondedAt !== undefined) return 'refused'
  return phase === 'request' ? 'silent' : 'unreachable'
}

function judgePing({ response, trace }: Success, endpoint: Endpoint): Fault | undefined {
  const fault = judgeResponse(response, sendsAuthorization(endpoint, trace.host))
  return fault && locateFault(fault, trace, pingUrl(endpoint.base))
}

/** Up to and including the segment `v2`: the rest is a repository prefix. */
function pingUrl(base: ApiBase): URL {
  const [root = ''] = /^.*?\/v2(?=\/|$)/.exec(base.path) ?? [base.path]
  return new URL(`${base.origin}${root}/`)
}
