/** When a mirror is probed next, and how often at most. Pure. */
import type { HealthSettings } from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import { type Health, isUsable } from './health.ts'

/** Numbers from 0 to 1. */
export type Random = () => number

const HOUR_MS = 3_600_000
/** The shortest wait between two probes of a mirror; a change of its health is confirmed at this pace. */
export const SHORTEST_WAIT_MS = 1000
/** Part of the wait that is random, so that nodes that start together do not probe together. */
const JITTER = 0.1
const LONGEST_FIRST_WAIT_MS = 10_000
/** The longest wait for an unhealthy mirror, in intervals. */
const LONGEST_WAIT_INTERVALS = 4
/** The wait after a 429 without Retry-After, doubled at every further one; and the longest wait after any 429. */
const RATE_LIMIT_WAIT_MS = 60_000
const LONGEST_RATE_LIMIT_WAIT_MS = HOUR_MS
/** Early probes that a mirror can save up; every interval adds one. */
export const EARLY_PROBES = 10

interface Probed {
  readonly health: Health
  readonly trend?: unknown
  /** Nodes that start together have it together: from then on each probes at its own time within the interval. */
  readonly isFirstVerdict: boolean
  readonly retries: number
  readonly earlyProbes: number
}

interface Scheduled extends Pick<Probed, 'health' | 'trend'> {
  readonly probedAt: number | undefined
  readonly nextAt: number
}

/** The first probe is sent soon, not by all nodes in the same moment: after a power failure they start together. */
export function firstWaitMs({ intervalMs }: HealthSettings, random: Random): number {
  return random() * Math.min(intervalMs / 3, LONGEST_FIRST_WAIT_MS)
}

/** The wait until the next probe, and whether that one is early. */
export function nextProbe(
  state: Probed,
  probe: Probe,
  settings: HealthSettings,
  random: Random,
): { waitMs: number; isEarly: boolean } {
  // Without a budget, a mirror that flaps would be probed every second forever.
  if (state.earlyProbes >= 1) {
    if (state.trend !== undefined) return { waitMs: SHORTEST_WAIT_MS, isEarly: true }
    if (state.isFirstVerdict && state.health !== 'rate_limited')
      return { waitMs: Math.max(SHORTEST_WAIT_MS, settings.intervalMs * random()), isEarly: true }
  }
  return { waitMs: regularWaitMs(state, probe, settings, random), isEarly: false }
}

function regularWaitMs(
  { health, retries }: Probed,
  { retry_after_s }: Probe,
  { intervalMs }: HealthSettings,
  random: Random,
): number {
  const doubled = 2 ** Math.min(retries, 16)
  if (health === 'rate_limited') {
    const requested = retry_after_s === undefined ? RATE_LIMIT_WAIT_MS * doubled : retry_after_s * 1000
    // Never more often than a healthy mirror.
    const ms = Math.max(intervalMs, Math.min(LONGEST_RATE_LIMIT_WAIT_MS, requested))
    // Retry-After may name the same moment to all nodes: they return over an interval at least.
    return ms + random() * Math.max(intervalMs, JITTER * ms)
  }
  const intervals = health === 'unhealthy' ? Math.min(doubled, LONGEST_WAIT_INTERVALS) : 1
  return Math.max(SHORTEST_WAIT_MS, intervalMs * intervals * (1 + JITTER * (2 * random() - 1)))
}

/** How much earlier than it is due a probe may be sent, in intervals. */
const EARLIER = 1 / 30

/**
 * Whether a regular probe may be sent together with one that is due: to wake up for each of 50 mirrors costs more than the
 * probes themselves. No wait gets shorter than its random part allows.
 */
export function mayBeSentNow(state: Scheduled, { intervalMs }: HealthSettings, now: number): boolean {
  const { health, trend, probedAt, nextAt } = state
  const isRegular = isUsable(health) && trend === undefined && probedAt !== undefined
  return isRegular && nextAt - now <= intervalMs * EARLIER && now - probedAt >= intervalMs * (1 - JITTER)
}

/** The longest wait for a mirror that is not rate limited. */
export function longestWaitMs({ intervalMs }: HealthSettings): number {
  return intervalMs * LONGEST_WAIT_INTERVALS * (1 + JITTER)
}

/** The most probes that one node sends to a mirror within an hour. */
export function maxProbesPerHour({ intervalMs }: HealthSettings): number {
  const regular = HOUR_MS / (intervalMs * (1 - JITTER))
  return Math.min(HOUR_MS / SHORTEST_WAIT_MS, Math.ceil(regular + HOUR_MS / intervalMs + EARLY_PROBES))
}
