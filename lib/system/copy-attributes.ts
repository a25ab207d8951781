/** What a file carries besides bytes, mode and owner. Node has no call for it, so the system's own `cp` copies it. */
import type { CopyAttributes } from './durable.ts'
import type { Run } from './run.ts'

/**
 * SELinux label, ACL and extended attributes, as far as `cp --preserve=all` brings them. A machine whose `cp` cannot
 * (busybox) has none to lose: nothing is said.
 */
export function copyAttributesWith(run: Run): CopyAttributes {
  return async (from, to) => {
    await run('cp', ['--attributes-only', '--preserve=all', '--no-preserve=timestamps', '--', from, to])
  }
}
