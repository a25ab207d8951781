/** Probes every endpoint of a list. */
import type { MirrorList } from '../model/registry.ts'
import type { JudgedRegistries } from '../model/registry-health.ts'
import type { Probe } from '../model/report.ts'
import type { World } from '../model/world.ts'
import type { Endpoint } from '../probe/api/endpoint.ts'
import type { Depth } from '../probe/api/pull.ts'
import { openLookupOnDemand } from '../probe/dns/lookup-on-demand.ts'
import type { NameLookup } from '../probe/dns/name-lookup.ts'
import { listEndpoints } from '../probe/endpoints.ts'
import { type ProxyFor, readProxies } from '../probe/http/proxies.ts'
import { probeAll } from '../probe/probe.ts'
import { openRoots, type RootsReader } from '../probe/tls/system-roots.ts'
import { monotonicMs } from '../system/clocks.ts'
import { countFreeDescriptors } from '../system/descriptors.ts'
import { configuredTargets, probeDialect, readPullClient } from '../targets/configured-targets.ts'
import { loadListed } from '../targets/load-targets.ts'
import type { PullClient } from '../targets/pull-client.ts'
import type { TargetTable } from '../targets/target.ts'
import { judgeRegistries } from './judge-registries.ts'
import { type NodeOptions, openMachine } from './open.ts'

/** Shows the probes of a list while they run. */
export interface Progress {
  onProbe(probe: Probe): void
  /** Nothing that it has drawn stays. */
  end(): void
}

export interface Probed extends JudgedRegistries {
  readonly probes: readonly Probe[]
}

/** What a pull on this node depends on besides the list. */
export interface Network {
  readonly lookUp: NameLookup
  readonly proxyFor: ProxyFor
  readonly pullClient: PullClient
}

export interface ListProbeOptions {
  /** Undefined: read for these probes. */
  readonly network?: Network | undefined
  /** Undefined: that of the list. */
  readonly depth?: Depth | undefined
  readonly samples: number
  /** Whether the list stands for URLs of the command line. */
  readonly isTyped?: boolean | undefined
}

export type ProbeList = (list: MirrorList, options: ListProbeOptions) => Promise<Probed>

export interface ListProberOptions extends NodeOptions {
  readonly targets: TargetTable
  openProgress(endpoints: readonly Endpoint[]): Progress
}

/** Probes lists; the certificates of the system are read once for all of them. */
export function openListProber(options: ListProberOptions, world: World): ProbeList {
  const roots = openSystemRoots(world)
  return async (list, { depth = list.health.depth, samples, network, isTyped }) => {
    const endpoints = listEndpoints(list, probeDialect(list, await loadListed(options.targets, list)))
    const progress = options.openProgress(endpoints)
    let read: ReturnType<RootsReader['read']> | undefined
    const readRoots = () => {
      read ??= roots.read()
      return read
    }
    try {
      // Now: to read them beside the first requests would slow those down.
      if (endpoints.some(isSecure)) await readRoots()
      const probes = await probeAll(endpoints, {
        timeoutMs: list.health.timeoutMs,
        samples,
        depth,
        isTyped,
        signal: world.signal,
        now: world.now,
        concurrency: await maxConnections(),
        readRoots,
        ...(network ?? (await openNetwork(list, options, world))),
        onProbe: progress.onProbe,
      })
      return { probes, ...judgeRegistries(list, probes) }
    } finally {
      progress.end()
    }
  }
}

/** With the proxies and the client of the runtime where it is known; probes that share it look a name up once. */
export async function openNetwork(
  list: MirrorList,
  place: NodeOptions & { readonly targets: TargetTable },
  world: World,
): Promise<Network> {
  const machine = openMachine(place, world)
  return {
    lookUp: openLookupOnDemand(world.env),
    pullClient: await readPullClient(list, await loadListed(place.targets, list), machine),
    proxyFor: readProxies((await readRuntimeEnvironment(list, place.targets, machine)) ?? world.env),
  }
}

function isSecure({ base, alternatives = [] }: Endpoint): boolean {
  return [base, ...alternatives].some(({ origin }) => origin.startsWith('https:'))
}

/** A probe mostly waits, so many run at the same time. */
const CONCURRENCY = 256
/** A name lookup queries both address families at the same time. */
const SOCKETS = 2

/** How many endpoints are probed at the same time: as many as there are descriptors for. The time of the others does not run yet. */
export async function maxConnections(): Promise<number> {
  return Math.max(1, Math.min(CONCURRENCY, Math.floor((await countFreeDescriptors()) / SOCKETS)))
}

/** The certificates of the system, for as long as a command runs. */
export function openSystemRoots(world: World): RootsReader {
  return openRoots(world.env, () => monotonicMs(world))
}

/** The environment of the runtime where it runs on this machine: a pull uses its proxies, not those of regmirror. */
export async function readRuntimeEnvironment(
  list: MirrorList,
  table: TargetTable,
  machine: ReturnType<typeof openMachine>,
): Promise<World['env'] | undefined> {
  if (machine === undefined) return undefined
  for (const { target, settings } of configuredTargets(list, await loadListed(table, list))) {
    const found = await target.daemon.environment(settings, machine)
    if (found !== undefined) return found
  }
  return undefined
}
