/** The state of containerd on a node, as it was read. */
import type { Issue } from '../../model/errors.ts'
import type { OwnedValue } from '../../ownership/managed-file.ts'
import type { RegistryDirectory } from '../hosts-toml/registry-directory.ts'
import type { Release } from '../release.ts'
import type { ParsedConfig } from './config/parsed-config.ts'
import type { OlderConfigs } from './config/read-configs.ts'
import type { Daemons } from './daemon.ts'

export interface Snapshot {
  /** The release in the list, else that of the node; undefined when neither is known. */
  readonly generation: Release | undefined
  /** The releases that the files must be right for. */
  readonly readers: readonly Release[]
  /** The output of `containerd --version` on the node, where programs may run. */
  readonly installed: Release | undefined
  /** The program that printed it. */
  readonly program: string | undefined
  /** Whether `containerd --version` timed out. */
  readonly versionHangs: boolean
  /** config.toml: whether the list names it, and whether regmirror may change it. */
  readonly config: {
    readonly path: string
    readonly named: boolean
    readonly managed: boolean
    readonly exists: boolean
    /** The file to write in its place, where regmirror must not write it. */
    readonly dropIn: string | undefined
  }
  /** config.toml first, then its imports in the order of merging; empty without a config.toml. */
  readonly files: readonly ParsedConfig[]
  /** Files that do not parse, and imports that do not exist. */
  readonly faults: readonly Issue[]
  /** What an older 1.x reads, where that differs and the patch release is not known. */
  readonly older: OlderConfigs | undefined
  /** The same with drop-ins that a later 2.x may read without an import. */
  readonly dropIns: { readonly files: readonly ParsedConfig[]; readonly faults: readonly Issue[] } | undefined
  /** The one directory that config_path must name. */
  readonly hostsDir: string
  /** Whether the list names that directory, or regmirror has set it before; otherwise it was found, or is the default. */
  readonly named: boolean
  /** The values that regmirror has set in config.toml. */
  readonly setValues: readonly OwnedValue[]
  /** The directory that regmirror has set config_path to; undefined where it has not, or must not. */
  readonly setDir: string | undefined
  /** The directories that config_path names now. */
  readonly currentDirs: readonly string[]
  /** Whether config_path has several directories and works as it is. */
  readonly isWorkingList: boolean
  /** Paths of the files that regmirror manages. */
  readonly written: readonly string[]
  /** Paths of those in which it manages values only. */
  readonly editedFiles: readonly string[]
  /** The entries of each of these directories, by its path. */
  readonly directories: Readonly<Record<string, readonly RegistryDirectory[]>>
  /** The containerd processes of this machine; none where the node is not this machine. */
  readonly daemons: Daemons
  /** The config.toml that the unit of containerd names, where no containerd runs. */
  readonly unitConfig: string | undefined
  /** containerd.service, where it starts containerd with this config and the running one is in no unit. */
  readonly ownUnit: string | undefined
  /** Texts that were read back before: a plan that is made again does not prove them again. */
  readonly proved: Set<string>
  /** Whether the node is this machine, so that its daemons are seen. */
  readonly onMachine: boolean
  /** Directories that are not in the list and cannot be read. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[]
}
