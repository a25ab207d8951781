/**
 * Hosts in inline tables or dotted keys: 2.x takes hosts from table headers alone (getSortedHosts,
 * hosts.go:551-585@v2.3.4), 1.x reads every form. On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import type { ObservedNode } from '../observed-node.ts'

export const hostTableInline: Rule<ObservedNode> = {
  code: 'host_table_inline',
  severity: 'error',
  part: 'hosts',
  title: 'a host is written as an inline table or as dotted keys',
  find: observed =>
    findInHosts(observed, ({ file, registry }, { unused }) =>
      unused.map(line => ({
        ...{ file, line, registry, problem: 'this host has no [host."…"] header of its own' },
        consequence: 'containerd reads the host and never uses it, without a message',
        cure: 'write the host as a header, [host."https://…"], and its keys on the lines below',
      })),
    ),
}
