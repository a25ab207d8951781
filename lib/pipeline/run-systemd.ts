/** The programs of systemd, for the units of the machine or of a user. */
import { type RunProgram, runInstalled } from '../system/run.ts'
import type { NodeOptions } from './open.ts'

const OF_SYSTEMD = ['systemctl', 'journalctl']

/** A user's units are run by another instance of systemd. */
export function runSystemd(
  { user }: NodeOptions,
  searchPath: string | undefined,
  limitMs?: number,
): RunProgram {
  const run = runInstalled(searchPath, limitMs)
  if (user === undefined) return run
  return (program, args, stdin) =>
    run(program, OF_SYSTEMD.includes(program) ? ['--user', ...args] : args, stdin)
}
