/** The state of nerdctl on a node, as it was read. */
import type { Issue } from '../../model/errors.ts'
import type { OwnedValue } from '../../ownership/managed-file.ts'
import type { FoundDirectories } from '../hosts-toml/registry-directory.ts'
import type { Release } from '../release.ts'
import type { TomlFile } from '../toml-file.ts'
import type { NerdctlDefaults } from './settings.ts'

export interface NerdctlSnapshot extends FoundDirectories {
  /** The path of nerdctl.toml. */
  readonly config: string
  /** Undefined where there is none, and where nerdctl refuses it. */
  readonly file: TomlFile | undefined
  /** Why nerdctl refuses it. */
  readonly faults: readonly Issue[]
  readonly defaults: NerdctlDefaults
  /** The directory with the hosts.toml files of the list. */
  readonly hostsDir: string
  /** Whether the list names that directory. */
  readonly named: boolean
  /** The directories that nerdctl uses now, in their order. */
  readonly hostsDirs: readonly string[]
  /** The values that regmirror has set in nerdctl.toml. */
  readonly setValues: readonly OwnedValue[]
  /** The release in the list, else that of the machine. */
  readonly release: Release | undefined
  /** Texts that were read back before: a plan that is made again does not prove them again. */
  readonly proved: Set<string>
}
