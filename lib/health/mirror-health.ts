/**
 * What a mirror is taken to be, answer by answer: one bad answer is not its death, one good answer not its recovery.
 * Pure; the clock and the dice are handed in.
 */
import type { HealthSettings } from '../model/registry.ts'
import type { Probe, Reason } from '../model/report.ts'

/** `up` until the opposite is shown. `limited`: it has answered 429 and is left in peace. */
export type Health = 'up' | 'slow' | 'limited' | 'down'

export interface MirrorHealth {
  readonly health: Health
  /** When it became that; this and every time below in milliseconds of the monotonic clock. */
  readonly since: number
  /** Answers in a row that speak for a better health, or for a worse one. */
  readonly streak: number
  /** What all of them speak for at least. */
  readonly leaning?: Health
  /** The latest answer: when (undefined: there was none yet), and what was wrong with it. */
  readonly askedAt: number | undefined
  readonly reason?: Reason
  readonly detail?: string
  /** Of the latest answers that had one, newest last. */
  readonly latenciesMs: readonly number[]
  /** Not before that it is asked again. */
  readonly nextAt: number
  /** How many times in a row it was asked while it was down or limited: each doubles the wait. */
  readonly rounds: number
  /** Questions that may still be asked out of turn. */
  readonly extra: number
}

/** Whether a mirror of that health is one to pull from; the others leave the file, where the list wants that. */
export function isUsable(health: Health): boolean {
  return health === 'up' || health === 'slow'
}

/** Numbers from 0 to 1. */
export type Random = () => number

const HOUR_MS = 3_600_000
/** Between two answers that are to settle a doubt. */
const DOUBT_MS = 1000
/** Of the interval, up or down: a fleet that was started at once must not ask at once. */
const JITTER = 0.1
/** How many intervals the dead are left alone at most. */
const LONGEST_PAUSE = 4
/** What a 429 without Retry-After costs at first, and what one with it costs at most. */
const LIMITED_MS = 60_000
const LONGEST_LIMIT_MS = HOUR_MS
/** Questions out of turn that can be saved up; one more comes with every interval. */
const EXTRA = 10
/** Latencies that are kept of each. */
const LATENCIES = 5

/** Before the first answer: asked within an interval, not at once by all. */
export function initialHealth(now: number, { intervalMs }: HealthSettings, random: Random): MirrorHealth {
  const nextAt = now + random() * Math.min(intervalMs, DOUBT_MS)
  const never = { streak: 0, askedAt: undefined, latenciesMs: [], rounds: 0, extra: EXTRA }
  return { health: 'up', since: now, nextAt, ...never }
}

/** The standing after an answer. An answer that says nothing (`unknown`) changes nothing but the time of the next. */
export function healthAfter(
  before: MirrorHealth,
  probe: Probe,
  now: number,
  settings: HealthSettings,
  random: Random,
): MirrorHealth {
  const shown = shownBy(probe, settings)
  const extra = Math.min(EXTRA, before.extra + (now - (before.askedAt ?? now)) / settings.intervalMs)
  const after =
    shown === undefined
      ? { ...before, askedAt: now, extra }
      : { ...turned(before, shown, now, settings), ...heard(before, probe), askedAt: now, extra }
  const next = pauseOf(after, probe, settings, random)
  return { ...after, extra: extra - (next.extra ? 1 : 0), nextAt: now + next.ms }
}

type Turned = Pick<MirrorHealth, 'health' | 'since' | 'streak' | 'leaning' | 'rounds'>

/** What it is after an answer that shows a health. */
function turned(before: MirrorHealth, shown: Health, now: number, settings: HealthSettings): Turned {
  const { health, since } = before
  const doubt = shown === health ? undefined : doubtAfter(before, shown)
  if (doubt !== undefined && doubt.streak >= needed(health, doubt.leaning, settings))
    return { health: doubt.leaning, since: now, streak: 0, rounds: 0 }
  return { health, since, streak: 0, ...doubt, rounds: isUsable(health) ? 0 : before.rounds + 1 }
}

