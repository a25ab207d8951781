/** Is the endpoint a registry that answers, and how fast? The shallowest question a probe asks. */
import { type ApiBase, baseUrl } from '../registry.ts'
import type { Probe, Status } from '../report.ts'
import type { Trace } from './dial.ts'
import type { Endpoint } from './endpoints.ts'
import { faultOf, lateFault } from './faults.ts'
import { type Fault, sentence } from './reasons.ts'
import { openTrust, type Trust } from './trust.ts'
import { walk } from './walk.ts'

export interface PingOptions {
  /** Limit for one exchange, from name lookup to the end of the body, redirects included. */
  readonly timeoutMs: number
  /** Exchanges that are measured, 3 if left out; more than one are preceded by one that is not. */
  readonly samples?: number | undefined
  /** Ends the probe at once; it then says `unknown`. */
  readonly signal?: AbortSignal | undefined
  /** Shared among the probes of a run. */
  readonly trust?: Trust | undefined
  /** Awaited before each exchange. */
  readonly turn?: (() => Promise<void>) | undefined
}

const DEFAULT_SAMPLES = 3

interface Outcome {
  readonly fault?: Fault
  /** Milliseconds from the start of the connection to the head of the answer. */
  readonly times: readonly number[]
}

/**
 * Asks `GET …/v2/` as the runtime would, each time on a fresh connection. Never rejects: a failure is a Probe
 * with a reason. The first failure decides and nothing more is asked; no exchange begins once those before
 * took `timeoutMs`, so they take less than twice that together (for each scheme, where two are tried).
 * 429 is `degraded`, what could not be found out is `unknown`, every other fault is `unhealthy`.
 */
export async function ping(endpoint: Endpoint, options: PingOptions): Promise<Probe> {
  const trust = options.trust ?? openTrust()
  let outcome: Outcome = { times: [] }
  for (const base of [endpoint.base, ...(endpoint.alternatives ?? [])]) {
    outcome = await sample({ ...endpoint, base }, { ...options, trust })
    // containerd goes on to plain http in this case, and after 10 s of a handshake without end, which is
    // longer than a probe waits: core/remotes/docker/resolver.go isTLSError@v2.3.4.
    if (!outcome.fault?.plainHttp) break
  }
  return probeOf(endpoint, outcome)
}

/** Up to and including the `v2` segment: what stands behind it is a repository. */
function pingUrl(base: ApiBase): URL {
  const [root = ''] = /^.*?\/v2(?=\/|$)/.exec(base.path) ?? [base.path]
  return new URL(`${base.origin}${root}/`)
}

type Settled = PingOptions & { readonly trust: Trust }

async function sample(endpoint: Endpoint, options: Settled): Promise<Outcome> {
  const { samples = DEFAULT_SAMPLES, timeoutMs, turn } = options
  const rounds = samples > 1 ? samples + 1 : 1
  const times: number[] = []
  for (let left = timeoutMs; times.length < rounds && left > 0; ) {
    await turn?.()
    const start = performance.now()
    const outcome = await exchange(endpoint, options)
    if (outcome.fault !== undefined) return outcome
    times.push(...outcome.times)
    left -= performance.now() - start
  }
  // The first pays for what is done once: name caches here and there, code that runs for the first time.
  return { times: times.length > 1 ? times.slice(1) : times }
}

async function exchange(endpoint: Endpoint, { timeoutMs, signal, trust }: Settled): Promise<Outcome> {
  if (signal?.aborted) return { fault: INTERRUPTED, times: [] }
  const trace: Trace = { phase: 'lookup' }
  const url = pingUrl(endpoint.base)
  const limit = limited(timeoutMs, signal)
  try {
    const fault = await walk(endpoint, { url, trust, signal: limit.signal }, trace)
    return fault ? { fault: placed(fault, trace, url), times: [] } : { times: [tookMs(trace)] }
  } catch (error) {
    if (signal?.aborted) return { fault: INTERRUPTED, times: [] }
    const limits = { timeoutMs, dialTimeoutMs: endpoint.dialTimeoutMs }
    const fault = limit.signal.aborted ? lateFault(trace, limits) : faultOf(error, trace, limits)
    return { fault: placed(fault, trace, url), times: [] }
  } finally {
    limit.release()
  }
}

const INTERRUPTED: Fault = { reason: undefined, what: 'the probe was interrupted' }

function tookMs({ dialledAt = 0, answeredAt = performance.now() }: Trace): number {
  return answeredAt - dialledAt
}

/** A fault at the end of a redirect says where that was. */
function placed(fault: Fault, trace: Trace, url: URL): Fault {
  if (trace.host === undefined || trace.host === url.host) return fault
  return { ...fault, heard: fault.heard ?? `redirected to ${trace.host}` }
}

/** A signal that also ends by itself. AbortSignal.any is avoided: what it joins may be collected as garbage. */
function limited(ms: number, outer: AbortSignal | undefined): { signal: AbortSignal; release: () => void } {
  const inner = new AbortController()
  const stop = () => inner.abort()
  const timer = setTimeout(stop, ms)
  outer?.addEventListener('abort', stop, { once: true })
  const release = () => {
    clearTimeout(timer)
    outer?.removeEventListener('abort', stop)
  }
  return { signal: inner.signal, release }
}

function probeOf(endpoint: Endpoint, { fault, times }: Outcome): Probe {
  const asked = { registry: endpoint.registry, url: baseUrl(endpoint.base), role: endpoint.role }
  if (fault === undefined) return { ...asked, status: 'healthy', latency_ms: latencyOf(times) }
  const reason = fault.reason === undefined ? {} : { reason: fault.reason }
  const quote = Object.keys(endpoint.header).length === 0
  return { ...asked, status: statusOf(fault), ...reason, detail: sentence(fault, quote) }
}

function statusOf({ reason }: Fault): Status {
  if (reason === undefined) return 'unknown'
  return reason === 'rate_limited' ? 'degraded' : 'unhealthy'
}

function latencyOf(times: readonly number[]): { best: number; median: number } {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (index: number) => Math.round((sorted[index] ?? 0) * 10) / 10
  return { best: at(0), median: at(Math.floor((sorted.length - 1) / 2)) }
}
