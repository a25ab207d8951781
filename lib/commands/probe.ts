/** `probe`: are the mirrors well, and how fast? */
import { type Endpoint, endpointsOf, unhealthyRegistries } from '../probe/endpoints.ts'
import { probeAll } from '../probe/probe.ts'
import { proxiesOf } from '../probe/proxy.ts'
import type { Depth } from '../probe/pull.ts'
import { baseUrl, type MirrorList } from '../registry.ts'
import type { Probe, ProbeReport } from '../report.ts'
import { type Live, live, NOT_LIVE } from '../reporters/live.ts'
import { isDrawable, pageOf } from '../reporters/page.ts'
import { openTree } from '../system/files.ts'
import { targets } from '../targets/index.ts'
import type { World } from '../world.ts'
import { probeNotices } from './cautions.ts'
import { type Options, openList, openNode } from './inputs.ts'

export interface ProbeOptions extends Options {
  /** Undefined: as the list says. */
  readonly depth: Depth | undefined
  readonly samples: number
}

/** How many endpoints are asked at once: most of the time is spent waiting, and each costs one socket. */
const CONCURRENCY = 256

export async function probe(options: ProbeOptions, world: World): Promise<ProbeReport> {
  const { list, notices } = await openList(options, await openNode(options, world), world)
  const probed = await probeList(list, options, world)
  return { version: 1, kind: 'probe', ...probed, notices: [...notices, ...probeNotices(probed.probes)] }
}

/** Asks every endpoint of the list, with a live table where somebody is looking. */
export async function probeList(
  list: MirrorList,
  { format, depth, samples, root }: Pick<ProbeOptions, 'format' | 'depth' | 'samples' | 'root'>,
  world: World,
): Promise<{ probes: readonly Probe[]; unhealthy: readonly string[] }> {
  const endpoints = endpointsOf(list)
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
      concurrency: CONCURRENCY,
      proxyFor: proxiesOf((await runtimeEnvironment(list, root)) ?? world.env),
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
): Promise<World['env'] | undefined> {
  if (root !== undefined) return undefined
  for (const target of Object.values(targets)) {
    const found = await target.environment(openTree('/'), list)
    if (found !== undefined) return found
  }
  return undefined
}
