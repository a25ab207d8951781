/** The state of Docker on a node, as it was read. */
import type { Json } from '../../formats/format.ts'
import type { Issue } from '../../model/errors.ts'
import type { FoundFile } from '../../system/file-facts.ts'
import type { FoundDirectories } from '../hosts-toml/registry-directory.ts'
import type { Release } from '../release.ts'
import type { DaemonJson } from './daemon-json.ts'
import type { Daemons } from './daemons.ts'
import type { DaemonInfo } from './info-values.ts'
import type { ChosenStore } from './store.ts'
import type { PlacedFlag } from './unit-flags.ts'

export interface DockerSnapshot extends FoundDirectories {
  /** daemon.json: whether the list names it. */
  readonly config: {
    readonly path: string
    readonly named: boolean
    readonly found: FoundFile | undefined
  }
  /** Undefined where the file does not parse. */
  readonly json: DaemonJson | undefined
  readonly fault: Issue | undefined
  /** The release in the list, else that of the node; undefined when neither is known. */
  readonly release: Release | undefined
  /** That of the running daemon, else of the program of the node. */
  readonly installed: Release | undefined
  /** A dockerd that can be run here. */
  readonly program: string | undefined
  readonly chosen: ChosenStore | undefined
  /** The directory with certificates and hosts.toml, one folder for each host or registry. */
  readonly certsDir: string
  /** The dockerds of this machine; none where the node is another tree. */
  readonly daemons: Daemons
  /** What the first daemon that reads the config says; undefined: none runs, or it does not respond. */
  readonly info: DaemonInfo | undefined
  /** Flags in the unit, its drop-ins and its environment file. */
  readonly unitFlags: readonly PlacedFlag[]
  /** Whether cri-dockerd is on the node: how that is known. */
  readonly criDockerd: string | undefined
  /** Entries of registry-mirrors that regmirror has set. */
  readonly ownMirrors: readonly Json[]
  /** Entries of insecure-registries that regmirror has added. */
  readonly ownInsecure: readonly Json[]
  /** Paths of the files that regmirror manages. */
  readonly written: readonly string[]
  readonly rootless: boolean
  readonly onMachine: boolean
  readonly proved: Set<string>
}
