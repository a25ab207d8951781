/** An issue of the plan as a finding: the planner and doctor detect the same things in the same way. Pure. */
import { type Issue, issueText } from '../../../model/errors.ts'
import type { Severity } from '../../../model/finding.ts'
import type { Found } from '../../rule.ts'
import type { Release } from '../release.ts'

/** Messages of the planner end in what containerd does, such as `…: containerd does not start`. */
const WITH_CONSEQUENCE = /^(.*): ((?:this )?(?:containerd|the CRI plugin)\b.*)$/s

interface Otherwise {
  readonly consequence: string
  readonly cure: string
}

/** `otherwise`: what to say where the issue has no such part. */
export function foundIssue({ message, hint, ...place }: Issue, otherwise: Otherwise): Found {
  const [, problem = message, consequence = otherwise.consequence] = WITH_CONSEQUENCE.exec(message) ?? []
  return { ...withoutUndefined(place), problem, consequence, cure: hint ?? otherwise.cure }
}

function withoutUndefined({ file, line, column }: Omit<Issue, 'message' | 'hint'>) {
  return {
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  }
}

/**
 * What is found for the releases that may read the files, each once: with the severity of the rule if all of them agree,
 * else a warning, because the release is not known.
 */
export function findForEach(
  readers: readonly Release[],
  find: (reader: Release) => readonly Found[],
): readonly Found[] {
  const found = readers.flatMap(reader => find(reader))
  return [...Map.groupBy(found, textOf).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const certain = others.length + 1 >= readers.length
    return [certain || first.severity === 'note' ? first : { ...first, severity: 'warning' as Severity }]
  })
}

function textOf({ problem, ...place }: Found): string {
  return issueText({ ...place, message: problem })
}
