/** Extended attributes of files. Node has no call for them, so `cp` of the system copies them. */
import type { RunProgram } from './run.ts'
import type { CopyAttributes } from './write-disk.ts'

/**
 * Copies SELinux label, ACL and extended attributes, as far as `cp --preserve=all` does. Where `cp` cannot (busybox),
 * files have none to lose, and nothing is reported.
 */
export function copyAttributesWith(run: RunProgram): CopyAttributes {
  return async (from, to) => {
    await run('cp', ['--attributes-only', '--preserve=all', '--no-preserve=timestamps', '--', from, to])
  }
}
