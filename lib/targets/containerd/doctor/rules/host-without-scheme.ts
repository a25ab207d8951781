/**
 * A host without a scheme: containerd puts `https://` before it, also for loopback (hosts.go:431@v2.3.4). A finding where
 * the address looks like one of plain http: loopback, a private address, or the port 5000. On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

const PRIVATE = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|:(5000|80|8080)(\/|$)/

export const hostWithoutScheme: Rule<ObservedNode> = {
  code: 'host_without_scheme',
  severity: 'warning',
  part: 'hosts',
  title: 'an address has no `http://` or `https://`',
  find: observed =>
    findInHosts(observed, view =>
      view.addresses
        .filter(({ url }) => !url.includes('://') && !url.startsWith('http') && PRIVATE.test(url))
        .map(({ url, line }) => ({
          ...placeIn(view, line),
          problem: `the address ${url} has no scheme`,
          consequence: `containerd contacts https://${url}, which fails where the mirror serves plain http`,
          cure: `write http://${url} or https://${url}`,
        })),
    ),
}
