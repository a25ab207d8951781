/** What a watcher knows, as a value: all that its pages show. Times are in milliseconds since 1970. */
import type { Health } from '../../health/mirror-health.ts'
import type { Probe, Reason } from '../../model/report.ts'

/** How a mirror did at one moment; `ms` is undefined where it did not answer well. */
export interface Point {
  readonly at: number
  readonly ms: number | undefined
}

export interface MirrorStatus {
  readonly url: string
  readonly health: Health
  /** When it became that. */
  readonly since: number
  /** Its place among those that are written, from 1; undefined: it is left out. */
  readonly place: number | undefined
  readonly reason?: Reason
  /** One sentence, safe for a terminal; not for HTML. */
  readonly detail?: string
  /** The latest answer; undefined: there was none yet. */
  readonly askedAt: number | undefined
  readonly nextAt: number
  readonly phases?: Probe['phases_ms']
  readonly latencyMs?: number
  /** Of the last hour, oldest first, 240 at most. */
  readonly points: readonly Point[]
  /** How often it was asked since the start, by what came of it: `healthy`, or the reason. */
  readonly asked: Readonly<Record<string, number>>
  /** How often its health has changed since the start. */
  readonly changes: number
}

export interface RegistryStatus {
  readonly name: string
  readonly mirrors: readonly MirrorStatus[]
  /** Undefined where there is none, or it may not be asked. */
  readonly server?: { readonly url: string; readonly up: boolean | undefined }
  /** What is in its hosts.toml now, secrets hidden; undefined where there is none. */
  readonly hosts?: { readonly path: string; readonly text: string }
}

/** Something that happened, in one line. */
export interface Happening {
  readonly at: number
  readonly text: string
}

export interface WatchStatus {
  readonly version: string
  /** The name of the machine that it runs on. */
  readonly machine: string
  readonly startedAt: number
  readonly now: number
  readonly list: {
    readonly file: string
    /** What is wrong with it as it is now; the last good one is in force, if there was one. */
    readonly problem?: string
    /** Undefined: none is in force. */
    readonly loadedAt?: number
    /** How often it was read since the start. */
    readonly reads: { readonly good: number; readonly bad: number }
  }
  readonly node: {
    /** Undefined: all is as it should be. */
    readonly problem?: string
    /** Whether this watcher has tried yet to make it so. */
    readonly tried: boolean
    /** When a file was last written; undefined: not since the start. */
    readonly writtenAt?: number
    /** How often files were written since the start. */
    readonly writes: number
    readonly failures: number
    /** What has to be restarted before all acts, and how. */
    readonly restart: readonly string[]
    /** Paths of what is not as the list says and is left to `apply`: it acts on a restart. */
    readonly left: readonly string[]
    /** Until when changes wait, because there were too many in this hour. */
    readonly heldUntil?: number
  }
  readonly registries: readonly RegistryStatus[]
  /** Newest first, 50 at most. */
  readonly happenings: readonly Happening[]
  /** Whether the first walk was done, and whether the loop goes on. */
  readonly ready: boolean
  readonly alive: boolean
}

/** What checks go by: cheap to know, however many mirrors there are. */
export type WatchSummary = Omit<WatchStatus, 'registries'>
