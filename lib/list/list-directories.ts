/** The directories of default lists. Pure. */
import { isRefused } from '../model/refused.ts'
import { findRootlessUser } from '../model/rootless-user.ts'
import type { World } from '../model/world.ts'

const OF_MACHINE = '/etc/regmirror'

/**
 * As seen from the root of the node; the first that has a list decides. A user has a list of their own, else uses that of the
 * machine. Without a usable HOME, and for a tree under `--root`, there is only that of the machine.
 */
export function listDirectories(
  { uid, env }: Pick<World, 'uid' | 'env'>,
  root?: string,
): readonly [string, ...string[]] {
  const user = uid === 0 || root !== undefined ? undefined : findRootlessUser(env)
  return user === undefined || isRefused(user) ? [OF_MACHINE] : [`${user.configHome}/regmirror`, OF_MACHINE]
}
