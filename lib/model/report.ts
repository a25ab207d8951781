/**
 * The answer of every command, as a value: reporters print it, `--format json` is it, and the exit
 * code follows from it. Keys are snake_case because the JSON is a public contract; it only ever grows.
 */
import type { ErrorCode, Issue } from './errors.ts'

/** When a change starts to act on the runtime. */
export type Effect = 'immediate' | 'reload' | 'restart'

/** Why a file of ours changes: the list asks for something else, somebody else has changed it since, or both. */
export type Cause = 'list' | 'drift' | 'both'

/** A file that would change, or did. */
export interface Change {
  readonly target: string
  readonly path: string
  readonly action: 'create' | 'update' | 'delete'
  readonly effect: Effect
  /** Why this file, in a few words. */
  readonly why: string
  /** Absent for a file that was not ours before. */
  readonly cause?: Cause
  /** Permission bits the file will have, as in `0644`; absent when it is deleted. */
  readonly mode?: string
  /** Unified diff with secrets hidden. */
  readonly diff: string
}

/** Something to know that stops nothing. `code` is stable. */
export interface Notice {
  readonly code: string
  readonly message: string
  readonly target?: string
  readonly registry?: string
  readonly mirror?: string
  readonly file?: string
  readonly line?: number
}

/** `file:line: mirror: what to know`; what stands in no file is told by its registry. */
export function noticeText({ file, line, registry, mirror, message }: Notice): string {
  const place = [file, line].filter(part => part !== undefined).join(':')
  return [place || registry, mirror, message].filter(Boolean).join(': ')
}

/** A runtime that has to be reloaded or restarted before every change takes effect, and the command that does it. */
export interface Activation {
  readonly target: string
  readonly command: string
  readonly why: string
}

/** Why an endpoint is not healthy. Readers must accept reasons they do not know. */
export type Reason =
  | 'dns'
  | 'refused'
  | 'reset'
  | 'connect_timeout'
  | 'no_answer'
  | 'tls'
  | 'certificate_expired'
  | 'not_a_registry'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'rate_limited'
  | 'server_error'
  | 'redirect_refused'
  | 'wrong_digest'
  | 'slow'
  | 'stale'
  | 'divergent'

export type Status = 'healthy' | 'degraded' | 'unhealthy' | 'unknown'

/** How one endpoint answered. */
export interface Probe {
  readonly registry: string
  /** The API base, as in the list. */
  readonly url: string
  readonly role: 'mirror' | 'server'
  readonly status: Status
  readonly reason?: Reason
  /** One sentence for a person, safe for a terminal. */
  readonly detail?: string
  /** How deep it was asked. */
  readonly depth: 'ping' | 'manifest' | 'blob'
  /** What was asked for, where that was more than a ping: `library/busybox:latest`. */
  readonly image?: string
  /** Milliseconds from the start of the connection to the head of the answer. */
  readonly latency_ms?: { readonly best: number; readonly median: number; readonly worst: number }
  /** Medians of what that time goes into; `dns` comes before it, `tls` where there is any. */
  readonly phases_ms?: {
    readonly dns: number
    readonly tcp: number
    readonly tls?: number
    readonly first_byte: number
  }
  /** How fast it served a layer. */
  readonly bytes_per_second?: number
  /** An estimate for an image of 50 MB in one layer: four requests and the bytes. */
  readonly pull_50mb_s?: number
  /** What the tag of the canary stands for there. */
  readonly digest?: string
  readonly tls?: { readonly version: string; readonly expires: string; readonly days: number }
  /** `Docker-Distribution-Api-Version`. */
  readonly api_version?: string
  /** What it says of its limits (RateLimit-Limit, RateLimit-Remaining). */
  readonly rate_limit?: { readonly limit?: string; readonly remaining?: string }
  /** How long it wants to be left in peace (Retry-After). */
  readonly retry_after_s?: number
  /** Its clock less ours. */
  readonly clock_skew_s?: number
  /** Redirects on the way to its answer. */
  readonly redirects?: number
  /** Whether it asks for credentials with 401: a runtime will offer it those it has. */
  readonly challenges?: boolean
}

export interface PlanReport {
  readonly version: 1
  readonly kind: 'plan' | 'apply' | 'restore'
  /** True: any change fails the check; `restore` has changed nothing. */
  readonly check?: boolean
  /** True: the check of `--require-healthy` failed, so nothing was planned or written. */
  readonly refused?: boolean
  /** By what the mirrors were ordered for this run; left out where they stay as listed. */
  readonly ranked?: 'latency' | 'throughput'
  readonly changed: boolean
  readonly changes: readonly Change[]
  readonly notices: readonly Notice[]
  /** Runtimes to reload, and runtimes to restart. */
  readonly reload: readonly Activation[]
  readonly restart: readonly Activation[]
  /** Files that are already as they should be. */
  readonly unchanged: number
  /** Of `plan`: how often `watch` probes one mirror of this list at most. */
  readonly max_probes_per_hour?: number
  readonly probes?: readonly Probe[]
  /** Beside `probes`: registries of which nothing that may be asked is healthy. */
  readonly unhealthy?: readonly string[]
}

export interface ProbeReport {
  readonly version: 1
  readonly kind: 'probe'
  readonly probes: readonly Probe[]
  /** Registries of which nothing that may be asked is healthy. */
  readonly unhealthy: readonly string[]
  readonly notices: readonly Notice[]
}

export interface ValidateReport {
  readonly version: 1
  readonly kind: 'validate'
  readonly strict?: boolean
  readonly file: string
  readonly registries: number
  readonly mirrors: number
  readonly notices: readonly Notice[]
}

export interface InitReport {
  readonly version: 1
  readonly kind: 'init'
  readonly preset: string
  /** Where the list was written; absent when it is printed. */
  readonly file?: string
  readonly list: string
}

export interface ErrorReport {
  readonly version: 1
  readonly kind: 'error'
  readonly code: ErrorCode
  readonly message: string
  readonly issues?: readonly Issue[]
}

export type Report = PlanReport | ProbeReport | ValidateReport | InitReport | ErrorReport
