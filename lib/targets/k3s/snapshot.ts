/** The state of k3s or RKE2 on a node, as it was read. */
import type { Issue } from '../../model/errors.ts'
import type { OwnedValue } from '../../ownership/managed-file.ts'
import type { Daemons } from './daemons.ts'
import type { Distribution } from './distributions.ts'
import type { NodeConfig } from './node-config.ts'
import type { RegistriesFile } from './registries-file.ts'

export interface K3sSnapshot {
  readonly distribution: Distribution
  /** The path of registries.yaml, and whether the list names it. */
  readonly config: string
  readonly named: boolean
  /** Undefined where there is none, and where it cannot be read. */
  readonly file: RegistriesFile | undefined
  /** Why it cannot be read. */
  readonly faults: readonly Issue[]
  /** The settings of the node that decide how the file is used. */
  readonly node: NodeConfig
  /** Its own template of containerd's configuration, which may leave the mirrors out. */
  readonly template: { readonly path: string; readonly text: string } | undefined
  /** The values that regmirror has set in it. */
  readonly setValues: readonly OwnedValue[]
  /** Paths of the files that regmirror manages. */
  readonly written: readonly string[]
  /** Those that run; none where the node is not this machine. */
  readonly daemons: Daemons
  /** What else is installed. */
  readonly others: readonly Distribution[]
  /** Their registries.yaml files. */
  readonly otherFiles: readonly string[]
  readonly installed: boolean
  /** Whether the node is this machine, so that its daemons are seen. */
  readonly onMachine: boolean
}
