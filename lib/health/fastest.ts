/** Mirrors from the fastest to the slowest, for people who choose one. Pure. */
import type { Probe } from '../model/report.ts'
import { healthOfProbe, isUsable } from './health.ts'

/** Whether a pull can use the mirror now. */
export function isServing(probe: Pick<Probe, 'status' | 'reason'>): boolean {
  return isUsable(healthOfProbe(probe))
}

/**
 * Registries keep their order. Of each, healthy mirrors come first, then degraded ones, then those that are rate limited,
 * then the others; among those, the fastest first. Unlike a rank, a small difference counts too: nothing is rewritten for it.
 */
export function fastestFirst(probes: readonly Probe[]): readonly Probe[] {
  const byRegistry = Map.groupBy(probes, ({ registry }) => registry)
  return [...byRegistry.values()].flatMap(own => {
    const timeOf = measureOf(own)
    return own.toSorted((a, b) => classOf(a) - classOf(b) || compare(timeOf(a), timeOf(b)))
  })
}

function classOf(probe: Probe): number {
  if (probe.status === 'healthy') return 0
  if (probe.status !== 'degraded') return 3
  return isServing(probe) ? 1 : 2
}

/** The estimate for an image, where every mirror that serves has one; else the latency. */
function measureOf(probes: readonly Probe[]): (probe: Probe) => number {
  const hasEstimates = probes.filter(isServing).every(probe => probe.pull_50mb_s !== undefined)
  return ({ pull_50mb_s, latency_ms }) =>
    (hasEstimates ? pull_50mb_s : latency_ms?.median) ?? Number.POSITIVE_INFINITY
}

/** Two that were not measured are equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}
