/** What a watcher has seen of the last hour, as it is kept for the one that is started next: its pages begin with it. Pure. */
import { type Clocks, monotonicTime, wallTime } from '../system/clocks.ts'
import type { Memory } from './memory.ts'
import type { Happening, Point } from './serve/status.ts'

/** Times are in milliseconds of the monotonic clock; in the file, which outlives the boot, in milliseconds since 1970. */
export interface History {
  /** Newest first. */
  readonly happenings: readonly Happening[]
  /** By `keyOf`, oldest first: when, and how long the answer took, null where it was none. */
  readonly points: Readonly<Record<string, readonly (readonly [at: number, ms: number | null])[]>>
}

const MINUTE = 60_000

export function historyOf({ mirrors, happenings }: Memory): History {
  const points = mirrors.map(({ key, points }) => [
    key,
    worstOfMinutes(points).map(({ at, ms }) => [at, ms === undefined ? null : Math.ceil(ms)]),
  ])
  return { happenings, points: Object.fromEntries(points) }
}

/** Without spaces: it grows with the mirrors, and nobody reads it. */
export function serializeHistory(history: History, now: Clocks): string {
  return `${JSON.stringify({ version: 1, ...timed(history, at => wallTime(at, now)) })}\n`
}

/** Undefined for what is none: nothing is lost but what a page shows. What the wall clock has not come to yet is left out. */
export function parseHistory(text: string, now: Clocks): History | undefined {
  try {
    const { version, ...history } = JSON.parse(text) as History & { version: unknown }
    const points = Object.values(history.points).flat()
    const sound = history.happenings.every(isHappening) && points.every(isPoint)
    if (version !== 1 || !sound) return undefined
    return timed(until(now.wall, history), at => monotonicTime(at, now))
  } catch {
    return undefined
  }
}

function timed({ happenings, points }: History, time: (at: number) => number): History {
  const timedPoints = Object.entries(points).map(([key, all]) => [key, all.map(([at, ms]) => [time(at), ms])])
  return {
    happenings: happenings.map(({ at, text }) => ({ at: time(at), text })),
    points: Object.fromEntries(timedPoints),
  }
}

function until(latest: number, { happenings, points }: History): History {
  const past = Object.entries(points).map(([key, all]) => [key, all.filter(([at]) => at <= latest)])
  return { happenings: happenings.filter(({ at }) => at <= latest), points: Object.fromEntries(past) }
}

export function pointsOf({ points }: History, key: string): readonly Point[] {
  return (points[key] ?? []).map(([at, ms]) => ({ at, ms: ms ?? undefined }))
}

/** As much as its picture shows: of each minute the failure, or else the slowest answer. */
function worstOfMinutes(points: readonly Point[]): readonly Point[] {
  const worst = new Map<number, Point>()
  for (const point of points) {
    const minute = Math.floor(point.at / MINUTE)
    const other = worst.get(minute)
    if (other === undefined || badness(point) > badness(other)) worst.set(minute, point)
  }
  return [...worst.values()]
}

function badness({ ms }: Point): number {
  return ms ?? Number.POSITIVE_INFINITY
}

/** Milliseconds since 1970 that a date can be made of. */
function isTime(ms: unknown): boolean {
  return typeof ms === 'number' && !Number.isNaN(new Date(ms).getTime())
}

function isHappening({ at, text }: Happening): boolean {
  return isTime(at) && typeof text === 'string'
}

function isPoint([at, ms]: readonly [unknown, unknown]): boolean {
  return isTime(at) && (ms === null || Number.isFinite(ms))
}
