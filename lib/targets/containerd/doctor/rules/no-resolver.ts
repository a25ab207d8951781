/**
 * No host may resolve tags: only hosts with `pull` and `resolve` resolve a tag
 * (resolver.go:252-270@v2.3.4); `capabilities` at the root are those of the server (parseHostsFile,
 * hosts.go:414-419@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { mayResolve } from '../../../../model/registry.ts'
import { withRegistry } from '../../../hosts-toml/read/effective-endpoint.ts'
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const noResolver: Rule<ObservedNode> = {
  code: 'no_resolver',
  severity: 'error',
  part: 'hosts',
  title: 'no host of a registry may resolve tags',
  find: observed =>
    findInHosts(observed, (view, { entries }, release) => {
      const complete = entries.map((entry, i) =>
        i === entries.length - 1 ? withRegistry(entry, view.registry, release) : entry,
      )
      if (complete.some(mayResolve)) return []
      const root = view.keys.find(({ name, host }) => host === undefined && name === 'capabilities')
      return [
        {
          ...placeIn(view, root?.line ?? 1),
          problem: 'no host has the capabilities "pull" and "resolve"',
          consequence: 'containerd fails every pull by tag from this registry: "no resolve hosts"',
          cure: `${root ? 'remove capabilities above the first [host."…"], or ' : ''}add "resolve" to a mirror that you trust`,
        },
      ]
    }),
}
