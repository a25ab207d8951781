/** The node and the machine, as a target reads them. */
import type { RootlessUser } from '../model/rootless-user.ts'
import type { State } from '../ownership/state.ts'
import type { BootClock } from '../system/boot-clock.ts'
import type { Reader } from '../system/reader.ts'
import type { RunProgram } from '../system/run.ts'
import type { Processes } from '../system/trusted-processes.ts'

export type { RootlessUser } from '../model/rootless-user.ts'

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
  /** The user whose files these are, where regmirror is run by a user for rootless runtimes; undefined: the machine's. */
  readonly user?: RootlessUser
  /** New texts that were proved before, where a plan is made again; the target adds to them. */
  readonly proved?: Set<string>
}
