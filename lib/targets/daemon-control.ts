/** How a daemon is found, made to read changed files, and seen to serve. */
import type { Activation } from '../model/activation.ts'
import type { Reader } from '../system/reader.ts'
import type { Daemon, DaemonResponse } from './daemon.ts'
import type { Machine, View } from './view.ts'

/** The main file of a daemon, after it was written. */
export interface WrittenConfig {
  /** Undefined: there is none, or it is not known. */
  readonly config: string | undefined
  readonly node: Pick<Reader, 'read'>
}

export interface DaemonControl<Settings, Snapshot> {
  /** How it is made to read changed files, where it does not read them by itself. */
  readonly activate: {
    readonly restart?: Omit<Activation, 'target'>
    /**
     * `signal`: the main process reads its files again when it receives it. Then regmirror sends it itself, to the process
     * that `find` has found, also where systemd runs: `systemctl reload` sends the same signal, needs a unit with an
     * `ExecReload=`, and its exit status proves no more. Without a signal a reload is `systemctl reload UNIT`.
     */
    readonly reload?: Omit<Activation, 'target'> & { readonly signal?: 'SIGHUP' }
  }
  /** Pure. */
  find(snapshot: Snapshot): Daemon
  /** The daemon that reads one of these files, without a list: they are managed by regmirror, or were. */
  findReader(files: readonly string[], view: Pick<View, 'node' | 'machine' | 'user'>): Promise<Daemon>
  /** What a line of its log is about that says why it does not serve; it must have no flag `g`. */
  readonly causes: RegExp
  /**
   * What the daemon at this socket responds to a call of its service, and whether it uses what its file has now. One
   * attempt: after a reload or a restart it is repeated until the daemon serves, the result is final, or time is over.
   * A daemon that still has other values than the file does not serve: `isFinal: false`, because a reload takes its time.
   * A key that the file does not have is no difference, where a reload lets a daemon keep its old value of it: the proof
   * names that value. `plan` and `watch` call it too, to see whether a reload that is pending by the state was done outside
   * regmirror (`usesFile`).
   */
  respond(address: string, written: WrittenConfig): Promise<DaemonResponse>
  /** The environment that it runs in, with its proxies; undefined when none is known to run. */
  environment(
    settings: Settings,
    machine: Pick<Machine, 'files' | 'processes'>,
  ): Promise<Readonly<Record<string, string>> | undefined>
}
