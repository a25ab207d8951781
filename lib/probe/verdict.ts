/** What an endpoint has shown, as a probe in the report. Pure. */
import { baseUrl } from '../model/registry.ts'
import type { Probe, Status } from '../model/report.ts'
import type { Pinged } from './api/ping.ts'
import { headerText } from './api/ping-verdict.ts'
import type { Depth, Pulled } from './api/pull.ts'
import type { Trace } from './http/dial.ts'
import type { Answer } from './http/request.ts'
import { type Fault, sentence } from './reasons.ts'

/** Below this an image of 50 MB takes more than three minutes: slower than any kubelet's patience with a rollout. */
const SLOW_BYTES_PER_SECOND = 256 * 1024

/** `now` is in milliseconds since 1970, and performance.now() was then `at`. */
export interface Clock {
  readonly now: number
  readonly at: number
}

/** What it says is told as it said it only if `quote`. */
export function verdictOf(
  pinged: Pinged,
  pulled: Pulled | undefined,
  depth: Depth,
  clock: Clock,
  quote: boolean,
): Probe {
  const { endpoint } = pinged
  const fault = pinged.fault ?? pulled?.fault ?? slowness(pulled)
  return {
    registry: endpoint.registry,
    url: baseUrl(endpoint.base),
    role: endpoint.role,
    ...judged(fault, quote),
    ...(pulled === undefined ? { depth: 'ping' } : { depth, ...imageOf(endpoint) }),
    ...timings(pinged.traces, pulled),
    ...(pulled?.digest && { digest: pulled.digest }),
    ...remarks(pinged, pulled, clock),
    ...(fault?.retryAfterS !== undefined && { retry_after_s: fault.retryAfterS }),
  }
}

function imageOf({ canary }: Pinged['endpoint']): Pick<Probe, 'image'> {
  if (canary === undefined) return {}
  const { repository, reference } = canary
  return { image: repository + (reference.includes(':') ? '@' : ':') + reference }
}

/** Status, reason and sentence of a fault. */
export function judged(
  fault: Fault | undefined,
  quote: boolean,
): Pick<Probe, 'status' | 'reason' | 'detail'> {
  if (fault === undefined) return { status: 'healthy' }
  const reason = fault.reason === undefined ? {} : { reason: fault.reason }
  return { status: statusOf(fault), ...reason, detail: sentence(fault, quote) }
}

/** What serves, though badly, is degraded: a pull through it succeeds. */
const DEGRADED: readonly Fault['reason'][] = ['rate_limited', 'slow', 'stale']

function statusOf({ reason }: Fault): Status {
  if (reason === undefined) return 'unknown'
  return DEGRADED.includes(reason) ? 'degraded' : 'unhealthy'
}

/** Less than this that comes within a moment is all latency, and says nothing about speed. */
const TELLING_BYTES = 64 * 1024
const TELLING_MS = 200

function speedOf(pulled: Pulled | undefined): number | undefined {
  const { bytes = 0, ms } = pulled ?? {}
  if (ms === undefined || (bytes < TELLING_BYTES && ms < TELLING_MS)) return undefined
  return Math.round(bytes / (Math.max(ms, 1) / 1000))
}

function slowness(pulled: Pulled | undefined): Fault | undefined {
  const speed = speedOf(pulled)
  if (speed === undefined || speed >= SLOW_BYTES_PER_SECOND) return undefined
  return { reason: 'slow', what: `it serves ${Math.round(speed / 1024)} KiB/s` }
}

/** Requests of a pull before bytes come: HEAD and GET of the manifest, the config, the layer. */
const REQUESTS = 4
const IMAGE_BYTES = 50_000_000

function timings(traces: readonly Trace[], pulled: Pulled | undefined): Partial<Probe> {
  if (traces.length === 0) return {}
  const latency = latencyOf(traces.map(trace => between(trace.dialledAt, trace.answeredAt)))
  const speed = speedOf(pulled)
  return {
    latency_ms: latency,
    phases_ms: phasesOf(traces),
    ...(speed !== undefined && {
      bytes_per_second: speed,
      pull_50mb_s: rounded((REQUESTS * latency.median) / 1000 + IMAGE_BYTES / Math.max(speed, 1)),
    }),
  }
}

function phasesOf(traces: readonly Trace[]): NonNullable<Probe['phases_ms']> {
  const median = (of: (trace: Trace) => number) => latencyOf(traces.map(of)).median
  const secure = traces.every(trace => trace.securedAt !== undefined)
  return {
    dns: median(trace => between(trace.startedAt, trace.dialledAt)),
    tcp: median(trace => between(trace.dialledAt, trace.connectedAt)),
    ...(secure && { tls: median(trace => between(trace.connectedAt, trace.securedAt)) }),
    first_byte: median(trace => between(trace.securedAt ?? trace.connectedAt, trace.answeredAt)),
  }
}

function between(from = 0, to = from): number {
  return Math.max(0, to - from)
}

function latencyOf(times: readonly number[]): { best: number; median: number; worst: number } {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (index: number) => rounded(sorted[index] ?? 0)
  return { best: at(0), median: at(Math.floor((sorted.length - 1) / 2)), worst: at(sorted.length - 1) }
}

/** To a tenth. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

const DAY_MS = 86_400_000

/**
 * What else an SRE would want to know of it. Of what it says only numbers are told, in the forms that registries use:
 * other text could be anything, such as the secret that it was sent.
 */
function remarks({ arrival, traces }: Pinged, pulled: Pulled | undefined, clock: Clock): Partial<Probe> {
  const [trace] = traces
  if (arrival === undefined || trace === undefined) return {}
  const { answer, redirects } = arrival
  const api = told(answer, 'docker-distribution-api-version', /^registry\/\d{1,4}\.\d{1,4}$/)
  const skew = skewOf(answer, trace, clock)
  return {
    ...certificateOf(trace.tls, clock),
    ...(api && { api_version: api }),
    ...limitsOf(pulled?.answer ?? answer),
    ...(skew !== undefined && { clock_skew_s: skew }),
    ...(redirects > 0 && { redirects }),
    ...((answer.status === 401 || pulled?.challenged) && { challenges: true }),
  }
}

/** Nothing of a certificate whose end is no date; with skip_verify such a one is taken. */
function certificateOf(tls: Trace['tls'], { now }: Clock): Pick<Probe, 'tls'> {
  if (tls === undefined || Number.isNaN(tls.expiresAt)) return {}
  const { version, expiresAt } = tls
  const days = Math.floor((expiresAt - now) / DAY_MS)
  return { tls: { version, expires: new Date(expiresAt).toISOString(), days } }
}

/** What of a header has that form. */
function told(answer: Answer, name: string, form: RegExp): string | undefined {
  return form.exec(headerText(answer, name))?.[0]
}

/** `100;w=21600`, as Docker Hub has it: so many in so many seconds. */
const LIMIT = /^\d{1,9}(;w=\d{1,9})?$/

function limitsOf(answer: Answer): Pick<Probe, 'rate_limit'> {
  const [limit, remaining] = ['ratelimit-limit', 'ratelimit-remaining'].map(name => told(answer, name, LIMIT))
  if (!limit && !remaining) return {}
  return { rate_limit: { ...(limit && { limit }), ...(remaining && { remaining }) } }
}

/** Whole seconds: a Date header has no more. */
function skewOf(answer: Answer, { answeredAt = 0 }: Trace, { now, at }: Clock): number | undefined {
  const theirs = Date.parse(headerText(answer, 'date'))
  return Number.isNaN(theirs) ? undefined : Math.round((theirs - (now + answeredAt - at)) / 1000)
}
