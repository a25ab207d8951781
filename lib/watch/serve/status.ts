/** The state of a watcher as a value: everything that its pages show. Times are in milliseconds since 1970. */
import type { Health } from '../../health/health.ts'
import type { Activation } from '../../model/activation.ts'
import type { ProbeReason } from '../../model/probe-reason.ts'
import type { RegistryHealth } from '../../model/registry-health.ts'
import type { Probe } from '../../model/report.ts'

/** The latency of one probe; `ms` is undefined where the probe failed. */
export interface LatencySample {
  readonly at: number
  readonly ms: number | undefined
}

export interface MirrorStatus {
  readonly url: string
  /** The targets that this is for, where others are probed apart. */
  readonly targets?: readonly string[]
  readonly health: Health | 'unknown'
  /** When it changed to that. */
  readonly since: number
  /** Its position among the mirrors that are written for those targets, from 1; undefined: it is not written. */
  readonly position: number | undefined
  readonly reason?: ProbeReason
  /** One sentence, safe for a terminal; not for HTML. */
  readonly detail?: string
  /** The latest probe; undefined: none yet. */
  readonly probedAt: number | undefined
  readonly nextAt: number
  readonly phases?: Probe['phases_ms']
  readonly latencyMs?: number
  /** Of the last hour, oldest first, 240 at most. */
  readonly samples: readonly LatencySample[]
  /** How many probes were sent since the start, by result: `healthy`, or the reason. */
  readonly probes: Readonly<Record<string, number>>
  /** How often its health has changed since the start. */
  readonly changes: number
  /** Of the certificate that it had last. */
  readonly certificateExpiresAt?: number
}

/** A file as it is now, secrets hidden. */
export interface ShownFile {
  readonly path: string
  readonly text: string
}

/** A server is probed only while the health of its registry depends on it. */
export interface ServerStatus {
  readonly url: string
  /** The targets that this is for, where others are probed apart. */
  readonly targets?: readonly string[]
  readonly health: Health | 'unknown'
  readonly reason?: ProbeReason
  readonly detail?: string
  /** Of the certificate that it had last. */
  readonly certificateExpiresAt?: number
}

export interface RegistryStatus {
  readonly name: string
  readonly mirrors: readonly MirrorStatus[]
  /** Empty where there is no server to fall back to; several where the targets do not probe it alike. */
  readonly servers: readonly ServerStatus[]
  /** Whether pulls by tag work. */
  readonly state: RegistryHealth
  /** The files that name its endpoints, one for each runtime at most. */
  readonly files: readonly ShownFile[]
}

/** An event, in one line. */
export interface RecentEvent {
  readonly at: number
  readonly text: string
}

export interface WatchStatus {
  readonly version: string
  /** The name of the machine that the watcher runs on. */
  readonly machine: string
  readonly startedAt: number
  readonly now: number
  readonly list: {
    readonly file: string
    /** Why the list is invalid now; the last valid one stays in use, if there was one. */
    readonly problem?: string
    /** Undefined: no list is in use. */
    readonly loadedAt?: number
    /** How often it was read since the start. */
    readonly reads: { readonly success: number; readonly error: number }
  }
  readonly node: {
    /** Why the latest write failed; undefined: it did not. */
    readonly problem?: string
    /** Whether this watcher has tried to write the node. */
    readonly tried: boolean
    /** When a file was last written; undefined: not since the start. */
    readonly writtenAt?: number
    /** How often files were written since the start. */
    readonly writes: number
    readonly failures: number
    /** Runtimes that do not serve after a reload; their files are as before. */
    readonly reloadFailures: readonly { readonly target: string; readonly problem: string }[]
    /** Reloads since the start, by runtime. */
    readonly reloads: Readonly<Record<string, { readonly success: number; readonly error: number }>>
    /** Runtimes that must be reloaded or restarted before all changes take effect. */
    readonly reload: readonly Activation[]
    readonly restart: readonly Activation[]
    /** Paths of files that differ from the list and wait for `regmirror apply`. */
    readonly pendingFiles: readonly string[]
    /** Until when changes wait, because there were too many within the hour. */
    readonly limitedUntil?: number
  }
  readonly registries: readonly RegistryStatus[]
  /** Newest first, 50 at most. */
  readonly recentEvents: readonly RecentEvent[]
  /** Whether the list was written in whole. */
  readonly ready: boolean
  /** Whether the loop turns. */
  readonly alive: boolean
}

/** What the checks need: cheap, however many mirrors there are. */
export type WatchSummary = Omit<WatchStatus, 'registries'>
