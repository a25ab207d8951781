/**
 * A public registry as the server of another one, or of `_default`: the server is the last endpoint for every image of the
 * directory (hosts.go:414-419@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'
import { hostOf, publicRegistry } from '../public-registry.ts'

export const serverOfAnother: Rule<ObservedNode> = {
  code: 'server_of_another',
  severity: 'error',
  part: 'hosts',
  title: '`server` is the server of another registry',
  find: observed =>
    findInHosts(observed, view => {
      const server = view.addresses.find(({ isServer }) => isServer)
      const host = server && hostOf(server.url)
      const owner = host && publicRegistry(host)
      const isMeant = owner === undefined || owner === publicRegistry(view.registry)
      if (server === undefined || (isMeant && host !== '_default')) return []
      const isDefault = view.registry === '*'
      return [
        {
          ...placeIn(view, server.line),
          problem: isDefault
            ? `server = "${server.url}" is the server of one registry, and _default is for all others`
            : `server = "${server.url}" is the server of ${owner ?? 'no registry'}, not of ${view.registry}`,
          consequence:
            'containerd contacts it last for every image of this directory, and finds another image or none',
          cure: isDefault
            ? 'remove the line: each registry is then its own server'
            : 'name the server of this registry',
        },
      ]
    }),
}
