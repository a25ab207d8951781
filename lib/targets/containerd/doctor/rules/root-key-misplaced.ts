/**
 * `skip_verify`, `ca` or `client` at the root of a hosts.toml: they hold for the server alone, not for the hosts below
 * (parseHostsFile, hosts.go:414-419@v2.3.4; containerd #7118). A finding where the server is a public one, which needs none
 * of them, and an https mirror has no such key. On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */

import type { HostEntry } from '../../../hosts-toml/read/host-entry.ts'
import type { Rule } from '../../../rule.ts'
import { isManaged } from '../../hosts/directories.ts'
import { findInHosts } from '../by-release.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'
import { hostOf, publicRegistry } from '../public-registry.ts'

const KEYS = ['skip_verify', 'ca', 'client', 'header']

export const rootKeyMisplaced: Rule<ObservedNode> = {
  code: 'root_key_misplaced',
  severity: 'warning',
  part: 'hosts',
  title: 'a key at the root is meant for a mirror',
  find: observed =>
    findInHosts(observed, (view, { entries }) => {
      // A list says for the server what it means.
      if (isManaged(view.directory)) return []
      const [server, ...mirrors] = entries.toReversed()
      const key = view.keys.find(({ name, host }) => host === undefined && KEYS.includes(name))
      if (key === undefined || server === undefined || !isPublic(server, view)) return []
      const mirror = mirrors.toReversed().find(({ scheme }) => scheme === 'https')
      if (mirror === undefined || mirrors.some(hasKeys)) return []
      return [
        {
          ...placeIn(view, key.line),
          problem: `${key.name} stands above the first [host."…"]`,
          consequence: 'containerd uses it for the server alone, not for the mirrors below',
          cure: `move it below the header of the mirror that needs it, such as https://${mirror.host}`,
        },
      ]
    }),
}

function isPublic({ host }: HostEntry, { registry }: HostsView): boolean {
  return (
    publicRegistry(hostOf(host === '' ? registry : host)) !== undefined || (host === '' && registry === '*')
  )
}

function hasKeys({ ca, client, skipVerify, header }: HostEntry): boolean {
  return ca !== undefined || client.length > 0 || skipVerify === true || Object.keys(header).length > 0
}
