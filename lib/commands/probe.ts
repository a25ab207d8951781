/** `probe`: are the mirrors well, and how fast? */
import { endpointsOf, unhealthyRegistries } from '../probe/endpoints.ts'
import { probeAll } from '../probe/probe.ts'
import type { MirrorList } from '../registry.ts'
import type { Probe, ProbeReport } from '../report.ts'
import { progress } from '../reporters/progress.ts'
import type { World } from '../world.ts'
import { type Options, openList, openNode } from './inputs.ts'

/** How many endpoints are asked at once: most of the time is spent waiting, and each costs one socket. */
const CONCURRENCY = 64
const SAMPLES = 3

export async function probe(options: Options, world: World): Promise<ProbeReport> {
  const { list, notices } = await openList(options, await openNode(options), world)
  return { version: 1, kind: 'probe', ...(await probeList(list, options, world)), notices }
}

/** Asks every endpoint of the list, with live progress where somebody is looking. */
export async function probeList(
  list: MirrorList,
  options: Options,
  world: World,
): Promise<{ probes: readonly Probe[]; unhealthy: readonly string[] }> {
  const endpoints = endpointsOf(list)
  const drawn = options.format === 'text' && world.stderr.isTTY === true && world.env.TERM !== 'dumb'
  const live = progress(world.stderr, endpoints.length, drawn)
  try {
    const { timeoutMs } = list.health
    const { signal } = world
    const asked = { timeoutMs, samples: SAMPLES, concurrency: CONCURRENCY, signal, onProbe: live.onProbe }
    const probes = await probeAll(endpoints, asked)
    return { probes, unhealthy: unhealthyRegistries(list, probes) }
  } finally {
    live.end()
  }
}
