/** Who writes to a node. */
import type { World } from '../model/world.ts'
import type { Writer } from '../system/writer.ts'
import type { TargetTable } from '../targets/target.ts'
import type { NodeOptions } from './open.ts'

export interface LockOptions {
  /** A duration. */
  readonly lockTimeout: string
}

/** Who writes to a node, and how long they wait for the lock. */
export interface WriteAccess {
  readonly command: 'apply' | 'restore' | 'watch' | 'doctor'
  readonly node: Writer
  readonly options: LockOptions & NodeOptions
  readonly world: World
  /** Every runtime, for a run that was interrupted while it restarted daemons. */
  readonly targets: TargetTable
  /** Receives a line about a wait; stderr if left out. */
  readonly log?: (line: string) => unknown
}
