/**
 * The plug: what a runtime must tell about itself to be written for. Implementations stand beside this file,
 * the table of them in index.ts. They know neither each other nor how the list was written down.
 */
import type { Issue } from '../model/errors.ts'
import type { Capability, MirrorList } from '../model/registry.ts'
import type { Effect, Notice } from '../model/report.ts'
import type { OwnedSetting, State } from '../ownership/state.ts'
import type { BootClock } from '../system/boot.ts'
import type { Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/files.ts'
import type { Run } from '../system/run.ts'
import type { Processes } from '../system/trusted-processes.ts'

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
  /** Why regmirror cannot tell which endpoints are contacted. */
  readonly unknown?: Issue
  /** What the runtime ignores on the way, such as a file that it refuses. */
  readonly ignored: readonly Issue[]
}

export interface Target<Snapshot = unknown> {
  readonly title: string
  /** Reads what the runtime has now. */
  observe(view: View, list: MirrorList): Promise<Snapshot>
  /** Pure: same list and snapshot, same bytes. */
  render(list: MirrorList, snapshot: Snapshot, choices: Choices): Rendering
  /** Shows the files that would change to the runtime's own parser, and proves that ours read back. */
  check(changed: readonly DesiredFile[], snapshot: Snapshot, view: View): Promise<readonly Issue[]>
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
  /**
   * What the runtime would contact for a pull of an image with the files of the snapshot: one route, or one for each
   * group of releases where the release is not known and they differ. Pure.
   */
  endpoints(snapshot: Snapshot, image: string): readonly [PullRoute, ...PullRoute[]]
  /** How the runtime is restarted and why it needs it. */
  readonly restart: { readonly command: string; readonly why: string }
  /** When its daemon was started, in clock ticks after the start of the machine; undefined when none is known that runs. Pure. */
  startedAt(snapshot: Snapshot): number | undefined
  /** The environment its daemon runs in, its proxies above all; undefined when none is known that runs. */
  environment(
    list: MirrorList,
    machine: Pick<Machine, 'files' | 'processes'>,
  ): Promise<Readonly<Record<string, string>> | undefined>
}
