/** `--probe`: requests the image at the endpoints of its routes, as a pull would. */
import { milliseconds } from '../../model/duration.ts'
import type { ExplainedEndpoint, ProbedEndpoint } from '../../model/explain-report.ts'
import type { MirrorList } from '../../model/registry.ts'
import type { World } from '../../model/world.ts'
import type { ProbeContext } from '../../probe/api/probe-context.ts'
import { openLookupOnDemand } from '../../probe/dns/lookup-on-demand.ts'
import { pingRule } from '../../probe/endpoints.ts'
import { readProxies } from '../../probe/http/proxies.ts'
import { openSharedContext } from '../../probe/probe.ts'
import { type EndpointTrace, tracePull } from '../../probe/trace-pull.ts'
import type { Reader } from '../../system/reader.ts'
import type { ConfiguredTarget } from '../../targets/configured-targets.ts'
import type { Dialect } from '../../targets/dialect.ts'
import type { Conduct, EffectiveEndpoint, ImageName } from '../../targets/pull-route.ts'
import type { View } from '../../targets/view.ts'
import { countAddresses } from '../address-notices.ts'
import type { Network } from '../list-network.ts'
import { openSystemRoots } from '../probe-list.ts'
import { probedEndpoint, pulledFrom, unrequestedPull } from './probed-pull.ts'
import { requestUrls } from './request-urls.ts'
import type { RoutePair } from './route-pair.ts'
import { baseOf, openTracedEndpoint } from './traced-endpoint.ts'

export type ProbeRoute = (pair: RoutePair) => Promise<RoutePair>

export interface ProbeRouteOptions {
  /** A duration. */
  readonly timeout: string
  readonly list: MirrorList | undefined
}

/** The proxies are those of the daemon, where it runs. */
export async function openRouteProber(
  { target, settings }: ConfiguredTarget,
  view: View,
  { timeout, list }: ProbeRouteOptions,
  world: World,
): Promise<ProbeRoute> {
  const { machine, node } = view
  const roots = openSystemRoots(world)
  const { dialect } = (await target.readSpeech?.(settings, view)) ?? target
  const { signal, now, env } = world
  const ofDaemon = machine && (await target.daemon.environment(settings, machine))
  const lookUp = openLookupOnDemand(env)
  const context: RouteContext = {
    ...openSharedContext({ readRoots: () => roots.read(), signal, now, lookUp }),
    timeoutMs: milliseconds(timeout),
    signal,
    pullClient: await target.pullClient(settings, machine),
    proxyFor: readProxies(ofDaemon ?? env),
  }
  return pair => probeRoute(pair, node, context, { list, dialect })
}

type RouteContext = ProbeContext & Network & { readonly signal: AbortSignal }

interface HowProbed {
  readonly list: MirrorList | undefined
  readonly dialect: Dialect
}

/** An endpoint of a route, in each of its forms. */
interface Rung {
  readonly endpoint: EffectiveEndpoint
  readonly conduct: Conduct
  readonly explained: ExplainedEndpoint
}

async function probeRoute(
  { route, conduct, explained }: RoutePair,
  node: Reader,
  context: RouteContext,
  how: HowProbed,
): Promise<RoutePair> {
  const { image } = route
  const rungs = explained.endpoints.flatMap((one, i): Rung[] => {
    const [endpoint, own] = [route.endpoints[i], conduct[i]]
    return endpoint === undefined || own === undefined ? [] : [{ endpoint, conduct: own, explained: one }]
  })
  if (image === undefined || rungs.length === 0)
    return { route, conduct, explained: { ...explained, pull: unrequestedPull(route) } }
  const [traces, addresses] = await Promise.all([
    traceRungs(rungs, image, node, context, how),
    Promise.all(rungs.map(rung => addressesOf(rung, context))),
  ])
  const probes = rungs.map(({ endpoint, conduct: { waits } }, i) => {
    const trace = traces.get(endpoint)
    return trace && { ...addresses[i], ...probedEndpoint(trace, endpoint, waits[0]) }
  })
  const pull = pulledFrom(explained.endpoints, probes, how.dialect.pullsFrom)
  const endpoints = rungs.map((rung, i): ExplainedEndpoint => {
    const requests = requestUrls(rung.endpoint, image, pull.digest)
    const probe = probes[i]
    return { ...rung.explained, requests, ...(probe && { probe }) }
  })
  return { route, conduct, explained: { ...explained, endpoints, pull } }
}

async function addressesOf(
  { endpoint: { url, dialTimeout, problem }, conduct: { waits } }: Rung,
  { lookUp, proxyFor, pullClient, timeoutMs, signal }: RouteContext,
): Promise<Pick<ProbedEndpoint, 'addresses'>> {
  if (dialTimeout === undefined || problem !== undefined) return {}
  const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), signal])
  const seconds = Math.max(...waits.map(({ connectS }) => connectS))
  const mirror = { base: baseOf(url), dialTimeout: `${seconds}s` }
  const addresses = await countAddresses(mirror, { lookUp, proxyFor, pullClient }, limit)
  return addresses > 1 ? { addresses } : {}
}

/** An endpoint with a problem is not requested. */
async function traceRungs(
  rungs: readonly Rung[],
  image: ImageName,
  node: Reader,
  context: RouteContext,
  { list, dialect }: HowProbed,
): Promise<ReadonlyMap<EffectiveEndpoint, EndpointTrace>> {
  const usable = rungs.filter(({ endpoint }) => endpoint.problem === undefined)
  const traced = await Promise.all(
    usable.map(rung => openTracedEndpoint(rung.endpoint, rung.conduct, image, node, list)),
  )
  const rule = pingRule(dialect)
  const traces = await tracePull(
    traced.map(endpoint => ({ ...endpoint, ...rule })),
    context,
  )
  const found = new Map<EffectiveEndpoint, EndpointTrace>()
  for (const [i, { endpoint }] of usable.entries()) {
    const trace = traces[i]
    if (trace !== undefined) found.set(endpoint, trace)
  }
  return found
}
