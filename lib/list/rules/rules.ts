/** What a schema cannot express. All rules run, each on the parts that have the right shape, so that one run shows every problem. Pure. */
import { isTable } from '../../formats/is-table.ts'
import type { Path, Problem } from '../../model/problem.ts'
import type { KnownTargets } from '../../model/target-settings.ts'
import type { WrittenList } from '../written.ts'
import { connectionRules } from './connection-rules.ts'
import type { Entries } from './entries.ts'
import { mirrorRules } from './mirror-rules.ts'
import { registryRules } from './registry-rules.ts'
import type { Rule } from './rule.ts'
import { settingRules } from './setting-rules.ts'
import { targetProblems } from './target-problems.ts'
import type { IsValid } from './validity.ts'

/** Every rule of the list itself by its name. */
export const rules = { ...settingRules, ...registryRules, ...mirrorRules, ...connectionRules }

export function checkRules(
  value: unknown,
  { registries, mirrors, connections }: Entries,
  isValid: IsValid,
  targets: KnownTargets,
): readonly Problem[] {
  return [
    ...(isTable(value) ? run(settingRules, [], value as Partial<WrittenList>, isValid) : []),
    ...registries.flatMap(entry => run(registryRules, entry.path, entry, isValid)),
    ...mirrors.flatMap(entry => run(mirrorRules, entry.path, entry, isValid)),
    ...connections.flatMap(entry => run(connectionRules, entry.path, entry, isValid)),
    ...targetProblems(value, isValid, targets),
  ]
}

function run<T>(
  table: Readonly<Record<string, Rule<T>>>,
  path: Path,
  subject: T,
  isValid: IsValid,
): readonly Problem[] {
  return Object.values(table)
    .filter(rule => rule.needs.every(key => isValid([...path, key])))
    .flatMap(rule => rule.check(subject))
}
