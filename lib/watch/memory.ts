/** What a watcher remembers. All times are in milliseconds of the monotonic clock. */
import type { LatencyOrder } from '../health/latency-order.ts'
import { healthAfter, type MirrorHealth } from '../health/mirror-health.ts'
import type { Random } from '../health/probe-schedule.ts'
import { fullBucket, type TokenBucket } from '../health/token-bucket.ts'
import type { LoadedList } from '../list/load.ts'
import type { Activation } from '../model/activation.ts'
import type { HealthSettings, MirrorList } from '../model/registry.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import type { Probe } from '../model/report.ts'
import type { TargetRegistries } from '../model/target-registries.ts'
import type { Endpoint } from '../probe/api/endpoint.ts'
import type { WrittenFor } from './moved-mirrors.ts'
import type { LatencySample, RecentEvent, ShownFile } from './serve/status.ts'

/**
 * Writes because of the health of mirrors; writes because of a new list, or of changes outside regmirror, are not limited.
 * Reloads count too, also those because of changes outside regmirror: a daemon notices each of them.
 */
export const WRITE_LIMITS = { perHour: 60, burst: 20 } as const

/** An endpoint that is probed. */
export interface Watched {
  readonly endpoint: Endpoint
  readonly url: string
  /** By `keyOf`; of a server, by `serverKeyOf`. */
  readonly key: string
  /** Equal for endpoints whose probes are the same, so that one probe is sent for all of them. */
  readonly probeKey: string
  state: MirrorHealth
  lastProbe: Probe | undefined
  probing: boolean
  /** Since the start: changes of its health, and probes by result. */
  changes: number
  readonly probes: Record<string, number>
  samples: readonly LatencySample[]
  /** Of the certificate that it had last: milliseconds since 1970. */
  certificateExpiresAt: number | undefined
  /** What was reported of it. */
  reportedCertificate: string | undefined
}

/** The health of a registry that events report. */
export type ReportedHealth = RegistryHealth & {
  readonly status: Exclude<RegistryHealth['status'], 'unknown'>
}

export interface ReloadCount {
  readonly success: number
  readonly error: number
}

export interface ReloadFailure {
  readonly problem: string
  /** When the reload is tried again, and how long that is after the last attempt. */
  readonly retryAt: number
  readonly waitMs: number
}

export interface Reloads {
  /** Since the start, by runtime. */
  readonly counts: Map<string, ReloadCount>
  /** Runtimes that do not serve after a reload. */
  readonly failures: Map<string, ReloadFailure>
  /** Until when a reload waits because there were too many writes and reloads. */
  limitedUntil: number | undefined
  /** What files are written for that wait for a reload. */
  waitFor: WrittenFor | undefined
}

export interface Memory {
  readonly startedAt: number
  /** Of the latest turn of the loop. */
  turnedAt: number
  loaded: LoadedList | undefined
  loadedAt: number
  listProblem: string | undefined
  readonly reads: { success: number; error: number }
  readonly reloads: Reloads
  mirrors: readonly Watched[]
  /** What the targets of the list have of it. */
  targets: readonly TargetRegistries[]
  /** The registries' own servers, where the list allows a fallback to them. */
  servers: readonly Watched[]
  /** Those of them that are probed, by what was known at the latest look. */
  neededServers: readonly Watched[]
  readonly orders: Map<string, LatencyOrder>
  writeBudget: TokenBucket
  /** Until when a change waits because there were too many. */
  limitedUntil: number | undefined
  /** Until when a change waits for the probe of a server. */
  serverWaitUntil: number | undefined
  /** The list that was written last, successfully or not; undefined: this watcher has not written yet. */
  attempted: MirrorList | undefined
  /** The list that was written last, successfully. */
  written: MirrorList | undefined
  /** What the next write includes: a new list is written in whole, also when that takes several attempts. */
  nextScope: 'all' | 'immediate'
  /** Whether this watcher has written a whole list. */
  ready: boolean
  writtenAt: number | undefined
  writes: number
  failures: number
  nodeProblem: string | undefined
  /** Why health.json or history.json cannot be saved. */
  saveProblem: string | undefined
  /** The health of each registry that was reported last; without what is unknown. */
  reportedRegistries: ReadonlyMap<string, ReportedHealth>
  /** Texts that were reported at the latest read of the list, and at the latest look at the node. */
  listNotices: readonly string[]
  nodeNotices: readonly string[]
  /** Runtimes that must be reloaded or restarted. */
  reload: readonly Activation[]
  restart: readonly Activation[]
  /** Paths of files that differ from the list and wait for `regmirror apply`. */
  pendingFiles: readonly string[]
  shownFiles: ReadonlyMap<string, readonly ShownFile[]>
  saveHealthAt: number
  saveHistoryAt: number
  /** When a failed write is retried; Infinity: none has failed. */
  retryAt: number
  /** Newest first. */
  recentEvents: readonly RecentEvent[]
}

const FIRST_HISTORY_MS = 60_000

export function newMemory(now: number): Memory {
  return {
    startedAt: now,
    turnedAt: now,
    loaded: undefined,
    loadedAt: 0,
    listProblem: undefined,
    reads: { success: 0, error: 0 },
    reloads: { counts: new Map(), failures: new Map(), limitedUntil: undefined, waitFor: undefined },
    ...{ mirrors: [], targets: [], servers: [], neededServers: [] },
    orders: new Map(),
    writeBudget: fullBucket(now, WRITE_LIMITS),
    limitedUntil: undefined,
    serverWaitUntil: undefined,
    attempted: undefined,
    written: undefined,
    nextScope: 'all',
    ready: false,
    writtenAt: undefined,
    writes: 0,
    failures: 0,
    nodeProblem: undefined,
    saveProblem: undefined,
    reportedRegistries: new Map(),
    listNotices: [],
    nodeNotices: [],
    reload: [],
    restart: [],
    pendingFiles: [],
    shownFiles: new Map(),
    saveHealthAt: 0,
    saveHistoryAt: now + FIRST_HISTORY_MS,
    retryAt: Number.POSITIVE_INFINITY,
    recentEvents: [],
  }
}

/** Samples that are kept of each mirror, about one an interval. */
const SAMPLES = 240
const HOUR_MS = 3_600_000

/** Records a probe; returns whether it has changed the health. */
export function recordProbe(
  watched: Watched,
  probe: Probe,
  settings: HealthSettings,
  now: number,
  random: Random,
): boolean {
  const before = watched.state.health
  watched.state = healthAfter(watched.state, probe, now, settings, random)
  watched.lastProbe = probe
  // A response may be slow only by the list's slow_after.
  const { reason } = probe.status === 'healthy' ? watched.state : probe
  const result = reason ?? probe.status
  watched.probes[result] = (watched.probes[result] ?? 0) + 1
  const ms = probe.status === 'unhealthy' ? undefined : probe.latency_ms?.median
  watched.samples = [...watched.samples, { at: now, ms }]
    .filter(({ at }) => at > now - HOUR_MS)
    .slice(-SAMPLES)
  const changed = watched.state.health !== before
  if (changed) watched.changes += 1
  return changed
}

export const RECENT_EVENTS = 50

export function rememberEvent(memory: Memory, at: number, text: string): void {
  memory.recentEvents = [{ at, text }, ...memory.recentEvents].slice(0, RECENT_EVENTS)
}
