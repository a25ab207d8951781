/** What a watcher remembers, and what follows from an answer. All times are in milliseconds of the monotonic clock. */

import { healthAfter, type MirrorHealth, type Random } from '../health/mirror-health.ts'
import type { Order } from '../health/order.ts'
import { fullRateLimit, type RateLimit } from '../health/rate-limit.ts'
import type { LoadedList } from '../list/load.ts'
import type { MirrorList, Registry } from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import type { Endpoint } from '../probe/api/endpoint.ts'
import type { Happening, Point, RegistryStatus } from './serve/status.ts'

/** Rewrites for the sake of health; what the list or somebody else changes is not counted. */
export const REWRITES = { anHour: 60, atOnce: 20 } as const

/** An endpoint that is asked, and what came of it. */
export interface Watched {
  readonly endpoint: Endpoint
  readonly url: string
  readonly key: string
  /** Equal for endpoints that are asked in the same way, and so are asked once. */
  readonly question: string
  standing: MirrorHealth
  probe: Probe | undefined
  asking: boolean
  changes: number
  readonly asked: Record<string, number>
  points: readonly Point[]
}

/** A list as it is written, and as text what of it decides that. */
export interface Form {
  readonly list: MirrorList
  readonly form: string
}

export interface Memory {
  readonly startedAt: number
  /** Of the latest turn of the loop. */
  turnedAt: number
  loaded: LoadedList | undefined
  loadedAt: number
  listProblem: string | undefined
  readonly reads: { good: number; bad: number }
  mirrors: readonly Watched[]
  /** The registries' own, where they may be asked. */
  servers: readonly Watched[]
  readonly orders: Map<string, Order>
  rewrites: RateLimit
  heldUntil: number | undefined
  /** Until when a change waits for what a server is about to say. */
  doubtUntil: number | undefined
  /** The list as it was last tried to be written; undefined: never by this watcher. */
  written: Form | undefined
  /** What the next walk has to write: what a renewed list asks for is owed until it is written. */
  owed: 'all' | 'immediate'
  /** Whether a list was written in whole by this watcher. */
  inForce: boolean
  writtenAt: number | undefined
  writes: number
  failures: number
  nodeProblem: string | undefined
  /** Why what is known is not kept. */
  keepProblem: string | undefined
  /** Registries that nothing can be pulled from, as was told. */
  outages: readonly string[]
  /** What was said of the list when it was last read, and of the node when it was last walked. */
  cautions: readonly string[]
  said: readonly string[]
  /** What has to be restarted, and how. */
  restart: readonly string[]
  /** Paths of what is not as the list says and is left to `apply`. */
  left: readonly string[]
  hosts: ReadonlyMap<string, NonNullable<RegistryStatus['hosts']>>
  keepAt: number
  historyAt: number
  /** When a write that failed is tried again; Infinity: none has. */
  retryAt: number
  happenings: readonly Happening[]
}

export function blank(now: number): Memory {
  return {
    startedAt: now,
    turnedAt: now,
    loaded: undefined,
    loadedAt: 0,
    listProblem: undefined,
    reads: { good: 0, bad: 0 },
    mirrors: [],
    servers: [],
    orders: new Map(),
    rewrites: fullRateLimit(now, REWRITES),
    heldUntil: undefined,
    doubtUntil: undefined,
    written: undefined,
    owed: 'all',
    inForce: false,
    writtenAt: undefined,
    writes: 0,
    failures: 0,
    nodeProblem: undefined,
    keepProblem: undefined,
    outages: [],
    cautions: [],
    said: [],
    restart: [],
    left: [],
    hosts: new Map(),
    keepAt: 0,
    historyAt: now + 60_000,
    retryAt: Number.POSITIVE_INFINITY,
    happenings: [],
  }
}

/** Points that are kept of each mirror, one an interval or so. */
const POINTS = 240
const HOUR_MS = 3_600_000

/** Puts an answer down; says whether the health has changed. */
export function recordProbe(
  watched: Watched,
  probe: Probe,
  list: MirrorList,
  now: number,
  random: Random,
): boolean {
  const before = watched.standing
  watched.standing = healthAfter(before, probe, now, list.health, random)
  watched.probe = probe
  const result = probe.reason ?? probe.status
  watched.asked[result] = (watched.asked[result] ?? 0) + 1
  const ms = probe.status === 'unhealthy' ? undefined : probe.latency_ms?.median
  watched.points = [...watched.points, { at: now, ms }].filter(({ at }) => at > now - HOUR_MS).slice(-POINTS)
  const changed = watched.standing.health !== before.health
  if (changed) watched.changes += 1
  return changed
}

/** What of a list decides what is written, as text: to tell whether that has changed. */
export function writtenForm(list: MirrorList): string {
  return JSON.stringify([
    list.registries.map((registry: Registry) => ({ ...registry, place: undefined })),
    list.targets,
  ])
}

export const HAPPENINGS = 50

export function note(memory: Memory, at: number, text: string): void {
  memory.happenings = [{ at, text }, ...memory.happenings].slice(0, HAPPENINGS)
}
