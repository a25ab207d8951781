/** Probes every endpoint of a list, for each of its targets. */
import { mergeProbes } from '../health/merge-probes.ts'
import type { MirrorList } from '../model/registry.ts'
import type { JudgedRegistries } from '../model/registry-health.ts'
import type { Probe } from '../model/report.ts'
import type { TargetRegistries } from '../model/target-registries.ts'
import type { World } from '../model/world.ts'
import { type Endpoint, holdsSecret } from '../probe/api/endpoint.ts'
import type { Depth } from '../probe/api/pull.ts'
import { type ProbeOptions, probeAll } from '../probe/probe.ts'
import { openRoots, type RootsReader } from '../probe/tls/system-roots.ts'
import { monotonicMs } from '../system/clocks.ts'
import { countFreeDescriptors } from '../system/descriptors.ts'
import type { TargetTable } from '../targets/target.ts'
import { judgeRegistries } from './judge-registries.ts'
import { type ListNetwork, openNetwork } from './list-network.ts'
import type { NodeOptions } from './open.ts'

/** Shows the probes of a list while they run. */
export interface Progress {
  onProbe(probe: Probe): void
  /** Nothing that it has drawn stays. */
  end(): void
}

export interface Probed extends JudgedRegistries {
  readonly probes: readonly Probe[]
}

export interface ProbedList {
  readonly probed: Probed
  /** What the targets of the list have of it. */
  readonly targets: readonly TargetRegistries[]
}

export interface ListProbeOptions {
  /** Undefined: read for these probes. */
  readonly network?: ListNetwork | undefined
  /** Undefined: that of the list. */
  readonly depth?: Depth | undefined
  readonly samples: number
  /** Whether the list stands for URLs of the command line. */
  readonly isTyped?: boolean | undefined
}

export type ProbeList = (list: MirrorList, options: ListProbeOptions) => Promise<ProbedList>

export interface ListProberOptions extends NodeOptions {
  readonly targets: TargetTable
  openProgress(endpoints: readonly Endpoint[]): Progress
}

/** Probes lists; the certificates of the system are read once for all of them. */
export function openListProber(options: ListProberOptions, world: World): ProbeList {
  const roots = openSystemRoots(world)
  return async (list, { network, ...how }) => {
    const found = network ?? (await openNetwork(list, options, world))
    const progress = options.openProgress(found.endpoints)
    let read: ReturnType<RootsReader['read']> | undefined
    const readRoots = () => {
      read ??= roots.read()
      return read
    }
    try {
      // Now: to read them beside the first requests would slow those down.
      if (found.endpoints.some(isSecure)) await readRoots()
      const { onProbe } = progress
      const each = await probeEach(list, found, { ...how, readRoots, onProbe }, world)
      const { pullers: targets } = found
      const probes = mergeProbes(
        each,
        targets.map(({ name }) => name),
      )
      return { probed: { probes, ...judgeRegistries(list, probes, targets) }, targets }
    } finally {
      progress.end()
    }
  }
}

type How = Omit<ListProbeOptions, 'network'> & Required<Pick<ProbeOptions, 'readRoots' | 'onProbe'>>

/** In the order of the endpoints; each is probed with the client of its target. */
async function probeEach(
  { health }: MirrorList,
  { endpoints, networkOf }: ListNetwork,
  { depth = health.depth, ...how }: How,
  { signal, now }: World,
): Promise<readonly Probe[]> {
  const groups = Map.groupBy(endpoints, ({ probedAs }) => probedAs)
  const concurrency = Math.ceil((await maxConnections()) / Math.max(1, groups.size))
  const secretSent = () => endpoints.some(holdsSecret)
  const common = { ...how, depth, timeoutMs: health.timeoutMs, signal, now, concurrency, secretSent }
  const probed = await Promise.all(
    [...groups].map(async ([probedAs, own]) => {
      const probes = await probeAll(own, { ...common, ...(await networkOf(probedAs)) })
      return own.map((endpoint, i) => [endpoint, probes[i]] as const)
    }),
  )
  const probeOf = new Map(probed.flat())
  return endpoints.flatMap(endpoint => probeOf.get(endpoint) ?? [])
}

function isSecure({ base, alternatives = [], tries = [] }: Endpoint): boolean {
  return [base, ...alternatives, ...tries].some(({ origin }) => origin.startsWith('https:'))
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
