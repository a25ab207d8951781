/** Is the endpoint a registry that answers, and how fast? The shallowest question a probe asks. */
import type { ApiBase } from '../../model/registry.ts'
import type { Endpoint } from '../endpoints.ts'
import type { Trace } from '../http/dial.ts'
import { exchange, type ProbeContext, placed } from '../http/exchange.ts'
import type { Arrival } from '../http/redirects.ts'
import type { Fault } from '../reasons.ts'
import { judgePing } from './ping-verdict.ts'

export interface Pinged {
  /** The endpoint as it answered: where two schemes are tried, the one that did. */
  readonly endpoint: Endpoint
  readonly fault?: Fault
  /** Of the exchanges that are measured. */
  readonly traces: readonly Trace[]
  /** Of the last one. */
  readonly arrival?: Arrival
}

/**
 * Asks `GET …/v2/` as the runtime would, each time on a fresh connection; `samples` exchanges are measured, and more
 * than one are preceded by one that is not. Never rejects. The first failure decides and nothing more is asked; no
 * exchange begins once those before took `timeoutMs`, so they take less than twice that together (for each scheme,
 * where two are tried).
 */
export async function ping(endpoint: Endpoint, samples: number, context: ProbeContext): Promise<Pinged> {
  let pinged: Pinged = { endpoint, traces: [] }
  for (const base of [endpoint.base, ...(endpoint.alternatives ?? [])]) {
    pinged = await sample({ ...endpoint, base }, samples, context)
    // containerd goes on to plain http in this case, and after 10 s of a handshake without end, which is
    // longer than a probe waits: core/remotes/docker/resolver.go isTLSError@v2.3.4.
    if (!pinged.fault?.plainHttp) break
  }
  return pinged
}

async function sample(endpoint: Endpoint, samples: number, context: ProbeContext): Promise<Pinged> {
  const rounds = samples > 1 ? samples + 1 : 1
  const traces: Trace[] = []
  let arrival: Arrival | undefined
  for (let left = context.timeoutMs; traces.length < rounds && left > 0; ) {
    const start = performance.now()
    const question = { url: pingUrl(endpoint.base), measured: rounds === 1 || traces.length > 0 }
    const outcome = await exchange(endpoint, question, context)
    if ('fault' in outcome) return { endpoint, traces: [], fault: outcome.fault }
    const fault = verdictOn(outcome, outcome.trace, endpoint)
    if (fault !== undefined) return { endpoint, traces: [], fault }
    traces.push(outcome.trace)
    arrival = outcome
    left -= performance.now() - start - (outcome.trace.waitedMs ?? 0)
  }
  // The first pays for what is done once: name caches here and there, code that runs for the first time.
  return { endpoint, traces: traces.length > 1 ? traces.slice(1) : traces, ...(arrival && { arrival }) }
}

function verdictOn({ answer }: Arrival, trace: Trace, endpoint: Endpoint): Fault | undefined {
  const fault = judgePing(answer, sendsAuthorization(endpoint, trace))
  return fault && placed(fault, trace, pingUrl(endpoint.base))
}

/** Whether a static Authorization header went to where the answer came from. */
function sendsAuthorization({ header, base }: Endpoint, { host }: Trace): boolean {
  const given = Object.keys(header).some(name => name.toLowerCase() === 'authorization')
  return given && host === new URL(base.origin).host
}

/** Up to and including the `v2` segment: what stands behind it is a repository. */
function pingUrl(base: ApiBase): URL {
  const [root = ''] = /^.*?\/v2(?=\/|$)/.exec(base.path) ?? [base.path]
  return new URL(`${base.origin}${root}/`)
}
