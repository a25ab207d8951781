/** What a watcher has seen of the last hour, as it is kept for the one that is started next: its pages begin with it. Pure. */
import { isTime } from '../health/book.ts'
import type { Memory } from './memory.ts'
import type { Happening, Point } from './status.ts'

export interface History {
  readonly version: 1
  /** Newest first. */
  readonly happenings: readonly Happening[]
  /** By `keyOf`, oldest first: milliseconds since 1970, and how long the answer took, null where it was none. */
  readonly points: Readonly<Record<string, readonly (readonly [at: number, ms: number | null])[]>>
}

const MINUTE = 60_000

export function historyOf({ mirrors, happenings }: Memory): History {
  const points = mirrors.map(({ key, points }) => [
    key,
    worstOfMinutes(points).map(({ at, ms }) => [at, ms === undefined ? null : Math.ceil(ms)]),
  ])
  return { version: 1, happenings, points: Object.fromEntries(points) }
}

/** Without spaces: it grows with the mirrors, and nobody reads it. */
export function serializeHistory(history: History): string {
  return `${JSON.stringify(history)}\n`
}

/** Undefined for what is none: nothing is lost but what a page shows. */
export function parseHistory(text: string): History | undefined {
  try {
    const history = JSON.parse(text) as History
    const points = Object.values(history.points).flat()
    const sound = history.happenings.every(isHappening) && points.every(isPoint)
    return history.version === 1 && sound ? history : undefined
  } catch {
    return undefined
  }
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

function isHappening({ at, text }: Happening): boolean {
  return isTime(at) && typeof text === 'string'
}

function isPoint([at, ms]: readonly [unknown, unknown]): boolean {
  return isTime(at) && (ms === null || Number.isFinite(ms))
}
