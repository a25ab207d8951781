/**
 * A server or mirror for docker.io that serves no images: `docker.io` and `hub.docker.com` respond with a web page, which
 * containerd takes for a manifest ("unexpected media type text/html", containerd #7400). The registry is
 * registry-1.docker.io (hosts.go:101-104@v2.3.4). That such a request is sent: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { formats } from '../../../../formats/index.ts'
import type { Found, Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'
import type { WrittenAddress } from '../written-addresses.ts'

const HUB = 'https://registry-1.docker.io'
const NOT_THE_HUB = /^(https?:\/\/)?(docker\.io|index\.docker\.io|hub\.docker\.com)(\/|$)/i

export const serverOfDockerHub: Rule<ObservedNode> = {
  code: 'server_of_docker_hub',
  severity: 'warning',
  also: { note: 'beside an address that serves images' },
  part: 'hosts',
  title: 'an address of Docker Hub serves no images',
  fixes: true,
  find: observed =>
    findInHosts(observed, view => {
      if (!['docker.io', '*'].includes(view.registry)) return []
      const addresses = view.addresses
      const hasHub = addresses.some(({ url, isServer }) => !isServer && url.startsWith(HUB))
      return addresses.filter(({ url }) => NOT_THE_HUB.test(url)).map(one => foundAt(one, hasHub, view))
    }),
}

/** Behind the real one it is tried only for what the Hub does not have. */
function foundAt({ url, isServer, line }: WrittenAddress, hasHub: boolean, view: HostsView): Found {
  const fix = {
    ...{ file: view.file, effect: 'immediate' as const, why: `names ${HUB} as the server` },
    edit: (text: string) => formats.toml.set(text, ['server'], HUB),
  }
  return {
    ...placeIn(view, line),
    ...(hasHub && { severity: 'note' }),
    problem: `${url} serves no images`,
    consequence: hasHub
      ? 'containerd tries it for what Docker Hub does not have, and reports text/html in place of "not found"'
      : 'containerd gets a web page from it, and a pull that no other host serves fails with text/html',
    cure: isServer ? `write server = "${HUB}"` : `write [host."${HUB}"]`,
    ...(isServer && { fix }),
  }
}
