/** Findings that depend on the release, where that may not be known. Pure. */

import type { HostsFile } from '../../hosts-toml/read/hosts-file.ts'
import type { Refusal } from '../../hosts-toml/read/refusal.ts'
import type { Release } from '../../release.ts'
import type { Found } from '../../rule.ts'
import { textOf } from './found-issue.ts'
import { type HostsView, hostsViews } from './hosts-views.ts'
import type { ObservedNode } from './observed-node.ts'
import { ofSomeReleases } from './some-releases.ts'

type Check<Read> = (view: HostsView, read: Read, release: Release) => readonly Found[]

/** What a check finds in the files that containerd reads. Consequences start with "containerd". */
export function findInHosts(observed: ObservedNode, check: Check<HostsFile>): readonly Found[] {
  return findByRelease(observed, (view, read, release) =>
    'reason' in read ? [] : check(view, read, release),
  )
}

/** What a check finds in the files that containerd refuses. */
export function findInRefused(observed: ObservedNode, check: Check<Refusal>): readonly Found[] {
  return findByRelease(observed, (view, read, release) =>
    'reason' in read ? check(view, read, release) : [],
  )
}

/** A finding of several releases is one finding; where its consequence differs, it has the worst. */
function findByRelease(observed: ObservedNode, check: Check<HostsFile | Refusal>): readonly Found[] {
  return hostsViews(observed).flatMap(view => {
    const all = view.readings.map(({ release }) => release)
    const each = view.readings.flatMap(({ release, read }) =>
      check(view, read, release).map(found => ({ release, found })),
    )
    const groups = Map.groupBy(each, ({ found }) => textOf(found))
    return [...groups.values()].flatMap(group => worstOf(group, all))
  })
}

interface ReleaseFound {
  readonly release: Release
  readonly found: Found
}

function worstOf(group: readonly ReleaseFound[], all: readonly Release[]): readonly Found[] {
  const worst = group.find(({ found }) => found.severity !== 'note') ?? group[0]
  if (worst === undefined) return []
  const same = group.filter(({ found }) => found.consequence === worst.found.consequence)
  const releases = all.filter(one => same.some(({ release }) => release === one))
  return [ofSomeReleases(worst.found, releases, all)]
}
