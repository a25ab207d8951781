/**
 * A host or server whose address no request can be sent to: another scheme, or no host name, as an empty variable of a
 * shell leaves it (parseHostConfig, hosts.go:429-449@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */

import { effectiveEndpoint } from '../../../hosts-toml/read/effective-endpoint.ts'
import type { HostEntry } from '../../../hosts-toml/read/host-entry.ts'
import type { HostsFile } from '../../../hosts-toml/read/hosts-file.ts'
import type { Release } from '../../../release.ts'
import type { Found, Rule } from '../../../rule.ts'
import { isPlaceholder } from '../../config/config-path.ts'
import { findInHosts } from '../by-release.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const hostAddressInvalid: Rule<ObservedNode> = {
  code: 'host_address_invalid',
  severity: 'error',
  part: 'hosts',
  title: 'the address of a host cannot be contacted',
  find: observed => findInHosts(observed, addressesIn),
}

function addressesIn(view: HostsView, { entries }: HostsFile, release: Release): readonly Found[] {
  const written = entries.filter(
    ({ host, scheme }, i) => i < entries.length - 1 || host !== '' || scheme !== '',
  )
  return written.flatMap(entry => {
    const problem = problemOf(entry, view, release)
    if (problem === undefined) return []
    return [
      {
        ...placeIn(view, entry.line),
        problem,
        consequence: 'containerd fails every request to it and goes on to the next host',
        cure: 'write the full address, such as https://mirror.example.com',
      },
    ]
  })
}

function problemOf(entry: HostEntry, { registry }: HostsView, release: Release): string | undefined {
  if (isPlaceholder(entry.host))
    return `the address is a placeholder that nothing has filled in: ${entry.host}`
  if (hasOtherScheme(entry)) return `the address starts with ${entry.host}//, not with http:// or https://`
  return effectiveEndpoint(entry, registry, release).problem
}

/** Before `docker://mirror`, containerd puts `https://`: then `docker:` is the host. */
export function hasOtherScheme({ host }: HostEntry): boolean {
  return /^[a-z][a-z0-9+.-]*:$/i.test(host)
}
