/** The programs of systemd, for the units of the machine or of a user. */
import type { RunProgram } from '../system/run.ts'
import type { NodeOptions } from './open.ts'

const OF_SYSTEMD = ['systemctl', 'journalctl']

/** A user's units are run by another instance of systemd. */
export function runSystemd({ user }: Pick<NodeOptions, 'user'>, run: RunProgram): RunProgram {
  if (user === undefined) return run
  return (program, args, stdin) =>
    run(program, OF_SYSTEMD.includes(program) ? ['--user', ...args] : args, stdin)
}
