/** Mirrors in the order of what was measured, for those who asked for it: order is policy otherwise. Pure. */
import { baseUrl, type MirrorList, type Registry } from '../model/registry.ts'
import type { Probe, Status } from '../model/report.ts'

export type RankBy = 'latency' | 'throughput'

/**
 * What a mirror must be better by to pass another: below that a difference is noise, and every move a rewrite. Latency
 * is the best of its samples: what comes on top is as often the noise of a busy node as that of the mirror.
 */
const MARGIN = 0.2
const MARGIN_MS = 10

/**
 * The list with the mirrors of each registry reordered: what serves well before what serves badly, and that before what
 * does not serve; among the first, those that are clearly better before the others. What was not measured, or is not
 * clearly better, stays where the list has it. Ranked again by the same probes it stays as it is.
 */
export function rank(list: MirrorList, probes: readonly Probe[], by: RankBy): MirrorList {
  const ranked = (registry: Registry) => ({
    ...registry,
    mirrors: settle(registry.mirrors, (mirror, other) => {
      const [a, b] = [mirror, other].map(({ base }) => probeOf(registry.name, baseUrl(base), probes))
      return a !== undefined && b !== undefined && isClearlyBetter(a, b, by)
    }),
  })
  return { ...list, registries: list.registries.map(ranked) }
}

function probeOf(registry: string, url: string, probes: readonly Probe[]): Probe | undefined {
  return probes.find(probe => probe.registry === registry && probe.role === 'mirror' && probe.url === url)
}

const STANDING: Readonly<Record<Status, number>> = { healthy: 0, degraded: 1, unknown: 2, unhealthy: 2 }

function isClearlyBetter(a: Probe, b: Probe, by: RankBy): boolean {
  if (STANDING[a.status] !== STANDING[b.status]) return STANDING[a.status] < STANDING[b.status]
  if (by === 'throughput') return (a.bytes_per_second ?? 0) > (b.bytes_per_second ?? Infinity) * (1 + MARGIN)
  const [mine, theirs] = [a.latency_ms?.best ?? Infinity, b.latency_ms?.best ?? 0]
  return mine < theirs * (1 - MARGIN) && mine <= theirs - MARGIN_MS
}

/** Each moves forward past those that it is better than, one after the other. */
function settle<T>(all: readonly T[], isBetter: (one: T, other: T) => boolean): readonly T[] {
  const settled: T[] = []
  for (const one of all) {
    let at = settled.length
    while (at > 0 && isBetter(one, settled[at - 1] as T)) at -= 1
    settled.splice(at, 0, one)
  }
  return settled
}
