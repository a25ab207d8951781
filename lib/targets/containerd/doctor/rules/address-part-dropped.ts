/**
 * Credentials or a query in the address of a host: containerd drops them (parseHostConfig, hosts.go:429-449@v2.3.4). On the
 * real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { latin1, parseGoUrl } from '../../../../model/go-url.ts'
import type { Found, Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const addressPartDropped: Rule<ObservedNode> = {
  code: 'address_part_dropped',
  severity: 'warning',
  part: 'hosts',
  title: 'the address of a host has credentials or a query',
  find: observed =>
    findInHosts(observed, view => view.addresses.flatMap(({ url, line }) => findAt(url, line, view))),
}

function findAt(url: string, line: number | undefined, view: HostsView): readonly Found[] {
  const parsed = parseGoUrl(latin1(url))
  if (parsed?.user !== undefined)
    return [
      {
        ...placeIn(view, line),
        problem: 'the address has a user name or password',
        consequence: 'containerd drops it and sends requests without credentials',
        cure: 'remove it, and write a header: [host."https://…".header] with Authorization = "Basic …"',
      },
    ]
  if (parsed?.query === undefined) return []
  return [
    {
      ...placeIn(view, line),
      problem: 'the address has a query',
      consequence: 'containerd drops everything from the question mark on',
      cure: 'remove the query',
    },
  ]
}
