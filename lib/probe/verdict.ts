/** The results of an endpoint as a probe in the report. Pure. */
import { baseUrl } from '../model/registry.ts'
import type { Probe, ProbeStatus } from '../model/report.ts'
import type { Endpoint } from './api/endpoint.ts'
import type { PingResult } from './api/ping.ts'
import type { Depth, PullResult } from './api/pull.ts'
import { describeFault, type FaultyEndpoint } from './faults/describe-fault.ts'
import type { Fault } from './faults/fault.ts'
import { type ClockReading, describeServer } from './server-facts.ts'
import { measureSpeed, measureTimes } from './timings.ts'

export interface Results {
  /** As in the list. */
  readonly endpoint: Endpoint
  readonly ping: PingResult
  /** Undefined: the probe was no deeper than a ping. */
  readonly pull: PullResult | undefined
  readonly depth: Depth
  readonly clock: ClockReading
  /** Whether text of the endpoint may be quoted. */
  readonly mayQuote: boolean
  /** Whether it is a URL of the command line. */
  readonly isTyped: boolean
}

export function buildProbe({ endpoint, ping, pull, depth, clock, mayQuote, isTyped }: Results): Probe {
  const fault = decidingFault(ping, pull)
  return {
    registry: endpoint.registry,
    url: baseUrl(endpoint.base),
    role: endpoint.role,
    ...applyFault(fault, { role: endpoint.role, url: baseUrl(endpoint.base), isTyped }, mayQuote),
    ...(pull === undefined ? { depth: 'ping' } : { depth, ...imageOf(endpoint) }),
    ...measureTimes(ping.traces.length > 0 ? ping.traces : (pull?.traces ?? []), pull),
    ...(pull?.digest && { digest: pull.digest }),
    ...describeServer(ping, pull, clock),
    ...(fault?.retryAfterS !== undefined && { retry_after_s: fault.retryAfterS }),
  }
}

/**
 * The canary decides over the ping. If both fail, the fault of the ping is reported: the endpoint does not look like a
 * registry at all.
 */
function decidingFault(ping: PingResult, pull: PullResult | undefined): Fault | undefined {
  if (pull === undefined) return ping.fault
  const { fault } = pull
  if (fault === undefined) return slowFault(pull)
  const isUnhealthy = (one: Fault | undefined) => one !== undefined && statusOf(one) === 'unhealthy'
  return isUnhealthy(fault) && isUnhealthy(ping.fault) ? ping.fault : fault
}

function imageOf({ canary }: Endpoint): Pick<Probe, 'image'> {
  if (canary === undefined) return {}
  const { repository, reference } = canary
  return { image: repository + (reference.includes(':') ? '@' : ':') + reference }
}

/** Status, reason and sentence. */
export function applyFault(
  fault: Fault | undefined,
  endpoint: FaultyEndpoint,
  mayQuote: boolean,
): Pick<Probe, 'status' | 'reason' | 'detail'> {
  if (fault === undefined) return { status: 'healthy' }
  const reason = fault.reason === undefined ? {} : { reason: fault.reason }
  return { status: statusOf(fault), ...reason, detail: describeFault(fault, endpoint, mayQuote) }
}

/** Pulls through a degraded endpoint still succeed, or will soon. */
const DEGRADED: readonly Fault['reason'][] = ['rate_limited', 'slow', 'stale']

function statusOf({ reason }: Fault): ProbeStatus {
  if (reason === undefined) return 'unknown'
  return DEGRADED.includes(reason) ? 'degraded' : 'unhealthy'
}

/** Below this an image of 50 MB takes more than three minutes, which is longer than rollouts wait. */
const SLOW_BYTES_PER_SECOND = 256 * 1024

function slowFault(pull: PullResult | undefined): Fault | undefined {
  const speed = measureSpeed(pull)
  if (speed === undefined || speed >= SLOW_BYTES_PER_SECOND) return undefined
  return { reason: 'slow', what: `serves layers at ${Math.round(speed / 1024)} KiB/s` }
}
