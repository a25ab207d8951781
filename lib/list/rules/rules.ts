/** What a schema cannot express. All rules run, each on the parts that have the right shape, so that one run shows every problem. Pure. */
import { isTable } from '../../formats/is-table.ts'
import type { Path, Problem } from '../../model/problem.ts'
import type { KnownTargets } from '../../model/target-settings.ts'
import type { Entries } from '../entries.ts'
import { connectionRules } from './connection-rules.ts'
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
    ...run(settingRules, isTable(value) ? [{ path: [], written: value }] : [], isValid),
    ...run(registryRules, registries, isValid),
    ...run(mirrorRules, mirrors, isValid),
    ...run(connectionRules, connections, isValid),
    ...targetProblems(value, isValid, targets),
  ]
}

function run<T extends { readonly path: Path }>(
  table: Readonly<Record<string, Rule<T>>>,
  subjects: readonly T[],
  isValid: IsValid,
): readonly Problem[] {
  const all = Object.values(table)
  const problems: Problem[] = []
  for (const subject of subjects)
    for (const rule of all)
      if (rule.needs.every(key => isValid(subject.path, key))) problems.push(...rule.check(subject))
  return problems
}
