/** What a list says that a runtime cannot do as it is said. */
import type { Place } from './registry.ts'

/** `lossy`: written, but it means something else there; `impossible`: not written. */
export type Loss = 'lossy' | 'impossible'

/** What a loss is about. What is impossible about one of the last three is an error. */
export type LossSubject =
  | 'registry'
  | 'path'
  | 'capabilities'
  | 'timeout'
  | 'fallback'
  | 'tls'
  | 'credentials'

/** One loss of one registry for one target; the report of a command has it like this. */
export interface TargetLoss extends ListLoss {
  readonly target: string
}

/** How much of a registry a target can express; `left_out`: by `targets` of the registry. */
export interface RegistryFidelity {
  readonly registry: string
  readonly target: string
  readonly fidelity: 'lossless' | Loss | 'left_out'
}

/** One loss of one registry. */
export interface ListLoss {
  readonly loss: Loss
  readonly subject: LossSubject
  /** The key of the loss table: `path_prefix`. */
  readonly feature: string
  readonly registry: string
  /** The API base of the mirror, where it is about one. */
  readonly mirror?: string
  /** A sentence without a full stop: "Docker cannot send headers to a mirror". */
  readonly problem: string
  /** What regmirror does, or what pulls do: a clause that follows a semicolon. */
  readonly consequence: string
  readonly place: Place
}
