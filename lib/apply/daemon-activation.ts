/** A daemon that reads the files of a run before the run ends, as the journal has it. */
import { isTable } from '../formats/is-table.ts'
import type { Issue } from '../model/errors.ts'
import { isPath } from '../ownership/managed-file.ts'

export interface DaemonActivation {
  readonly target: string
  readonly action: 'reload' | 'restart'
  /** The unit of systemd. */
  readonly unit: string
  /** The socket at which the daemon serves. */
  readonly address: string
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
  /** The same after the files were put back: why they do not serve even then. */
  reactivate(activations: readonly DaemonActivation[]): Promise<readonly Issue[]>
}

/** Whether a value is one that regmirror could have written: its unit becomes an argument of systemctl. */
export function isDaemonActivation(value: unknown): boolean {
  if (!isTable(value)) return false
  const { target, action, unit, address, pid, started_at } = value
  return (
    typeof target === 'string' &&
    (action === 'reload' || action === 'restart') &&
    isUnit(unit) &&
    isPath(address) &&
    Number.isSafeInteger(pid) &&
    Number.isSafeInteger(started_at)
  )
}

/** systemd.unit(5). */
function isUnit(name: unknown): boolean {
  return typeof name === 'string' && /^[A-Za-z0-9][\w@.:-]*\.service$/.test(name)
}
