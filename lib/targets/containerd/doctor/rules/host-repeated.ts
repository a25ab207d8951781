/**
 * A mirror that containerd contacts twice for each request: 2.x lists a host again where the header of another host stands
 * between its own headers (getSortedHosts, hosts.go:551-585@v2.3.4); and two names may be one address, such as `https://m`
 * and `https://m/`. On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */

import { effectiveEndpoint } from '../../../hosts-toml/read/effective-endpoint.ts'
import type { PlacedHost } from '../../../hosts-toml/read/hosts-file.ts'
import type { Release } from '../../../release.ts'
import type { Found, Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const hostRepeated: Rule<ObservedNode> = {
  code: 'host_repeated',
  severity: 'warning',
  part: 'hosts',
  title: 'containerd contacts a mirror twice',
  find: observed =>
    findInHosts(observed, (view, { entries }, release) => repeatedIn(entries.slice(0, -1), view, release)),
}

function repeatedIn(mirrors: readonly PlacedHost[], view: HostsView, release: Release): readonly Found[] {
  const urls = mirrors.map(mirror => effectiveEndpoint(mirror, view.registry, release).url)
  const repeated = [...new Set(urls.filter((url, i) => urls.indexOf(url) < i))]
  return repeated.map(url => {
    const [first, ...others] = mirrors.filter((_, i) => urls[i] === url)
    const isSplit = others.every(({ line }) => line === first?.line)
    return {
      ...placeIn(view, others.at(-1)?.line),
      problem: `the mirror ${url} is listed twice`,
      consequence: 'containerd sends each request to it twice when it fails',
      cure: isSplit
        ? 'put the [host."…".header] table directly below its own [host."…"] table'
        : 'remove one of its two [host."…"] tables',
    }
  })
}
