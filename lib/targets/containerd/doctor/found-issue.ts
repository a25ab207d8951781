/** An issue of the plan as a finding: the planner and doctor detect the same things in the same way. Pure. */
import { type Issue, issueText } from '../../../model/errors.ts'
import type { Release } from '../../release.ts'
import type { Found } from '../../rule.ts'
import { releasesReading } from '../pull/releases.ts'
import { ofSomeReleases } from './some-releases.ts'

/** Messages of the planner end in what containerd does, such as `…: containerd does not start`. */
const WITH_CONSEQUENCE = /^(.*): ((?:this )?(?:containerd|the CRI plugin)\b.*)$/s

interface Otherwise {
  readonly consequence: string
  readonly cure: string
}

/** `otherwise`: what to say where the issue has no such part. */
export function foundIssue({ message, hint, ...place }: Issue, otherwise: Otherwise): Found {
  const [, problem = message, consequence = otherwise.consequence] = WITH_CONSEQUENCE.exec(message) ?? []
  return { ...withoutUndefined(place), problem, consequence, cure: thenRestart(hint ?? otherwise.cure) }
}

/** containerd reads config.toml and its imports when it starts. */
function thenRestart(cure: string): string {
  return /restart/.test(cure) ? cure : `${cure}; then restart containerd`
}

function withoutUndefined({ file, line, column }: Omit<Issue, 'message' | 'hint'>) {
  return {
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  }
}

/** What is found for the releases that may read the files, each once. Consequences start with "containerd" where they can. */
export function findForEach(
  readers: readonly Release[],
  find: (reader: Release) => readonly Found[],
): readonly Found[] {
  const each = readers.flatMap(reader => find(reader).map(found => ({ reader, found })))
  return [...Map.groupBy(each, ({ found }) => textOf(found)).values()].flatMap(group => {
    const some = readers.filter(one => group.some(({ reader }) => reader === one))
    return group.slice(0, 1).map(({ found }) => ofSomeReaders(found, some, readers))
  })
}

/** A reader stands for all releases that merge config.toml as it does. */
function ofSomeReaders(found: Found, some: readonly Release[], all: readonly Release[]): Found {
  if (some.length === all.length) return found
  return ofSomeReleases(found, releasesReading(some), releasesReading(all))
}

/** Findings with the same place and problem are one. */
export function textOf({ problem, ...place }: Found): string {
  return issueText({ ...place, message: problem })
}
