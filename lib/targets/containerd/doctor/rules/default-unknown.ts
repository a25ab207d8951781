/**
 * `_default` before 1.6.17: it is never looked up (remotes/docker/config/config_unix.go@v1.6.17). On the real containerd:
 * test/e2e/endpoints-cri.spec.ts has the releases that know it. Pure.
 */

import { knowsDefaultDirectory } from '../../../hosts-toml/known-keys.ts'
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const defaultUnknown: Rule<ObservedNode> = {
  code: 'default_unknown',
  severity: 'error',
  part: 'hosts',
  title: 'this release does not look up `_default`',
  find: observed =>
    findInHosts(observed, (view, _, release) => {
      // These are old: where the release is not known, it is seldom one of them.
      const isKnown = observed.snapshot.generation !== undefined
      if (view.registry !== '*' || !isKnown || knowsDefaultDirectory(release)) return []
      return [
        {
          ...placeIn(view, undefined),
          problem: '_default exists since containerd 1.6.17',
          consequence: 'containerd never reads this file',
          cure: 'upgrade containerd, or make a directory for each registry',
        },
      ]
    }),
}
