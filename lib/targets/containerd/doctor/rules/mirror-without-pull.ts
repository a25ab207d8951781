/**
 * A mirror without the capability `pull`: it resolves nothing (resolver.go:252-270@v2.3.4), and still gets every request
 * for a layer (fetcher.go:224-303@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const mirrorWithoutPull: Rule<ObservedNode> = {
  code: 'mirror_without_pull',
  severity: 'warning',
  part: 'hosts',
  title: 'a mirror has `capabilities` without `pull`',
  find: observed =>
    findInHosts(observed, (view, { entries }) =>
      entries
        .slice(0, -1)
        .filter(({ capabilities }) => !capabilities.includes('pull'))
        .map(({ line, scheme, host }) => ({
          ...placeIn(view, line),
          problem: `${scheme}://${host} has no capability "pull"`,
          consequence: 'containerd resolves no tag with it, and still requests every layer from it first',
          cure: 'write capabilities = ["pull", "resolve"], or remove the mirror',
        })),
    ),
}