/** Answers count together that speak for better, or for worse; what they have in common is the less of it. */
function doubtAfter(
  { health, streak, leaning }: MirrorHealth,
  shown: Health,
): { streak: number; leaning: Health } {
  const worse = RANK[shown] > RANK[health]
  if (leaning === undefined || shown === 'limited' || worse !== RANK[leaning] > RANK[health])
    return { streak: 1, leaning: shown }
  const least = worse === RANK[leaning] < RANK[shown] ? leaning : shown
  return { streak: streak + 1, leaning: least }
}

/** What an answer has told besides. */
function heard(before: MirrorHealth, probe: Probe): Pick<MirrorHealth, 'reason' | 'detail' | 'latenciesMs'> {
  return {
    ...(probe.reason !== undefined && { reason: probe.reason }),
    ...(probe.detail !== undefined && { detail: probe.detail }),
    latenciesMs: latenciesAfter(before, probe),
  }
}

/** Somebody who was not asked for long: nothing is held against them but the wish to be left in peace. */
export function expiredHealth(standing: MirrorHealth, now: number): MirrorHealth {
  if (standing.health === 'limited') return standing
  const { askedAt, latenciesMs, extra, nextAt } = standing
  const blank = { health: 'up', since: now, streak: 0, rounds: 0 } as const
  return { ...blank, askedAt, latenciesMs, extra, nextAt: Math.min(nextAt, now + DOUBT_MS) }
}

/** What one answer speaks for; undefined: for nothing. */
function shownBy({ status, reason, latency_ms }: Probe, { slowAfterMs }: HealthSettings): Health | undefined {
  if (status === 'unknown') return undefined
  if (reason === 'rate_limited') return 'limited'
  if (status === 'unhealthy') return 'down'
  const slow =
    status === 'degraded' || (slowAfterMs !== undefined && (latency_ms?.median ?? 0) >= slowAfterMs)
  return slow ? 'slow' : 'up'
}

/** How many answers in a row it takes. Who says 429 is believed at once, and so is who says it no longer. */
function needed(from: Health, to: Health, { rise, fall }: HealthSettings): number {
  if (to === 'limited' || from === 'limited') return 1
  return RANK[to] < RANK[from] ? rise : fall
}

const RANK: Readonly<Record<Health, number>> = { up: 0, slow: 1, limited: 2, down: 2 }

function latenciesAfter({ latenciesMs }: MirrorHealth, { latency_ms }: Probe): readonly number[] {
  return latency_ms === undefined ? latenciesMs : [...latenciesMs, latency_ms.median].slice(-LATENCIES)
}

/** How long until the next question, and whether it is one out of turn. */
function pauseOf(
  { health, streak, rounds, extra }: Omit<MirrorHealth, 'nextAt'>,
  { retry_after_s }: Probe,
  { intervalMs }: HealthSettings,
  random: Random,
): { ms: number; extra: boolean } {
  const jittered = (ms: number) => Math.max(DOUBT_MS, ms * (1 + JITTER * (2 * random() - 1)))
  // Whatever the settings, nobody is asked more often than once a second, and never for ever out of turn.
  if (streak > 0 && extra >= 1) return { ms: DOUBT_MS, extra: true }
  const doubled = 2 ** Math.min(rounds, 16)
  if (health === 'limited') {
    const asked = retry_after_s === undefined ? LIMITED_MS * doubled : retry_after_s * 1000
    // Not earlier than it wants, who may want an hour at most, and not more often than while it is well.
    const ms = Math.max(intervalMs, Math.min(LONGEST_LIMIT_MS, asked))
    return { ms: ms * (1 + JITTER * random()), extra: false }
  }
  if (health === 'down') return { ms: jittered(intervalMs * Math.min(doubled, LONGEST_PAUSE)), extra: false }
  return { ms: jittered(intervalMs), extra: false }
}

/** The longest that somebody waits for the next question, who is not to be left in peace. */
export function longestWaitMs({ intervalMs }: HealthSettings): number {
  return intervalMs * LONGEST_PAUSE * (1 + JITTER)
}

/** The most questions that a mirror is asked in an hour, by one node; never two within a second. */
export function maxProbesPerHour({ intervalMs }: HealthSettings): number {
  const regular = HOUR_MS / (intervalMs * (1 - JITTER))
  return Math.min(HOUR_MS / DOUBT_MS, Math.ceil(regular + HOUR_MS / intervalMs + EXTRA))
}
