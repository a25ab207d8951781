/** The findings of rules: completed, and without those about files that could not be read. Pure. */
import type { Finding, Unread } from '../model/finding.ts'
import { hideCredentials } from '../model/hide-credentials.ts'
import type { Fix, Found, Part, Rule } from '../targets/rule.ts'

/** A finding, and its fix where it has one. */
export interface Diagnosed {
  readonly finding: Finding
  readonly fix?: Fix
  /** Other files that it is about. */
  readonly about: readonly string[]
}

export function findAll<Observed>(
  target: string,
  rules: readonly Rule<Observed>[],
  observed: Observed,
  blind: readonly Part[],
): readonly Diagnosed[] {
  const used = rules.filter(({ part }) => !blind.includes(part))
  return used.flatMap(rule => rule.find(observed).map(found => completed(target, rule, found)))
}

function completed(target: string, rule: Rule, { fix, about = [], ...found }: Found): Diagnosed {
  const { problem, consequence, cure, severity = rule.severity, ...place } = found
  const texts = {
    problem: hideCredentials(problem),
    consequence: hideCredentials(consequence),
    cure: hideCredentials(cure),
  }
  const finding = {
    code: rule.code,
    severity,
    target,
    ...place,
    ...texts,
    fixable: fix !== undefined,
  }
  return { finding, about, ...(fix && { fix }) }
}

/** Without findings about files that could not be read, and about what is below them: nothing is certain there. */
export function withoutUnread(found: readonly Diagnosed[], unread: readonly Unread[]): readonly Diagnosed[] {
  const isUnread = (file: string) => unread.some(one => file === one.file || file.startsWith(`${one.file}/`))
  return found.filter(({ finding: { file = '' }, about }) => ![file, ...about].some(isUnread))
}
