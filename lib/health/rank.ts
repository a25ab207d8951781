/** Mirrors in the order of what was measured, for lists that request it: otherwise the order of the list is policy. Pure. */
import { baseUrl, type MirrorList } from '../model/registry.ts'
import type { Probe, ProbeStatus } from '../model/report.ts'
import { changeForTargets } from '../model/target-registries.ts'
import { isFor } from './merge-probes.ts'

export type RankBy = 'latency' | 'throughput'

/** What mirrors are compared by. A probe is one. */
export interface Measurement {
  readonly status: ProbeStatus
  readonly latency_ms?: { readonly best: number }
  readonly bytes_per_second?: number
}

/**
 * What a mirror must be better by to pass another: a smaller difference is noise, and every move a rewrite. Latency is
 * the best of the samples: the rest of a sample is as often noise of a busy node as of the mirror.
 */
const MARGIN = 0.2
const MARGIN_MS = 10

/** The list with the mirrors of each registry ranked by its probes; `targets`: the names of those that it is for. */
export function rank(
  list: MirrorList,
  probes: readonly Probe[],
  by: RankBy,
  targets: readonly string[],
): MirrorList {
  const ofMirrors = Map.groupBy(
    probes.filter(({ role }) => role === 'mirror'),
    ({ registry }) => registry,
  )
  return changeForTargets(list, targets, (registry, target) => {
    const own = ofMirrors.get(registry.name)?.filter(probe => isFor(probe, target))
    const probeOf = (url: string) => own?.find(probe => probe.url === url)
    return { ...registry, mirrors: rankItems(registry.mirrors, ({ base }) => probeOf(baseUrl(base)), by) }
  })
}

/**
 * Healthy items first, then degraded ones, then the others; among the healthy ones, the clearly better ones first. An
 * item that was not measured, or is not clearly better, keeps its place. Ranked again, the result stays the same.
 */
export function rankItems<T>(
  items: readonly T[],
  measurementOf: (item: T) => Measurement | undefined,
  by: RankBy,
): readonly T[] {
  return settle(items, (one, other) => {
    const [a, b] = [measurementOf(one), measurementOf(other)]
    return a !== undefined && b !== undefined && isClearlyBetter(a, b, by)
  })
}

const CLASSES: Readonly<Record<ProbeStatus, number>> = { healthy: 0, degraded: 1, unknown: 2, unhealthy: 2 }

function isClearlyBetter(a: Measurement, b: Measurement, by: RankBy): boolean {
  if (CLASSES[a.status] !== CLASSES[b.status]) return CLASSES[a.status] < CLASSES[b.status]
  if (by === 'throughput') return (a.bytes_per_second ?? 0) > (b.bytes_per_second ?? Infinity) * (1 + MARGIN)
  const [own, other] = [a.latency_ms?.best ?? Infinity, b.latency_ms?.best ?? 0]
  return own < other * (1 - MARGIN) && own <= other - MARGIN_MS
}

/** Each item moves forward past those that it is better than, one after the other. */
function settle<T>(items: readonly T[], isBetter: (one: T, other: T) => boolean): readonly T[] {
  const settled: T[] = []
  for (const item of items) {
    let at = settled.length
    while (at > 0 && isBetter(item, settled[at - 1] as T)) at -= 1
    settled.splice(at, 0, item)
  }
  return settled
}
