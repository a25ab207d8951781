/**
 * `dial_timeout` before 2.0.7: the key does not exist there (core/remotes/docker/config/hosts.go@v2.0.7, @v2.1.0), and a
 * connection is given up after 30 s (hosts.go:151-158@v1.7.24). What regmirror writes itself is no finding: it is right for
 * the next release too. On the real containerd: test/e2e/differential.spec.ts. Pure.
 */

import { knowsDialTimeout } from '../../../hosts-toml/known-keys.ts'
import type { Rule } from '../../../rule.ts'
import { isManaged } from '../../hosts/directories.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const dialTimeoutIgnored: Rule<ObservedNode> = {
  code: 'dial_timeout_ignored',
  severity: 'note',
  part: 'hosts',
  title: '`dial_timeout` has no effect in this release',
  find: observed =>
    findInHosts(observed, (view, _, release) => {
      const first = view.keys.find(({ name }) => name === 'dial_timeout')
      if (first === undefined || knowsDialTimeout(release) || isManaged(view.directory)) return []
      return [
        {
          ...placeIn(view, first.line),
          severity: 'note',
          problem: 'dial_timeout exists since containerd 2.0.7',
          consequence: 'containerd ignores it: a mirror that does not respond costs 30 s for each request',
          cure: 'upgrade containerd, or let regmirror watch remove mirrors that do not respond',
        },
      ]
    }),
}
