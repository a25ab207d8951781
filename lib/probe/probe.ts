/** Probes endpoints, each to the requested depth. */
import type { Probe } from '../model/report.ts'
import { limitConcurrency } from '../system/concurrency.ts'
import { type Endpoint, holdsSecret, probeKey } from './api/endpoint.ts'
import { mayGoOn, type PingResult, ping } from './api/ping.ts'
import { openBudget, type ProbeContext } from './api/probe-context.ts'
import type { Depth, PullDepth, PullResult } from './api/pull.ts'
import { compareTags } from './compare-tags.ts'
import { openLookupOnDemand } from './dns/lookup-on-demand.ts'
import type { NameLookup } from './dns/name-lookup.ts'
import { pace } from './pace.ts'
import { pullCanary } from './pull-canary.ts'
import type { Roots } from './tls/system-roots.ts'
import { openTrustOnDemand } from './tls/trust-on-demand.ts'
import { buildProbe } from './verdict.ts'

export interface ProbeOptions
  extends Pick<ProbeContext, 'timeoutMs' | 'signal' | 'proxyFor' | 'pullClient' | 'isTyped'> {
  /** Default: one with an empty environment. */
  readonly lookUp?: NameLookup | undefined
  /** Default: `ping`. Endpoints without a canary are only pinged. */
  readonly depth?: Depth | 'head' | undefined
  /** For `watch`: send no more requests than needed. */
  readonly fewRequests?: boolean | undefined
  /** Reads the system's certificates, when the first host over https needs them. Default: Node's own. */
  readonly readRoots?: (() => Promise<Roots>) | undefined
  /** Number of requests that are measured. Default: 3. */
  readonly samples?: number | undefined
  /** Endpoints that are probed in parallel. Default: 256. */
  readonly concurrency?: number | undefined
  /**
   * Whether a secret was sent to any endpoint or proxy so far: another name may lead to the same server, which may
   * repeat it. Called after the response.
   */
  readonly secretSent?: (() => boolean) | undefined
  /** Called once for every endpoint as soon as its probe is complete, in no order. */
  readonly onProbe?: ((probe: Probe) => void) | undefined
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined
}

const DEFAULT_CONCURRENCY = 256
const DEFAULT_SAMPLES = 3

/** The probes in the order of `endpoints`. An endpoint of several registries is probed once. */
export async function probeAll(
  endpoints: readonly Endpoint[],
  given: ProbeOptions,
): Promise<readonly Probe[]> {
  const anySecret = endpoints.some(holdsSecret)
  const options = { ...given, secretSent: () => anySecret || given.secretSent?.() === true }
  const context = { ...options, ...openSharedContext(options), alone: limitConcurrency(1) }
  const running = new Map<string, Promise<Probe>>()
  const inTurn = limitConcurrency(options.concurrency ?? DEFAULT_CONCURRENCY)
  const probeEach = async (endpoint: Endpoint) => {
    const key = probeKey(endpoint)
    const result = running.get(key) ?? inTurn(() => probeWith(endpoint, options, context))
    running.set(key, result)
    const { registry, role, targets } = endpoint
    const probe = { ...(await result), registry, role, ...(targets && { targets }) }
    options.onProbe?.(probe)
    return { endpoint, probe }
  }
  return await compareTags(await Promise.all(endpoints.map(probeEach)), context)
}

/** What separate probes share: certificates are parsed once, and few requests start at the same moment. */
export type SharedContext = Pick<ProbeContext, 'trust' | 'lookUp' | 'turn'>

export function openSharedContext({
  readRoots = readNone,
  signal,
  lookUp = openLookupOnDemand({}),
  now = Date.now,
}: Pick<ProbeOptions, 'readRoots' | 'signal' | 'lookUp' | 'now'>): SharedContext {
  return { trust: openTrustOnDemand(now, readRoots), lookUp, turn: pace(signal) }
}

const NONE: Roots = []
const readNone = async () => NONE

/** Probes one endpoint. Never rejects: a failure is a Probe with a reason. */
export async function probeOne(
  endpoint: Endpoint,
  options: ProbeOptions,
  shared: SharedContext = openSharedContext(options),
): Promise<Probe> {
  return await probeWith(endpoint, options, { ...options, ...shared })
}

async function probeWith(endpoint: Endpoint, options: ProbeOptions, shared: ProbeContext): Promise<Probe> {
  const { depth = 'ping', samples = DEFAULT_SAMPLES, now = Date.now } = options
  const context = { ...shared, budget: openBudget(shared) }
  const pinged = await ping(endpoint, samples, context)
  const deeper = endpoint.canary && pullDepth(pinged, endpoint, depth, options.fewRequests)
  const pulled =
    deeper && (await pullCanary(pinged.endpoint, endpoint.canary, deeper, context, loginOf(pinged)))
  return buildProbe({
    endpoint,
    ping: pinged,
    pull: pulled,
    depth: deeper === 'head' ? 'manifest' : (deeper ?? 'ping'),
    clock: { now: now(), at: performance.now() },
    isTyped: options.isTyped ?? false,
    mayQuote: !(options.secretSent?.() || wasSentSecret(endpoint, pulled, context)),
  })
}

function loginOf({ endpoint, challenged }: PingResult): PingResult['challenged'] {
  return endpoint.ping === undefined ? undefined : challenged
}

/**
 * How deep the canary is requested, if at all. A runtime that never requests `/v2/`, as containerd, uses an endpoint that
 * refuses a ping and serves the canary.
 */
function pullDepth(
  pinged: PingResult,
  endpoint: Endpoint,
  depth: NonNullable<ProbeOptions['depth']>,
  fewRequests = false,
): PullDepth | undefined {
  const { failed, fault } = pinged
  if (failed === undefined) return depth === 'ping' ? undefined : depth
  if (!mayGoOn(pinged, endpoint)) return undefined
  if (fewRequests && (failed === 'silent' || fault?.reason === 'rate_limited')) return undefined
  if (depth !== 'ping') return depth
  return fewRequests ? 'head' : 'manifest'
}

/** Whether the endpoint or a proxy was sent a secret that it could repeat. */
function wasSentSecret(
  endpoint: Endpoint,
  pulled: PullResult | undefined,
  { proxyFor }: ProbeContext,
): boolean {
  return holdsSecret(endpoint) || pulled?.authorized === true || proxyFor?.holdsSecret === true
}
