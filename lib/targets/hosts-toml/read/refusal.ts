/** Why a containerd refuses a hosts.toml. Pure. */
import type { TomlFault } from '../../../formats/toml/faults.ts'

export interface Refusal {
  readonly reason: string
  readonly hint?: string
  /** The key whose value it refuses. */
  readonly key?: string
  readonly value?: unknown
  readonly line?: number
  readonly column?: number
  /** Absent: containerd goes on without the file. `crash`: it crashes. `unknown`: it may read what regmirror cannot. */
  readonly effect?: 'crash' | 'unknown'
}

export function refusalOf({ message, ...rest }: TomlFault): Refusal {
  return { reason: message, ...rest }
}
