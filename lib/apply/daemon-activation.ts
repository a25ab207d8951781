/** A daemon that reads the files of a run before the run ends, as the journal has it. */
import { isTable } from '../formats/is-table.ts'
import type { Issue } from '../model/errors.ts'
import { isPath } from '../ownership/managed-file.ts'

export interface DaemonActivation {
  readonly target: string
  readonly action: 'reload' | 'restart'
  /** The unit of systemd; undefined for a reload by signal of a daemon that runs in none. */
  readonly unit?: string
  /** What a reload sends to the process; undefined: systemd reloads the unit. */
  readonly signal?: 'SIGHUP'
  /** The socket at which the daemon serves; undefined for a reload that only shows whether the process still runs. */
  readonly address?: string
  /** The main file that it reads, where that is known. */
  readonly config?: string
  /** Its process before, and when that was started, in ticks after the boot of the machine. */
  readonly pid: number
  readonly started_at: number
}

/** Makes daemons read their files. */
export interface Activator {
  /**
   * Reloads or restarts them, and waits until they serve. Throws Failure `restart_failed`; `hide` removes secrets from what a
   * daemon says.
   */
  activate(activations: readonly DaemonActivation[], hide: (text: string) => string): Promise<void>
  /**
   * The same after the files were put back: why they do not serve even then. A daemon that a reload has ended is started
   * where systemd runs its unit.
   */
  reactivate(activations: readonly DaemonActivation[]): Promise<readonly Issue[]>
}

/** Whether a value is one that regmirror could have written: its unit becomes an argument of systemctl. */
export function isDaemonActivation(value: unknown): boolean {
  if (!isTable(value)) return false
  const { target, action, unit, signal, address, config, pid, started_at } = value
  const isReload = action === 'reload'
  const isSent = isReload && signal === 'SIGHUP'
  return (
    typeof target === 'string' &&
    (isReload || action === 'restart') &&
    (isUnit(unit) || (isSent && unit === undefined)) &&
    (isSent || signal === undefined) &&
    (isPath(address) || (isReload && address === undefined)) &&
    (isPath(config) || config === undefined) &&
    // To 0 and below, a signal goes to more than one process (kill(2)).
    [pid, started_at].every(Number.isSafeInteger) &&
    Number(pid) > 0
  )
}

/** systemd.unit(5). */
function isUnit(name: unknown): boolean {
  return typeof name === 'string' && /^[A-Za-z0-9][\w@.:-]*\.service$/.test(name)
}
