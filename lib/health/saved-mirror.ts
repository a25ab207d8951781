/** The health of a mirror as health.json has it: keys in snake_case. Pure. */
import type { ProbeReason } from '../model/probe-reason.ts'
import { HEALTHS, type Health } from './health.ts'
import type { MirrorHealth, Trend } from './mirror-health.ts'

export interface SavedMirror {
  readonly health: Health
  readonly judged: boolean
  readonly since: number
  readonly trend?: Trend
  readonly probed_at?: number
  readonly reason?: ProbeReason
  readonly detail?: string
  readonly latencies_ms: readonly number[]
  readonly next_at: number
  readonly retries: number
  readonly early_probes: number
}

export function toSavedMirror(mirror: MirrorHealth): SavedMirror {
  const { probedAt, latenciesMs, nextAt, earlyProbes, ...same } = mirror
  return {
    ...same,
    ...(probedAt !== undefined && { probed_at: probedAt }),
    latencies_ms: latenciesMs,
    next_at: nextAt,
    early_probes: earlyProbes,
  }
}

export function fromSavedMirror(saved: SavedMirror): MirrorHealth {
  const { probed_at, latencies_ms, next_at, early_probes, ...same } = saved
  return {
    ...same,
    probedAt: probed_at,
    latenciesMs: latencies_ms,
    nextAt: next_at,
    earlyProbes: early_probes,
  }
}

/** Whether a watcher could have saved this at the time `latest`. */
export function isSavedMirror(mirror: SavedMirror, latest: number): boolean {
  const { health, judged, since, trend, probed_at, latencies_ms, next_at, retries, early_probes } = mirror
  return (
    HEALTHS.includes(health) &&
    typeof judged === 'boolean' &&
    (trend === undefined || (HEALTHS.includes(trend.toward) && trend.probes > 0)) &&
    [retries, early_probes, next_at].every(Number.isFinite) &&
    [since, probed_at ?? since].every(ms => isPast(ms, latest)) &&
    Array.isArray(latencies_ms) &&
    latencies_ms.every(Number.isFinite)
  )
}

/** Whether it is a time between the boot and `latest`. */
export function isPast(ms: unknown, latest: number): boolean {
  return typeof ms === 'number' && ms >= 0 && ms <= latest
}
