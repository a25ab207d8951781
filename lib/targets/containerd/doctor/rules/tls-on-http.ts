/**
 * A TLS key at a plain-http host, with any value: since 1.6.25 and 1.7.8 containerd then tries HTTPS first, unless the port
 * is 80 (explicitTLS, hosts.go:215-228@v2.3.4); older releases ignore the key. On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */

import { effectiveEndpoint } from '../../../hosts-toml/read/effective-endpoint.ts'
import type { PlacedHost } from '../../../hosts-toml/read/hosts-file.ts'
import type { Release } from '../../../release.ts'
import type { Found, Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const tlsOnHttp: Rule<ObservedNode> = {
  code: 'tls_on_http',
  severity: 'warning',
  also: { note: 'where the release ignores it' },
  part: 'hosts',
  title: 'a plain-http host has `skip_verify`, `ca` or `client`',
  find: observed =>
    findInHosts(observed, (view, { entries }, release) =>
      entries.flatMap(entry => findAt(entry, view, release)),
    ),
}

function findAt(entry: PlacedHost, view: HostsView, release: Release): readonly Found[] {
  const keys = tlsKeysOf(entry)
  if (entry.scheme !== 'http' || keys.length === 0) return []
  const triesHttps = effectiveEndpoint(entry, view.registry, release).plainUrl !== undefined
  return [
    {
      ...placeIn(view, entry.line),
      severity: triesHttps ? 'warning' : 'note',
      problem: `the plain-http host http://${entry.host} has ${keys.join(' and ')}`,
      consequence: triesHttps
        ? 'containerd tries HTTPS first, which costs a connection for each request, or hangs where the port drops it'
        : 'containerd ignores it here: plain http has no certificates',
      cure: `remove ${keys.join(' and ')}, or write https://${entry.host} if the mirror serves TLS`,
    },
  ]
}

function tlsKeysOf({ skipVerify, ca, client }: PlacedHost): readonly string[] {
  return [
    ...(skipVerify === undefined ? [] : ['skip_verify']),
    ...(ca === undefined ? [] : ['ca']),
    ...(client.length === 0 ? [] : ['client']),
  ]
}
