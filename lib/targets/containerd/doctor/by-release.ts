/** Findings that depend on the release, where that may not be known. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Found } from '../../rule.ts'
import type { ReleaseRange } from '../../target.ts'
import type { HostsFile } from '../pull/hosts-file.ts'
import type { Refusal } from '../pull/refusal.ts'
import { rangesOf } from '../pull/releases.ts'
import type { Release } from '../release.ts'
import { type HostsView, hostsViews } from './hosts-views.ts'
import type { ObservedNode } from './observed-node.ts'

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

function findByRelease(observed: ObservedNode, check: Check<HostsFile | Refusal>): readonly Found[] {
  return hostsViews(observed).flatMap(view => {
    const each = view.readings.map(({ release, read }) => ({ release, found: check(view, read, release) }))
    const all = each.flatMap(({ found }) => found)
    const distinct = all.filter((one, i) => all.findIndex(other => isDeepStrictEqual(one, other)) === i)
    const releases = each.map(({ release }) => release)
    return distinct.map(one => {
      const having = each.filter(({ found }) => found.some(other => isDeepStrictEqual(one, other)))
      return ofSome(
        one,
        having.map(({ release }) => release),
        releases,
      )
    })
  })
}

/** Where only some of the possible releases have a finding, it names them, and is no error. */
function ofSome(found: Found, some: readonly Release[], all: readonly Release[]): Found {
  if (some.length === all.length) return found
  const names = rangesOf(some, all).map(range => rangeText(range, all[0]))
  const consequence = found.consequence.replace(/^containerd\b/, `containerd ${names.join(', and ')}`)
  return { ...found, severity: found.severity === 'note' ? 'note' : 'warning', consequence }
}

function rangeText({ from, before }: ReleaseRange, first: Release | undefined): string {
  if (before === undefined) return `${from} and later`
  return from === first?.name ? `before ${before}` : `from ${from} on, before ${before}`
}
