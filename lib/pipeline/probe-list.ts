/** Probes every endpoint of a list. */

import { baseUrl, type MirrorList } from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import type { World } from '../model/world.ts'
import type { Endpoint } from '../probe/api/endpoint.ts'
import type { Depth } from '../probe/api/pull.ts'
import { listEndpoints, unhealthyRegistries } from '../probe/endpoints.ts'
import { readProxies } from '../probe/http/proxies.ts'
import { openRoots, type RootsReader } from '../probe/http/system-roots.ts'
import { openNameLookup } from '../probe/names/name-lookup.ts'
import { probeAll } from '../probe/probe.ts'
import { type Live, live, NOT_LIVE } from '../reporters/live.ts'
import { isDrawable, pageOf } from '../reporters/page.ts'
import { monotonicMs } from '../system/clocks.ts'
import { countFreeDescriptors } from '../system/descriptors.ts'
import { targets } from '../targets/index.ts'
import { plannedTargets } from '../targets/planned.ts'
import { machineOf, type Options } from './open.ts'

export interface ProbeOptions extends Options {
  /** Undefined: as the list says. */
  readonly depth: Depth | undefined
  readonly samples: number
}

/** Most of the time of a probe is spent waiting. */
const CONCURRENCY = 256
/** A lookup asks for both families of addresses at once. */
const SOCKETS = 2

/** How many endpoints are probed at once: as many as have descriptors. The others wait, which counts against nobody. */
export async function connectionsAtOnce(): Promise<number> {
  return Math.max(1, Math.min(CONCURRENCY, Math.floor((await countFreeDescriptors()) / SOCKETS)))
}

/** For as long as a command goes on asking. */
export function rootsOf(world: World): RootsReader {
  return openRoots(world.env, () => monotonicMs(world))
}

/** Asks every endpoint of the list, with a live table where somebody is looking. */
export async function probeList(
  list: MirrorList,
  { format, depth, samples, root }: Pick<ProbeOptions, 'format' | 'depth' | 'samples' | 'root'>,
  world: World,
  roots = rootsOf(world),
): Promise<{ probes: readonly Probe[]; unhealthy: readonly string[] }> {
  const endpoints = listEndpoints(list)
  const table =
    format === 'text' && isDrawable(world.stderr, world.env) ? liveTable(endpoints, world) : NOT_LIVE
  try {
    const { timeoutMs, depth: usual } = list.health
    const { signal, now } = world
    const probes = await probeAll(endpoints, {
      timeoutMs,
      samples,
      depth: depth ?? usual,
      signal,
      now,
      concurrency: await connectionsAtOnce(),
      lookUp: openNameLookup(world.env),
      roots: await roots.read(),
      proxyFor: readProxies((await runtimeEnvironment(list, root, world)) ?? world.env),
      onProbe: table.onProbe,
    })
    return { probes, unhealthy: unhealthyRegistries(list, probes) }
  } finally {
    table.end()
  }
}

function liveTable(endpoints: readonly Endpoint[], { stderr, env }: World): Live {
  const rows = endpoints.map(({ registry, role, base }) => ({ registry, role, url: baseUrl(base) }))
  return live(rows, stderr, pageOf(stderr, env))
}

/** That of the runtime where it runs here: its proxies are those of a pull, and need not be ours. */
export async function runtimeEnvironment(
  list: MirrorList,
  root: string | undefined,
  world: World,
): Promise<World['env'] | undefined> {
  const machine = machineOf({ root }, world)
  if (machine === undefined) return undefined
  for (const { target, settings } of plannedTargets(list, targets)) {
    const found = await target.daemon.environment(settings, machine)
    if (found !== undefined) return found
  }
  return undefined
}
