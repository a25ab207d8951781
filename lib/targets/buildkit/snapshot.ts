/** The state of BuildKit on a node, as it was read. */
import type { Issue } from '../../model/errors.ts'
import type { OwnedValue } from '../../ownership/managed-file.ts'
import type { Release } from '../release.ts'
import type { TomlFile } from '../toml-file.ts'
import type { Daemons } from './daemons.ts'

export interface BuildkitSnapshot {
  /** The path of buildkitd.toml, and whether the list names it. */
  readonly config: string
  readonly named: boolean
  /** Undefined where there is none, and where buildkitd refuses it. */
  readonly file: TomlFile | undefined
  /** Why buildkitd refuses it. */
  readonly faults: readonly Issue[]
  /** The values that regmirror has set in it. */
  readonly setValues: readonly OwnedValue[]
  /** Paths of the files that regmirror manages. */
  readonly written: readonly string[]
  /** The release in the list, else that of the running buildkitd. */
  readonly release: Release | undefined
  /** The running buildkitds; none where the node is not this machine. */
  readonly daemons: Daemons
  /** Whether a buildkitd is installed. */
  readonly installed: boolean
  /** Whether the node is this machine, so that its daemons are seen. */
  readonly onMachine: boolean
  /** Whether the files are those of a user who runs buildkitd without root. */
  readonly rootless: boolean
}
