/** What the targets find in their own tables of a list. Pure. */
import { isTable } from '../../formats/is-table.ts'
import type { Problem } from '../../model/problem.ts'
import type { KnownTargets } from '../../model/target-settings.ts'
import type { IsValid } from './validity.ts'

export function targetProblems(value: unknown, isValid: IsValid, targets: KnownTargets): readonly Problem[] {
  const tables = isTable(value) && isTable(value.targets) ? value.targets : {}
  return Object.entries(tables).flatMap(([name, written]) => {
    const at = ['targets', name]
    return isValid(at) && isTable(written) ? (targets[name]?.settings.check(written, at) ?? []) : []
  })
}
