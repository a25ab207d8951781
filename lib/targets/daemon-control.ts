/** How a daemon is found, made to read changed files, and seen to serve. */
import type { Activation } from '../model/activation.ts'
import type { Reader } from '../system/reader.ts'
import type { Processes } from '../system/trusted-processes.ts'
import type { Daemon, DaemonResponse } from './daemon.ts'

interface Machine {
  readonly files: Reader
  readonly processes: Processes
}

export interface DaemonControl<Settings, Snapshot> {
  /** How it is made to read changed files, where it does not read them by itself. */
  readonly activate: Readonly<Partial<Record<'reload' | 'restart', Omit<Activation, 'target'>>>>
  /** Pure. */
  find(snapshot: Snapshot): Daemon
  /** What a line of its log is about that says why it does not serve; it must have no flag `g`. */
  readonly causes: RegExp
  /** What the daemon at this socket responds to a call of its service. One attempt. */
  respond(address: string): Promise<DaemonResponse>
  /** The environment that it runs in, with its proxies; undefined when none is known to run. */
  environment(settings: Settings, machine: Machine): Promise<Readonly<Record<string, string>> | undefined>
}
