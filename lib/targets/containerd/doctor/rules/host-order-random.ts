/**
 * Several hosts in inline tables: 1.x sorts hosts by the line of their key, and these have none, so the order is that of a
 * Go map (getSortedHosts, remotes/docker/config/hosts.go:531-547@v1.7.24). On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const hostOrderRandom: Rule<ObservedNode> = {
  code: 'host_order_random',
  severity: 'warning',
  part: 'hosts',
  title: 'containerd tries hosts in a random order',
  find: observed =>
    findInHosts(observed, (view, { random, entries }) =>
      random
        ? [
            {
              ...placeIn(view, entries[0]?.line),
              problem: 'several hosts are inline tables',
              consequence: 'containerd tries them in another order at each pull',
              cure: 'write a [host."https://…"] header for each host, in the order in which they are to be tried',
            },
          ]
        : [],
    ),
}
