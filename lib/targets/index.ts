/** The table of runtimes, in the order in which a plan names them. A list that names no target means the first. */
import type { MirrorList } from '../model/registry.ts'
import { containerd } from './containerd/containerd.ts'
import type { Dialect } from './dialect.ts'
import { plannedTargets } from './planned.ts'
import type { Target } from './target.ts'

export const targets = { containerd } satisfies Readonly<Record<string, Target>>

/** The dialect in which the mirrors of a list are probed: that of its first target. */
export function dialectOf(list: Pick<MirrorList, 'targets'>): Dialect {
  const [first = targets.containerd] = plannedTargets(list, targets).map(({ target }) => target)
  return first.dialect
}
