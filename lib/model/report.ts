/** The result of every command, as `--format json` prints it: keys in snake_case; later versions only add keys. */
import type { Activated, Activation } from './activation.ts'
import type { EndpointChange } from './endpoint-change.ts'
import type { ErrorReport } from './error-report.ts'
import type { Issue } from './errors.ts'
import type { ExplainReport } from './explain-report.ts'
import type { Findings } from './finding.ts'
import type { ImportReport } from './import-report.ts'
import type { CatalogReport, InitReport, TemplateReport } from './init-report.ts'
import type { RegistryFidelity, TargetLoss } from './list-loss.ts'
import type { ProbeReason } from './probe-reason.ts'
import type { JudgedRegistries } from './registry-health.ts'
import type { TargetReport } from './target-report.ts'

/** When a change takes effect; `when_used`: once another program makes the runtime use the file; `start`: when its daemon starts. */
export type Effect = 'immediate' | 'reload' | 'restart' | 'when_used'

/** Why a managed file changes: the list differs, the file was changed outside regmirror, or both. */
export type Cause = 'list' | 'drift' | 'both'

export interface Change {
  readonly target: string
  readonly path: string
  readonly action: 'create' | 'update' | 'delete'
  readonly effect: Effect | 'start'
  readonly why: string
  /** The registry whose endpoints the file names. */
  readonly registry?: string
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

export type ProbeStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown'

/** The result of probing one endpoint. */
export interface Probe {
  readonly registry: string
  /** The API base, as in the list. */
  readonly url: string
  readonly role: 'mirror' | 'server'
  /** The targets that it is so for; absent: it is the same for every target that has it. */
  readonly targets?: readonly string[]
  readonly status: ProbeStatus
  readonly reason?: ProbeReason
  /** One sentence for a person, safe for a terminal. */
  readonly detail?: string
  /** How deep the probe went. */
  readonly depth: 'ping' | 'manifest' | 'blob'
  /** The image that was requested, if the probe was more than a ping: `library/busybox:latest`. */
  readonly image?: string
  /** Milliseconds from the start of the connection to the response headers. */
  readonly latency_ms?: { readonly best: number; readonly median: number; readonly worst: number }
  /** Medians of the parts of that time; `dns` comes before it, `tls` only over https. */
  readonly phases_ms?: {
    readonly dns: number
    readonly tcp: number
    readonly tls?: number
    readonly first_byte: number
  }
  /** The speed at which it served a layer. */
  readonly bytes_per_second?: number
  /** An estimate for an image of 50 MB in one layer: four requests and the bytes. */
  readonly pull_50mb_s?: number
  /** The digest that it resolves the tag of the canary to. */
  readonly digest?: string
  readonly tls?: { readonly version: string; readonly expires: string; readonly days: number }
  /** `Docker-Distribution-Api-Version`. */
  readonly api_version?: string
  /** Its rate limits (RateLimit-Limit, RateLimit-Remaining). */
  readonly rate_limit?: { readonly limit?: string; readonly remaining?: string }
  /** How long it refuses further requests (Retry-After). */
  readonly retry_after_s?: number
  /** Its clock minus that of this node. */
  readonly clock_skew_s?: number
  /** Redirects before its final response. */
  readonly redirects?: number
  /** Whether it responds with 401 and a challenge: a runtime then sends it credentials. */
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
  /** What this run has reloaded or restarted. */
  readonly activated?: readonly Activated[]
  /** What the runtimes of the list cannot express of it; absent where no list is planned. */
  readonly losses?: readonly TargetLoss[]
  /** Files that already match the list. */
  readonly unchanged: number
  /** With `--migrate`, where tables are removed. */
  readonly endpoints?: readonly EndpointChange[]
  /** The runtimes of the list on this machine; absent under `--root` and where none was looked for. */
  readonly targets?: readonly TargetReport[]
}

/** With the health of the registries where there are probes. */
export interface Preflight extends Partial<JudgedRegistries> {
  /** The measurement that ordered the mirrors in this run; absent where they keep the order of the list. */
  readonly ranked?: 'latency' | 'throughput'
  readonly probes?: readonly Probe[]
}

/** `plan`. With `check`, changes are exit code 1. */
export interface PlannedReport extends Changes, Preflight {
  readonly kind: 'plan'
  readonly check?: boolean
  /** With `--losses`. */
  readonly fidelity?: readonly RegistryFidelity[]
  /** With `--losses`: why nothing may be written. */
  readonly conflicts?: readonly Issue[]
  /** How often `watch` on this node probes one mirror at most, for all targets together. */
  readonly max_probes_per_hour: number
}

export interface AppliedReport extends Changes, Preflight {
  readonly kind: 'apply'
  readonly refused?: undefined
}

/** `apply --require-healthy` with an unhealthy registry: nothing was planned or written. */
export interface RefusedReport
  extends Changes,
    Required<Pick<Preflight, 'probes' | 'registries' | 'unhealthy'>> {
  readonly kind: 'apply'
  readonly refused: true
}

/** `restore`. With `check`, nothing was done, and changes are exit code 1. */
export interface RestoredReport extends Changes {
  readonly kind: 'restore'
  readonly check?: boolean
  /** With `check`: files in the way. As long as there is one, restore changes nothing. */
  readonly conflicts?: readonly Issue[]
}

export type PlanReport = PlannedReport | AppliedReport | RefusedReport | RestoredReport

export interface ProbeReport extends JudgedRegistries {
  readonly version: 1
  readonly kind: 'probe'
  /** In the order of the list; with `fastest`, of each registry the fastest first. */
  readonly probes: readonly Probe[]
  readonly notices: readonly Notice[]
  /** Of a probe without a list: the fastest mirror of each registry that a pull can use. */
  readonly fastest?: readonly { readonly registry: string; readonly mirror: string }[]
  /** The list that was created. */
  readonly file?: string
}

export interface ValidateReport {
  readonly version: 1
  readonly kind: 'validate'
  readonly strict?: boolean
  readonly file: string
  readonly registries: number
  readonly mirrors: number
  readonly notices: readonly Notice[]
  /** What the runtimes of the list cannot express of it, by their settings alone. */
  readonly losses: readonly TargetLoss[]
  /** With `--losses`. */
  readonly fidelity?: readonly RegistryFidelity[]
  /** With `--losses`: what is impossible about TLS, fallback or credentials. */
  readonly conflicts?: readonly Issue[]
}

export type DoctorReport = Findings<Changes, Notice>

export type Report =
  | PlanReport
  | ProbeReport
  | ExplainReport<Notice>
  | ValidateReport
  | DoctorReport
  | ImportReport
  | InitReport
  | TemplateReport
  | CatalogReport
  | ErrorReport
