/** A directory of certs.d, as it was read. */
import type { FoundFile } from '../../system/file-facts.ts'

/** A directory under certs.d. */
export interface RegistryDirectory {
  readonly name: string
  /** Names of its entries. */
  readonly entries: readonly string[]
  /** Its hosts.toml, where that is a regular file. */
  readonly hosts: FoundFile | undefined
}

export interface UnreadableDirectory {
  readonly path: string
  readonly why: string
}

/** What a node has below some directories like certs.d. */
export interface FoundDirectories {
  /** The entries of each of these directories, by its path. */
  readonly directories: Readonly<Record<string, readonly RegistryDirectory[]>>
  /** Directories that are not in the list and cannot be read. */
  readonly unreadable: readonly UnreadableDirectory[]
}
