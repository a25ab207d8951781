/** A finding that only some of the possible releases have: it names them, and is no error. Pure. */
import type { ReleaseRange } from '../../pull-route.ts'
import type { Release } from '../../release.ts'
import type { Found } from '../../rule.ts'
import { rangesOf } from '../pull/releases.ts'

export function ofSomeReleases(found: Found, some: readonly Release[], all: readonly Release[]): Found {
  if (some.length === all.length) return found
  const names = rangesOf(some, all).map(range => rangeText(range, all[0]))
  const consequence = withReleases(found.consequence, `containerd ${names.join(', and ')}`)
  return { ...found, severity: found.severity === 'note' ? 'note' : 'warning', consequence }
}

/** A consequence may name releases already. */
function withReleases(consequence: string, names: string): string {
  if (/^containerd \d/.test(consequence)) return consequence
  const named = consequence.replace(/^(this )?containerd\b/, names)
  return named === consequence ? `on ${names}, ${consequence}` : named
}

function rangeText({ from, before }: ReleaseRange, first: Release | undefined): string {
  if (before === undefined) return `${from} and later`
  return from === first?.name ? `before ${before}` : `from ${from} on, before ${before}`
}
