/** The files of containers/image on a node, and the programs that read them. */
import type { ConfigFile } from './files/config-file.ts'
import type { Places } from './places.ts'
import type { Release } from './release.ts'
import type { RunningPrograms } from './running.ts'

export interface Snapshot {
  readonly places: Places
  /** Of Podman: the one in the list, else that of the machine; undefined: not known. */
  readonly release: Release | undefined
  /** What `podman --version` says on this machine. */
  readonly installed: Release | undefined
  /** Every file that some release reads, that of regmirror too. */
  readonly files: readonly ConfigFile[]
  /** What is in the directories of certificates, by the path of the directory of a host. */
  readonly certificates: ReadonlyMap<string, CertificateDirectory>
  /** Paths of the files that regmirror manages. */
  readonly written: readonly string[]
  readonly programs: RunningPrograms
  /** Whether the node is this machine, so that its programs are seen. */
  readonly onMachine: boolean
}

export interface CertificateDirectory {
  /** Names of its entries, in their order. */
  readonly entries: readonly string[]
  /** The content of those that end in .crt, .cert or .key, by name. A key is a secret. */
  readonly texts: ReadonlyMap<string, string>
}
