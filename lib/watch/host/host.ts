/** The world of a watcher, as it is handed to its loop. */
import type { HealthFile } from '../../health/health-file.ts'
import type { Random } from '../../health/mirror-health.ts'
import type { LoadedList } from '../../list/load.ts'
import type { MirrorList } from '../../model/registry.ts'
import type { Notice, PlanReport, Probe } from '../../model/report.ts'
import type { Endpoint } from '../../probe/endpoints.ts'
import type { SavedHealth } from '../adopt-list.ts'
import type { Event } from '../events.ts'
import type { History } from '../history.ts'
import type { Memory } from '../memory.ts'
import type { RegistryStatus } from '../serve/status.ts'

/** What may have changed. */
export interface Hints {
  list: boolean
  node: boolean
  /** Somebody has told us to look, and waits for an answer. */
  told: boolean
}

/** What a walk came to. */
export interface Walked {
  readonly report: PlanReport
  /** What happened on the way: an interrupted run was finished, files could not be cleaned up. */
  readonly notices: readonly Notice[]
  /** Paths of what differs and was not to be changed. */
  readonly left: readonly string[]
  /** Whether a restart that is done is seen: not from under another root. */
  readonly seesRestarts: boolean
  /** What is in each hosts.toml now, by registry. */
  readonly hosts: ReadonlyMap<string, NonNullable<RegistryStatus['hosts']>>
}

export interface Host {
  /** Milliseconds of the monotonic clock: the loop knows no other. */
  now(): number
  readonly random: Random
  /** Until then, or until somebody wakes it. */
  wait(until: number): Promise<void>
  wake(): void
  stopped(): boolean
  /** What may have changed since the last call. */
  hints(): Hints
  /** Throws Failure for a list that is not sound. */
  load(): Promise<LoadedList>
  /** Makes the node what the list says; `at once`: only files that act without a restart. Throws Failure. */
  walk(list: MirrorList, scope: 'all' | 'immediate'): Promise<Walked>
  ask(endpoint: Endpoint, list: MirrorList): Promise<Probe>
  recall(): Promise<SavedHealth>
  /** Throws Failure. */
  keep(book: HealthFile): Promise<void>
  /** Throws Failure. */
  keepHistory(history: History): Promise<void>
  tell(event: Event): void
  /** Called at the end of every turn. */
  turned(memory: Memory): void
}
