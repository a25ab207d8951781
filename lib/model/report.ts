/**
 * The result of every command. `--format json` prints it as it is: keys are snake_case, and later versions only add to them.
 */
import type { ErrorCode, Issue } from './errors.ts'

/** When a change takes effect: immediately, after a reload of the runtime, or after a restart. */
export type Effect = 'immediate' | 'reload' | 'restart'

/** Why a managed file changes: the list differs, the file was changed outside regmirror, or both. */
export type Cause = 'list' | 'drift' | 'both'

export interface Change {
  readonly target: string
  readonly path: string
  readonly action: 'create' | 'update' | 'delete'
  readonly effect: Effect
  readonly why: string
  /** Absent for a file that regmirror did not manage before. */
  readonly cause?: Cause
  /** Permission bits of the new file, as in `0644`; absent when it is deleted. */
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

/** `file:line: mirror: message`; without a file, the registry comes first. */
export function noticeText({ file, line, registry, mirror, message }: Notice): string {
  const place = [file, line].filter(part => part !== undefined).join(':')
  return [place || registry, mirror, message].filter(Boolean).join(': ')
}

/** A runtime to reload or restart before every change takes effect, and the command for it. */
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
  | 'no_response'
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

/** What a plan changes, or has changed. */
export interface Changes {
  readonly version: 1
  readonly changed: boolean
  readonly changes: readonly Change[]
  readonly notices: readonly Notice[]
  readonly reload: readonly Activation[]
  readonly restart: readonly Activation[]
  /** Files that already match the list. */
  readonly unchanged: number
}

export interface Preflight {
  /** The measurement that ordered the mirrors in this run; absent where they keep the order of the list. */
  readonly ranked?: 'latency' | 'throughput'
  readonly probes?: readonly Probe[]
  /** With `probes`: registries without a healthy endpoint. */
  readonly unhealthy?: readonly string[]
}

/** `plan`. With `check`, changes are exit code 1. */
export interface PlannedReport extends Changes, Preflight {
  readonly kind: 'plan'
  readonly check?: boolean
  /** How often `watch` on this node probes one mirror at most. */
  readonly max_probes_per_hour: number
}

export interface AppliedReport extends Changes, Preflight {
  readonly kind: 'apply'
  readonly refused?: undefined
}

/** `apply --require-healthy` with an unhealthy registry: nothing was planned or written. */
export interface RefusedReport extends Changes, Required<Pick<Preflight, 'probes' | 'unhealthy'>> {
  readonly kind: 'apply'
  readonly refused: true
}

/** `restore`. With `check`, nothing was done, and changes are exit code 1. */
export interface RestoredReport extends Changes {
  readonly kind: 'restore'
  readonly check?: boolean
}

export type PlanReport = PlannedReport | AppliedReport | RefusedReport | RestoredReport

export interface ProbeReport {
  readonly version: 1
  readonly kind: 'probe'
  readonly probes: readonly Probe[]
  /** Registries without a healthy endpoint. */
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
