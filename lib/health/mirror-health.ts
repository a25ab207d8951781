/**
 * The health of a mirror, probe by probe: one failed probe does not make a mirror unhealthy, and one good probe does not
 * make it healthy again. Pure: the clock and the random numbers are parameters.
 */

import type { ProbeReason } from '../model/probe-reason.ts'
import type { HealthSettings } from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import { type Health, healthOfProbe, isUsable } from './health.ts'
import { EARLY_PROBES, firstWaitMs, nextProbe, type Random, SHORTEST_WAIT_MS } from './probe-schedule.ts'

export interface MirrorHealth {
  readonly health: Health
  /** Whether a probe has shown it: before, nothing is known, and the mirror is written. */
  readonly judged: boolean
  /** When it changed to that; this and every time below in milliseconds of the monotonic clock. */
  readonly since: number
  /** Absent while the latest probe confirms the health. */
  readonly trend?: Trend
  /** The latest probe: when (undefined before the first one), and what was wrong. */
  readonly probedAt: number | undefined
  readonly reason?: ProbeReason
  readonly detail?: string
  /** Of the latest probes that measured one, newest last. */
  readonly latenciesMs: readonly number[]
  /** When the next probe is due. */
  readonly nextAt: number
  /** Probes in a row while it is unhealthy or rate limited; each doubles the wait. */
  readonly retries: number
  /** Probes that may still be sent before the interval is over. */
  readonly earlyProbes: number
}

/** Successive probes that all show a better health than the current one, or all a worse one. */
export interface Trend {
  /** The smallest change among them. */
  readonly toward: Health
  readonly probes: number
}

/** Latencies that are kept of each mirror. */
const LATENCIES = 5

/** Before the first probe. */
export function initialHealth(now: number, settings: HealthSettings, random: Random): MirrorHealth {
  return {
    health: 'healthy',
    judged: false,
    since: now,
    probedAt: undefined,
    latenciesMs: [],
    nextAt: now + firstWaitMs(settings, random),
    retries: 0,
    earlyProbes: EARLY_PROBES,
  }
}

/** Undefined while no probe has shown it. */
export function judgedHealth(mirror: MirrorHealth | undefined): Health | undefined {
  return mirror?.judged ? mirror.health : undefined
}

/** The health after a probe. A probe without a verdict (`unknown`) changes nothing but the time of the next one. */
export function healthAfter(
  before: MirrorHealth,
  probe: Probe,
  now: number,
  settings: HealthSettings,
  random: Random,
): MirrorHealth {
  const finding = assess(probe, settings)
  const saved = before.earlyProbes + (now - (before.probedAt ?? now)) / settings.intervalMs
  const earlyProbes = Math.min(EARLY_PROBES, saved)
  const judged = finding === undefined ? before : judgeFinding(before, finding, probe, now, settings)
  const after = { ...judged, probedAt: now, earlyProbes }
  const isFirstVerdict = after.judged && !before.judged
  const { waitMs, isEarly } = nextProbe({ ...after, isFirstVerdict }, probe, settings, random)
  return { ...after, earlyProbes: earlyProbes - Number(isEarly), nextAt: now + waitMs }
}

function judgeFinding(
  before: MirrorHealth,
  finding: Finding,
  probe: Probe,
  now: number,
  settings: HealthSettings,
) {
  const judgement = judge(before, finding.shows, now, settings)
  const judged = before.judged || judgement.trend === undefined
  return { ...judgement, judged, ...evidence(before, finding, probe) }
}

/** The health that one probe shows, and why it is not healthy. */
interface Finding extends Pick<MirrorHealth, 'reason' | 'detail'> {
  readonly shows: Health
}

/** Undefined: the probe shows nothing. */
function assess(probe: Probe, settings: HealthSettings): Finding | undefined {
  const { reason, detail, latency_ms } = probe
  const shows = healthOfProbe(probe)
  if (shows === undefined) return undefined
  if (shows === 'healthy') return findSlowness(latency_ms?.median, settings) ?? { shows }
  return { shows, ...(reason !== undefined && { reason }), ...(detail !== undefined && { detail }) }
}

function findSlowness(latencyMs = 0, { slowAfterMs }: HealthSettings): Finding | undefined {
  if (slowAfterMs === undefined || latencyMs < slowAfterMs) return undefined
  const detail = `responds after ${Math.round(latencyMs)} ms, and slow_after is ${slowAfterMs} ms; list a faster mirror before it, or raise slow_after`
  return { shows: 'degraded', reason: 'slow', detail }
}

type Judgement = Pick<MirrorHealth, 'health' | 'since' | 'trend' | 'retries'>

function judge(before: MirrorHealth, shown: Health, now: number, settings: HealthSettings): Judgement {
  const { health, since } = before
  const trend = shown === health ? undefined : trendAfter(before, shown)
  if (trend !== undefined && trend.probes >= probesNeeded(health, trend.toward, settings))
    return { health: trend.toward, since: now, retries: 0 }
  return { health, since, ...(trend && { trend }), retries: isUsable(health) ? 0 : before.retries + 1 }
}

function trendAfter({ health, trend }: MirrorHealth, shown: Health): Trend {
  const isWorse = SEVERITY[shown] > SEVERITY[health]
  const continues = trend !== undefined && isWorse === SEVERITY[trend.toward] > SEVERITY[health]
  if (!continues || shown === 'rate_limited') return { toward: shown, probes: 1 }
  const isSmaller = isWorse === SEVERITY[trend.toward] < SEVERITY[shown]
  return { toward: isSmaller ? trend.toward : shown, probes: trend.probes + 1 }
}

/** Probes in a row that a change takes. A 429 counts immediately, and so does the first response that is none. */
function probesNeeded(from: Health, to: Health, { rise, fall }: HealthSettings): number {
  if (to === 'rate_limited' || from === 'rate_limited') return 1
  return SEVERITY[to] < SEVERITY[from] ? rise : fall
}

const SEVERITY: Readonly<Record<Health, number>> = { healthy: 0, degraded: 1, rate_limited: 2, unhealthy: 2 }

function evidence(
  { latenciesMs }: MirrorHealth,
  { reason, detail }: Finding,
  { latency_ms }: Probe,
): Pick<MirrorHealth, 'reason' | 'detail' | 'latenciesMs'> {
  return {
    ...(reason !== undefined && { reason }),
    ...(detail !== undefined && { detail }),
    latenciesMs:
      latency_ms === undefined ? latenciesMs : [...latenciesMs, latency_ms.median].slice(-LATENCIES),
  }
}

/** After a long time without a probe a verdict counts for nothing; only a rate limit stays. */
export function expiredHealth(old: MirrorHealth, now: number): MirrorHealth {
  if (old.health === 'rate_limited') return old
  const { probedAt, latenciesMs, earlyProbes, nextAt } = old
  return {
    health: 'healthy',
    judged: false,
    since: now,
    probedAt,
    latenciesMs,
    nextAt: Math.min(nextAt, now + SHORTEST_WAIT_MS),
    retries: 0,
    earlyProbes,
  }
}
