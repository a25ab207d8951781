/**
 * The plug: everything regmirror needs to know of a runtime. Implementations are folders beside this file, the table of them
 * is index.ts: it has what a list check and detection need, and loads the rest. They know neither each other nor how the list was written.
 */
import type { FormatName } from '../formats/index.ts'
import type { Issue } from '../model/errors.ts'
import type { ReadBack } from '../model/read-back.ts'
import type { Registry } from '../model/registry.ts'
import type { Effect, Notice } from '../model/report.ts'
import type { TargetSettings } from '../model/target-settings.ts'
import type { OwnedValues } from '../ownership/managed-file.ts'
import type { OtherWriter } from '../ownership/other-writers.ts'
import type { FoundFile, Ownership } from '../system/file-facts.ts'
import type { Choices } from './choices.ts'
import type { DaemonControl } from './daemon-control.ts'
import type { Dialect } from './dialect.ts'
import type { Explainer } from './explainer.ts'
import type { ReadDocument } from './file-document.ts'
import type { LossTable } from './loss-table.ts'
import type { PullClient } from './pull-client.ts'
import type { PullRoute } from './pull-route.ts'
import type { Doctor } from './rule.ts'
import type { Machine, View } from './view.ts'

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

/** A file after a plan is carried out; without bytes there is none. */
export interface PlannedFile {
  readonly path: string
  readonly bytes: Buffer | undefined
}

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
  /** Registries whose mirrors were in tables that `files` no longer have. */
  readonly migrated?: readonly string[]
}

/** The loss tables of a target. */
export interface Losses<Settings, Snapshot> {
  /** All of them, for the docs: one, or one for each store or group of releases. */
  readonly tables: readonly [LossTable, ...LossTable[]]
  /** The one that holds; without a snapshot, the one that expresses most of those that these settings allow. Pure. */
  of(settings: Settings, snapshot?: Snapshot): LossTable
}

/** What decides which requests a target sends, and what it makes of the responses. */
export interface Speech {
  readonly dialect: Dialect
  readonly losses: LossTable
}

/** A runtime that is on a machine. */
export interface Detected {
  /** With its release where that is known: `Docker 28.5.2`. */
  readonly what: string
  /** The file by which it was found. */
  readonly file: string
}

/** A kind of file that `import` reads, such as daemon.json. */
export interface DocumentKind {
  readonly format: 'toml' | 'yaml' | 'json'
  /** Where a node has such files; a directory stands for the files in it with this ending. */
  readonly paths: readonly (string | { readonly directory: string; readonly ending: string })[]
  /** Loads what reads them. */
  load(): Promise<ReadDocument>
}

/** What is known of every runtime, whether a list names it or not. */
export interface TargetAbout<Settings = unknown> {
  readonly title: string
  /** Whether a user can run it without root: then `view.user` may be set. */
  readonly rootless?: true
  readonly settings: TargetSettings<Settings>
  /** Whether the runtime is on this node. Reads little: it runs without a list too. Runs no program. */
  detect(view: View): Promise<Detected | undefined>
}

/** A runtime in the table: the rest of it is loaded when a list names it or the node has files of it. */
export interface KnownTarget extends TargetAbout {
  load(): Promise<Target>
}

/** Runtimes by the name that a list gives them, in the order in which a plan names them. */
export type TargetTable = Readonly<Record<string, KnownTarget>>

/** `Settings` is what its table in a list means, `Snapshot` what it finds on a node: only the target knows these types. */
export interface Target<Settings = unknown, Snapshot = unknown> extends TargetAbout<Settings> {
  readonly dialect: Dialect
  /**
   * Its dialect, and what of a list it can express, where these settings or the node decide, as the store of Docker does.
   * Absent: `dialect`, and the loss table without a snapshot.
   */
  readSpeech?(settings: Settings, view: View): Promise<Speech>
  /** What of a list it can express. */
  readonly losses: Losses<Settings, Snapshot>
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
  /** The files of this runtime that `import` can read, by their kinds. */
  readonly documents: Readonly<Record<string, DocumentKind>>
  /** Reads what the runtime has now. `registries`: those of the list that this target gets. */
  observe(view: View, registries: readonly Registry[], settings: Settings): Promise<Snapshot>
  /** Pure: same registries and snapshot, same bytes. The registries are without what the loss table has as impossible. */
  render(registries: readonly Registry[], snapshot: Snapshot, choices: Choices): Rendering
  /** Shows the files that would change to the runtime's own parser, and proves that the values of regmirror read back. */
  validate(changed: readonly DesiredFile[], snapshot: Snapshot, view: View): Promise<readonly Issue[]>
  /**
   * What the runtime would contact for a pull of an image with the files of the snapshot: one route, or one for each
   * group of releases where the release is not known and they differ. Pure.
   */
  endpoints(snapshot: Snapshot, image: string): readonly [PullRoute, ...PullRoute[]]
  /** The snapshot after these files are written. Pure. */
  planned(snapshot: Snapshot, files: readonly PlannedFile[]): Snapshot
  /** Loads what explains those routes. */
  explainer(): Promise<Explainer<Settings, Snapshot>>
  /** The mirrors that the runtime has, for a list, and what of them a list cannot hold. Loads what reads them. */
  read(snapshot: Snapshot): Promise<ReadBack>
  /** The other program that writes this file of the runtime, recognized by its text or path. Pure. */
  writerOf(path: string, text: string): OtherWriter | undefined
  readonly daemon: DaemonControl<Settings, Snapshot>
  /** Loads what finds out why a mirror is not used. */
  doctor(): Promise<Doctor<Snapshot>>
}
