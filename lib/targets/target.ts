/**
 * The plug: what a runtime must tell about itself to be written for. Implementations stand beside this file,
 * the table of them in index.ts. They know neither each other nor how the list was written down.
 */
import type { Issue } from '../model/errors.ts'
import type { Registry } from '../model/registry.ts'
import type { Effect, Notice } from '../model/report.ts'
import type { TargetSettings } from '../model/target-settings.ts'
import type { OwnedSetting, State } from '../ownership/state.ts'
import type { BootClock } from '../system/boot-clock.ts'
import type { Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/files.ts'
import type { Run } from '../system/run.ts'
import type { Processes } from '../system/trusted-processes.ts'
import type { Dialect } from './dialect.ts'

/** The machine that runs us. */
export interface Machine {
  readonly files: Reader
  readonly run: Run
  readonly processes: Processes
  /** Milliseconds since 1970. */
  now(): number
  /** The time since the machine was started. */
  bootClock(): Promise<BootClock>
}

/** The node as a target may look at it. Nothing here can change it. */
export interface View {
  readonly node: Reader
  readonly state: State
  /** The user who runs us: files of root and of theirs are trusted. */
  readonly uid: number
  /** The machine that runs us, when the node is this machine; undefined under `--root`. */
  readonly machine: Machine | undefined
}

/** A file as it must be. */
export interface DesiredFile {
  readonly path: string
  /** Undefined: it must not exist. */
  readonly content: string | Buffer | undefined
  /** Whether it holds a secret: 0600, and shown hidden. */
  readonly secret: boolean
  readonly owns: 'whole' | 'value'
  /** Where our value stands, when that is what we own. */
  readonly setting?: OwnedSetting
  readonly effect: Effect
  /** Why, in a few words for the plan. */
  readonly why: string
  /** Exact mode and owner, for putting back what was there; otherwise those of the file that stands there are kept. */
  readonly ownership?: Ownership
}

/** Everything a target has to say about a list on a node. */
export interface Rendering {
  /** In the order they must be written: what is pointed at before what points at it. */
  readonly files: readonly DesiredFile[]
  /** What the runtime cannot express or will not do, so that nothing is lost silently. */
  readonly notices: readonly Notice[]
  /** What forbids to write anything at all. */
  readonly conflicts: readonly Issue[]
  /** When it acts that a file of ours goes. */
  readonly effect: Effect
  /** Files of ours that the daemon may go on reading until it is restarted: they stay until then. */
  readonly held: readonly string[]
}

/** What a person decided that a list cannot say. */
export interface Choices {
  /** Adopt files that another live program writes. */
  readonly takeOver: boolean
}

/** `Settings` is what its table in a list means, `Snapshot` what it finds on a node: only the target knows these types. */
export interface Target<Settings = unknown, Snapshot = unknown> {
  readonly title: string
  readonly settings: TargetSettings<Settings>
  readonly dialect: Dialect
  /** Reads what the runtime has now. */
  observe(view: View, registries: readonly Registry[], settings: Settings): Promise<Snapshot>
  /** Pure: same registries and snapshot, same bytes. */
  render(registries: readonly Registry[], snapshot: Snapshot, choices: Choices): Rendering
  /** Shows the files that would change to the runtime's own parser, and proves that the values of regmirror read back. */
  validate(changed: readonly DesiredFile[], snapshot: Snapshot, view: View): Promise<readonly Issue[]>
  /**
   * A file of somebody else without the value that we set in it. The original, or null for none, where nothing but that
   * value tells it from the original; else with the value as the original has it, every other byte as it is. The text
   * itself when the value is no longer ours, unless `always`; undefined when it cannot be done. Pure.
   */
  withdraw(
    text: string,
    original: string | undefined,
    setting: OwnedSetting,
    always: boolean,
  ): string | null | undefined
  /** How the runtime is restarted and why it needs it. */
  readonly restart: { readonly command: string; readonly why: string }
  /** When its daemon was started, in clock ticks after the start of the machine; undefined when none is known that runs. Pure. */
  startedAt(snapshot: Snapshot): number | undefined
  /** The environment its daemon runs in, its proxies above all; undefined when none is known that runs. */
  environment(
    settings: Settings,
    machine: Pick<Machine, 'files' | 'processes'>,
  ): Promise<Readonly<Record<string, string>> | undefined>
}
