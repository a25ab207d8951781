/** Everything outside a watcher, as it is handed to its loop. */
import type { HealthFile } from '../../health/health-file.ts'
import type { Random } from '../../health/probe-schedule.ts'
import type { LoadedList } from '../../list/load.ts'
import type { Activated } from '../../model/activation.ts'
import type { MirrorList } from '../../model/registry.ts'
import type { Notice, PlanReport, Probe } from '../../model/report.ts'
import type { TargetRegistries } from '../../model/target-registries.ts'
import type { Endpoint } from '../../probe/api/endpoint.ts'
import type { Event } from '../events.ts'
import type { History } from '../history.ts'
import type { Memory } from '../memory.ts'
import type { SavedHealth } from '../saved-health.ts'
import type { ShownFile } from '../serve/status.ts'

/** What may have changed. */
export interface Triggers {
  list: boolean
  node: boolean
  /** A user has requested a look (SIGHUP), and expects a line in the log. */
  requested: boolean
}

/** All files that differ from the list, or only those that need no restart. */
export type Scope = 'all' | 'immediate'

/** What became of the reload that a runtime needs; `delayed`: it was not to be reloaded now, and its files are as before. */
export type ReloadResult = { readonly target: string } & (
  | { readonly result: 'done'; readonly activated: readonly Activated[] }
  | { readonly result: 'failed'; readonly problem: string }
  | { readonly result: 'delayed' }
)

/** The result of a reconcile. */
export interface Reconciled {
  readonly report: PlanReport
  /** What happened on the way: an interrupted run was finished, files could not be cleaned up. */
  readonly notices: readonly Notice[]
  /** Paths of files that differ and are outside the scope. */
  readonly pendingFiles: readonly string[]
  readonly reloads: readonly ReloadResult[]
  /** Whether the report shows that a reload or a restart is done. It does not for a node under --root. */
  readonly seesActivations: boolean
  /** The files of each registry that has some, by its name. */
  readonly shownFiles: ReadonlyMap<string, readonly ShownFile[]>
}

/** What is probed for a list. */
export interface ListedEndpoints {
  readonly endpoints: readonly Endpoint[]
  /** What the targets of the list have of it. */
  readonly targets: readonly TargetRegistries[]
}

export interface Host {
  /** Milliseconds of the monotonic clock, the only clock of the loop. */
  now(): number
  readonly random: Random
  /** Until that time, or until `wake` is called. */
  wait(until: number): Promise<void>
  wake(): void
  stopped(): boolean
  /** Throws Failure `locked` where this watcher has lost its lock: to call before anything is written. */
  assertLock(): Promise<void>
  /** What may have changed since the last call. */
  hints(): Triggers
  /** Throws Failure for an invalid list. */
  loadList(): Promise<LoadedList>
  /** The endpoints of the list, as its runtimes name and probe them. */
  listEndpoints(list: MirrorList): Promise<ListedEndpoints>
  /**
   * Writes the files of the list that differ on the node, and reloads what must read them, where `mayReload` allows it now.
   * Throws Failure.
   */
  reconcile(list: MirrorList, scope: Scope, mayReload: (target: string) => boolean): Promise<Reconciled>
  probe(endpoint: Endpoint, list: MirrorList): Promise<Probe>
  readSaved(): Promise<SavedHealth>
  /** Throws Failure. */
  saveHealth(file: HealthFile): Promise<void>
  /** Throws Failure. */
  saveHistory(history: History): Promise<void>
  log(event: Event): void
  /** Called at the end of every turn of the loop. */
  onTurn(memory: Memory): void
}
