/** What the rules of containerd read. Pure. */
import type { FileFacts } from '../../../system/file-facts.ts'
import type { RegistryDirectory } from '../../hosts-toml/registry-directory.ts'
import type { Snapshot } from '../snapshot.ts'

export interface ObservedNode {
  readonly snapshot: Snapshot
  /**
   * Files by their path, as far as they were looked at: config.toml and its imports, the entries of each registry directory,
   * and the certificates and keys that a hosts.toml names. Undefined: there is no such file.
   */
  readonly files: ReadonlyMap<string, ObservedFile | undefined>
  /** Directories that may hold registry directories: those of the snapshot, and the usual ones. By path. */
  readonly roots: Readonly<Record<string, readonly RegistryDirectory[]>>
  /** Files of /etc/containerd/conf.d, whether they are imported or not. */
  readonly dropIns: readonly string[]
  /** Files that lie directly in a directory of config_path. */
  readonly looseFiles: readonly string[]
  /** The variables that the running daemon was started with; undefined where they are not known. They hold secrets. */
  readonly environment: Readonly<Record<string, string>> | undefined
  /** When the running daemon was started, in milliseconds since 1970. */
  readonly startedAt: number | undefined
  /** Whether a kubelet is set up on this node. */
  readonly kubelet: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface ObservedFile {
  readonly facts: FileFacts
  /** Whether every user can read it: directories above it may keep them out. */
  readonly isExposed: boolean
  /** Of certificates and keys, where they are files and can be read. */
  readonly bytes?: Buffer
  /** Why it could not be read. */
  readonly unread?: string
}
