/**
 * The health of a mirror, probe by probe: one failed probe does not make a mirror unhealthy, and one good probe does not
 * make it healthy again. Pure: the clock and the random numbers are parameters.
 */
import type { HealthSettings } from '../model/registry.ts'
import type { Probe, ProbeReason } from '../model/report.ts'
import { type Health, healthOfProbe, isUsable } from './health.ts'
import { EARLY_PROBES, firstWaitMs, nextProbe, type Random, SHORTEST_WAIT_MS } from './probe-schedule.ts'

export interface MirrorHealth {
  readonly health: Health
  /** Whether a probe has shown it: before, nothing is known, and the mirror is written. */
  readonly judged: boolean
  /** When it changed to that; this and every time below in milliseconds of the monotonic clock. */
  readonly since: number
  /** Absent while the latest probe confirms the health. */
  readonly doubt?: Doubt
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
interface Doubt {
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
  const shown = shownBy(probe, settings)
  const saved = before.earlyProbes + (now - (before.probedAt ?? now)) / settings.intervalMs
  const earlyProbes = Math.min(EARLY_PROBES, saved)
  const judged =
    shown === undefined
      ? before
      : { ...judge(before, shown, now, settings), judged: true, ...findings(before, probe) }
  const after = { ...judged, probedAt: now, earlyProbes }
  const { waitMs, isEarly } = nextProbe(after, probe, settings, random)
  return { ...after, earlyProbes: earlyProbes - Number(isEarly), nextAt: now + waitMs }
}

/** The health that one probe shows; undefined: none. */
function shownBy(probe: Probe, { slowAfterMs }: HealthSettings): Health | undefined {
  const health = healthOfProbe(probe)
  const isSlow = slowAfterMs !== undefined && (probe.latency_ms?.median ?? 0) >= slowAfterMs
  return health === 'healthy' && isSlow ? 'degraded' : health
}

type Judgement = Pick<MirrorHealth, 'health' | 'since' | 'doubt' | 'retries'>

function judge(before: MirrorHealth, shown: Health, now: number, settings: HealthSettings): Judgement {
  const { health, since } = before
  const doubt = shown === health ? undefined : doubtAfter(before, shown)
  if (doubt !== undefined && doubt.probes >= probesNeeded(health, doubt.toward, settings))
    return { health: doubt.toward, since: now, retries: 0 }
  return { health, since, ...(doubt && { doubt }), retries: isUsable(health) ? 0 : before.retries + 1 }
}

function doubtAfter({ health, doubt }: MirrorHealth, shown: Health): Doubt {
  const isWorse = SEVERITY[shown] > SEVERITY[health]
  const continues = doubt !== undefined && isWorse === SEVERITY[doubt.toward] > SEVERITY[health]
  if (!continues || shown === 'rate_limited') return { toward: shown, probes: 1 }
  const isSmaller = isWorse === SEVERITY[doubt.toward] < SEVERITY[shown]
  return { toward: isSmaller ? doubt.toward : shown, probes: doubt.probes + 1 }
}

/** Probes in a row that a change takes. A 429 counts immediately, and so does the first response that is none. */
function probesNeeded(from: Health, to: Health, { rise, fall }: HealthSettings): number {
  if (to === 'rate_limited' || from === 'rate_limited') return 1
  return SEVERITY[to] < SEVERITY[from] ? rise : fall
}

const SEVERITY: Readonly<Record<Health, number>> = { healthy: 0, degraded: 1, rate_limited: 2, unhealthy: 2 }

function findings(
  { latenciesMs }: MirrorHealth,
  { reason, detail, latency_ms }: Probe,
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
