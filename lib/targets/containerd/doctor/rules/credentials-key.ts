/**
 * A user name or password in hosts.toml: containerd has no key for them (hostFileConfig, hosts.go:338-378@v2.3.4;
 * containerd #8186). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */

import { isCredentialKey } from '../../../hosts-toml/read/hosts-keys.ts'
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const credentialsKey: Rule<ObservedNode> = {
  code: 'credentials_key',
  severity: 'warning',
  part: 'hosts',
  title: 'a hosts.toml has a user name or password as a key',
  find: observed =>
    findInHosts(observed, view => {
      const [first, ...others] = view.keys.filter(({ name }) => isCredentialKey(name))
      if (first === undefined) return []
      const names = [...new Set([first, ...others].map(({ name }) => name))].join(' or ')
      return [
        {
          ...placeIn(view, first.line),
          problem: `hosts.toml has no key ${names}`,
          consequence: 'containerd ignores it and sends requests without credentials',
          cure: `remove it, and write a header: [host."${first.host ?? '…'}".header] with Authorization = "Basic …", where … is the Base64 of user:password`,
        },
      ]
    }),
}
