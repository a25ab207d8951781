/**
 * The plug: everything regmirror needs to know of a runtime. Implementations are folders beside this file, the table of them
 * is index.ts. They know neither each other nor how the list was written.
 */
import type { FormatName } from '../formats/index.ts'
import type { Issue } from '../model/errors.ts'
import type { ReadBack } from '../model/read-back.ts'
import type { Capability, Registry } from '../model/registry.ts'
import type { Activation, Effect, Notice } from '../model/report.ts'
import type { TargetSettings } from '../model/target-settings.ts'
import type { OwnedValues } from '../ownership/managed-file.ts'
import type { OtherWriter } from '../ownership/other-writers.ts'
import type { State } from '../ownership/state.ts'
import type { BootClock } from '../system/boot-clock.ts'
import type { FoundFile, Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'
import type { RunProgram } from '../system/run.ts'
import type { Processes } from '../system/trusted-processes.ts'
import type { Daemon } from './daemon.ts'
import type { Dialect } from './dialect.ts'
import type { PullClient } from './pull-client.ts'

/** The machine that regmirror runs on. */
export interface Machine {
  readonly files: Reader
  readonly run: RunProgram
  readonly processes: Processes
  /** Milliseconds since 1970. */
  now(): number
  /** The time since the machine was started. */
  bootClock(): Promise<BootClock>
}

/** The node as a target reads it. Nothing here can change it. */
export interface View {
  readonly node: Reader
  readonly state: State
  /** The user who runs regmirror: files of root and of this user are trusted. */
  readonly uid: number
  /** The machine that regmirror runs on, when it is the node; undefined under `--root`. */
  readonly machine: Machine | undefined
  /** New texts that were proved before, where a plan is made again; the target adds to them. */
  readonly proved?: Set<string>
}

/** A file as the node must have it. */
export interface DesiredFile {
  readonly path: string
  /** Undefined: the file must not exist. */
  readonly content: string | Buffer | undefined
  /** The file of the node, where the target has read it; else it is read to be compared. */
  readonly present?: FoundFile
  /** Whether it holds a secret: then its mode is 0600. */
  readonly secret: boolean
  readonly effect: Effect
  /** The reason, in a few words for the plan. */
  readonly why: string
  /** The registry, where this is the file that names its endpoints. */
  readonly registry?: string
  /** The directory of the file, where it is created and removed as a whole; every file in it must name it. */
  readonly bundle?: string
  /** Files and directories that this file refers to: they are written before it and removed after it. */
  readonly after?: readonly string[]
  readonly owns: Owns
}

/** What of a file is managed by regmirror. */
export type Owns =
  | { readonly kind: 'whole'; readonly format?: FormatName }
  /** Some values in a file of another program: `content` is that file with these values set. */
  | ({ readonly kind: 'values' } & OwnedValues)
  /** Nothing any more: `content` is what was there before, with its exact mode and owner. */
  | { readonly kind: 'original'; readonly ownership: Required<Ownership>; readonly format?: FormatName }

/** What a target makes of a list on a node. */
export interface Rendering {
  readonly files: readonly DesiredFile[]
  /** What the runtime cannot express or will ignore. */
  readonly notices: readonly Notice[]
  /** Reasons to write nothing at all. */
  readonly conflicts: readonly Issue[]
  /** When the removal of a managed file takes effect. */
  readonly effect: Effect
  /** Managed files that the daemon may read until it is restarted: they are not removed before. */
  readonly held: readonly string[]
  /** Managed files that stay unchanged though `files` does not have them. */
  readonly kept: readonly string[]
}

/** Decisions of a person that are not in the list. */
export interface Choices {
  /** Adopt files that another live program writes. */
  readonly takeOver: boolean
}

/** The name of an image as the runtime completes it. */
export interface ImageName {
  /** `docker.io`, `registry.example:5000`. */
  readonly registry: string
  /** `library/busybox`. */
  readonly repository: string
  /** A tag, or a digest with its algorithm. */
  readonly reference: string
}

/** An endpoint that the runtime contacts for an image. */
export interface EffectiveEndpoint {
  /** The API base: what precedes `/<repository>/manifests/…`. */
  readonly url: string
  /** The same over plain http, which is tried where `url` does not speak TLS. */
  readonly plainUrl?: string
  readonly role: 'mirror' | 'server'
  /** Tags are resolved where `pull` and `resolve` are granted. Content is fetched by digest from every endpoint. */
  readonly capabilities: readonly Capability[]
  readonly skipVerify: boolean
  /** Paths of PEM files, trusted besides the CAs of the system. */
  readonly ca: readonly string[]
  /** Paths of client certificates; without a key, the key is in the same file. */
  readonly client: readonly { readonly cert: string; readonly key?: string }[]
  /** Names of the static headers. Their values are secrets. */
  readonly header: readonly string[]
  /** As written; absent: the default of the runtime. */
  readonly dialTimeout?: string
  /** The registry's name, sent as `?ns=` to an endpoint that is not that registry. */
  readonly ns?: string
  /** Where it is written; absent: it follows from the registry's name. */
  readonly source?: { readonly file: string; readonly line?: number }
  /** Why every request to it fails. */
  readonly problem?: string
}

/** Releases of a runtime in the order of their numbers. */
export interface ReleaseRange {
  readonly from: string
  /** The first release that is not meant; absent: every later one is. */
  readonly before?: string
}

/** What the runtime does for a pull of one image. */
export interface PullRoute {
  /** The releases that do so; absent: the release is known, or all that may run here agree. */
  readonly releases?: readonly ReleaseRange[]
  /** Absent where the name is no image name. */
  readonly image?: ImageName
  /** In the order in which they are tried; empty where `failure` or `unknown` gives the reason. */
  readonly endpoints: readonly EffectiveEndpoint[]
  /** Why the pull fails before any request. */
  readonly failure?: Issue
  /** Why regmirror cannot know which endpoints are contacted. */
  readonly unknown?: Issue
  /** What the runtime ignores on the way, such as a file that it refuses. */
  readonly ignored: readonly Issue[]
}

/** `Settings` is what its table in a list means, `Snapshot` what it finds on a node: only the target knows these types. */
export interface Target<Settings = unknown, Snapshot = unknown> {
  readonly title: string
  readonly settings: TargetSettings<Settings>
  readonly dialect: Dialect
  /** When the removal of a file takes effect that is managed as a whole and that the runtime reads. */
  readonly removal: Effect
  /**
   * What its HTTP client sends and accepts: of the release in the list, else of the one on this machine, else of the
   * newest. Without settings the list does not name this target.
   */
  pullClient(
    settings: Settings | undefined,
    machine: Pick<Machine, 'run' | 'files' | 'processes'> | undefined,
  ): Promise<PullClient>
  /** The keys of its settings that decide where its files are. */
  readonly pathKeys: readonly string[]
  /** Reads what the runtime has now. */
  observe(view: View, registries: readonly Registry[], settings: Settings): Promise<Snapshot>
  /** Pure: same registries and snapshot, same bytes. */
  render(registries: readonly Registry[], snapshot: Snapshot, choices: Choices): Rendering
  /** Shows the files that would change to the runtime's own parser, and proves that the values of regmirror read back. */
  validate(changed: readonly DesiredFile[], snapshot: Snapshot, view: View): Promise<readonly Issue[]>
  /**
   * What the runtime would contact for a pull of an image with the files of the snapshot: one route, or one for each
   * group of releases where the release is not known and they differ. Pure.
   */
  endpoints(snapshot: Snapshot, image: string): readonly [PullRoute, ...PullRoute[]]
  /** The mirrors that the runtime has, for a list, and what of them a list cannot hold. Pure. */
  read(snapshot: Snapshot): ReadBack
  /** The other program that writes this file of the runtime, recognized by its text or path. Pure. */
  writerOf(path: string, text: string): OtherWriter | undefined
  readonly daemon: DaemonControl<Settings, Snapshot>
}

export interface DaemonControl<Settings, Snapshot> {
  /** How it is made to read changed files, where it does not read them by itself. */
  readonly activate: Readonly<Partial<Record<'reload' | 'restart', Omit<Activation, 'target'>>>>
  /** Pure. */
  find(snapshot: Snapshot): Daemon
  /** The environment that it runs in, with its proxies; undefined when none is known to run. */
  environment(
    settings: Settings,
    machine: Pick<Machine, 'files' | 'processes'>,
  ): Promise<Readonly<Record<string, string>> | undefined>
}
