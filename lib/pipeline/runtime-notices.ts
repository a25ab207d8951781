/** Runtimes on the node that a list without `[targets]` does not configure. */
import type { Notice } from '../model/report.ts'
import { managedNames } from '../targets/load-targets.ts'
import { detectTargets, type PresentTarget } from '../targets/present-targets.ts'
import type { TargetTable } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import type { OpenedList } from './open.ts'

/** None where the list names its targets. */
export async function runtimeNotices(
  { list, namesTargets }: Pick<OpenedList, 'list' | 'namesTargets'>,
  table: TargetTable,
  view: View,
): Promise<readonly Notice[]> {
  if (namesTargets) return []
  const present = await detectTargets(table, view)
  const [own = ''] = Object.keys(list.targets)
  const others = present.filter(({ name }) => name !== own)
  // The first table in [targets] takes the place of the runtime that a list without any is for.
  const isUsed = present.length > others.length || managedNames(view.state).includes(own)
  return others.map(other => foundNotice(other, own, isUsed))
}

function foundNotice({ name, what, file }: PresentTarget, own: string, isUsed: boolean): Notice {
  const lines = [name, ...(isUsed ? [own] : [])].map(target => `[targets.${target}]`).join(' and ')
  const message = `${what} on this node would not use these mirrors: a list without [targets] configures only ${own}; to include it, add ${lines}`
  return { code: 'runtime_found', message, target: name, file }
}
