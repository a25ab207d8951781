/** What the status page shows of the last hour, as it is saved for the next watcher. Pure. */
import { type Clocks, monotonicTime, wallTime } from '../system/clocks.ts'
import type { Memory } from './memory.ts'
import type { LatencySample, RecentEvent } from './serve/status.ts'

/** Times are in milliseconds of the monotonic clock; in the file, which outlives the boot, in milliseconds since 1970. */
export interface History {
  /** Newest first. */
  readonly events: readonly RecentEvent[]
  /** By `keyOf`, oldest first: when, and the latency, null where the probe failed. */
  readonly samples: Readonly<Record<string, readonly (readonly [at: number, ms: number | null])[]>>
}

const VERSION = 2
const MINUTE = 60_000

export function buildHistory({ mirrors, recentEvents }: Memory): History {
  const samples = mirrors.map(({ key, samples }) => [
    key,
    worstOfMinutes(samples).map(({ at, ms }) => [at, ms === undefined ? null : Math.ceil(ms)]),
  ])
  return { events: recentEvents, samples: Object.fromEntries(samples) }
}

/** Without spaces: its size grows with the number of mirrors, and people do not read it. */
export function serializeHistory(history: History, now: Clocks): string {
  return `${JSON.stringify({ version: VERSION, ...withTimes(history, at => wallTime(at, now)) })}\n`
}

/** Undefined for an invalid file: only the page loses something. Times after the wall clock's present are left out. */
export function parseHistory(text: string, now: Clocks): History | undefined {
  try {
    const { version, ...history } = JSON.parse(text) as History & { version: unknown }
    const samples = Object.values(history.samples).flat()
    const isValid = history.events.every(isEvent) && samples.every(isSample)
    if (version !== VERSION || !isValid) return undefined
    return withTimes(until(now.wall, history), at => monotonicTime(at, now))
  } catch {
    return undefined
  }
}

function withTimes({ events, samples }: History, time: (at: number) => number): History {
  const timed = Object.entries(samples).map(([key, all]) => [key, all.map(([at, ms]) => [time(at), ms])])
  return {
    events: events.map(({ at, text }) => ({ at: time(at), text })),
    samples: Object.fromEntries(timed),
  }
}

function until(latest: number, { events, samples }: History): History {
  const past = Object.entries(samples).map(([key, all]) => [key, all.filter(([at]) => at <= latest)])
  return { events: events.filter(({ at }) => at <= latest), samples: Object.fromEntries(past) }
}

/** By `keyOf`. */
export function allSamples({ samples }: History): readonly (readonly [string, readonly LatencySample[]])[] {
  return Object.entries(samples).map(([key, all]) => [
    key,
    all.map(([at, ms]) => ({ at, ms: ms ?? undefined })),
  ])
}

/** As much as the page draws: of each minute the failure, or else the slowest response. */
function worstOfMinutes(samples: readonly LatencySample[]): readonly LatencySample[] {
  const worst = new Map<number, LatencySample>()
  for (const sample of samples) {
    const minute = Math.floor(sample.at / MINUTE)
    const other = worst.get(minute)
    if (other === undefined || rankOf(sample) > rankOf(other)) worst.set(minute, sample)
  }
  return [...worst.values()]
}

function rankOf({ ms }: LatencySample): number {
  return ms ?? Number.POSITIVE_INFINITY
}

/** Milliseconds since 1970 that a date can represent. */
function isTime(ms: unknown): boolean {
  return typeof ms === 'number' && !Number.isNaN(new Date(ms).getTime())
}

function isEvent({ at, text }: RecentEvent): boolean {
  return isTime(at) && typeof text === 'string'
}

function isSample([at, ms]: readonly [unknown, unknown]): boolean {
  return isTime(at) && (ms === null || Number.isFinite(ms))
}
