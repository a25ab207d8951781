/** Why a process does not get the lock of a node. Pure. */
import { Failure } from '../model/errors.ts'
import type { StatePaths } from '../system/state-paths.ts'
import { onOneLine } from '../wording/printable.ts'
import { systemctl } from '../wording/systemctl.ts'
import type { Purpose } from './tickets.ts'

/** `holder`: the process that has it; empty when it does not respond. */
export function lockedBy(holder: string, purpose: Purpose, { directory, isUsers }: StatePaths): Failure {
  const name = onOneLine(holder) || 'another regmirror'
  const issue =
    purpose === 'watch'
      ? {
          message: `${name} is watching this node`,
          hint: `stop it: ${systemctl('stop regmirror-watch', isUsers)}, or kill its process`,
        }
      : {
          message: `${name} is writing to this node`,
          hint: 'run the command again later, or raise --lock-timeout',
        }
  return new Failure('locked', [{ file: directory, ...issue }])
}
