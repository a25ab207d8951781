/**
 * A mirror in the private network, while the daemon runs with a proxy that NO_PROXY does not except it from: containerd sends
 * requests to mirrors through the proxy too (http.ProxyFromEnvironment, core/remotes/docker/config/hosts.go:151@v2.3.4;
 * NO_PROXY: golang.org/x/net/http/httpproxy/proxy.go). On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import { isIP } from 'node:net'
import path from 'node:path'
import { isTable } from '../../../../formats/is-table.ts'
import { readDocument } from '../../../../formats/toml/document.ts'
import { locateKey } from '../../../../formats/toml/locations.ts'
import { classifyAddress } from '../../../../model/address-space.ts'
import { type Matches, parseNoProxy } from '../../../../model/no-proxy.ts'
import { hostOf } from '../../../../model/url-host.ts'
import type { RegistryDirectory } from '../../../hosts-toml/registry-directory.ts'
import type { Found, Rule } from '../../../rule.ts'
import type { ObservedNode } from '../observed-node.ts'

export const proxiedMirror: Rule<ObservedNode> = {
  code: 'proxied_mirror',
  severity: 'warning',
  part: 'daemon',
  title: 'the daemon has a proxy, and NO_PROXY does not name a mirror of the private network',
  find: ({ snapshot: { currentDirs }, roots, environment }) => {
    if (environment === undefined) return []
    const proxies = readProxies(environment)
    return currentDirs.flatMap(root =>
      (roots[root] ?? []).flatMap(directory => findProxied(root, directory, proxies)),
    )
  },
}

interface Proxies {
  readonly schemes: readonly string[]
  readonly isExcepted: Matches
}

/** Upper case before lower case (httpproxy.FromEnvironment). */
function readProxies(env: Readonly<Record<string, string>>): Proxies {
  const value = (name: string) => env[name] || env[name.toLowerCase()] || ''
  const schemes = ['http', 'https'].filter(scheme => value(`${scheme.toUpperCase()}_PROXY`) !== '')
  return { schemes: schemes.map(scheme => `${scheme}:`), isExcepted: parseNoProxy(value('NO_PROXY')) }
}

function findProxied(root: string, { name, hosts }: RegistryDirectory, proxies: Proxies): readonly Found[] {
  const read = hosts && readDocument(hosts.bytes.toString('utf8'))
  if (read === undefined || 'fault' in read || !isTable(read.value.host)) return []
  return Object.keys(read.value.host).flatMap(written => {
    const url = URL.parse(written.includes('://') ? written : `https://${written}`)
    if (url === null || !proxies.schemes.includes(url.protocol)) return []
    if (!isPrivate(hostOf(url)) || proxies.isExcepted(url)) return []
    const { line = 1 } = locateKey(read.tree(), ['host', written]) ?? {}
    return [
      {
        ...{ file: path.posix.join(root, name, 'hosts.toml'), line, registry: name },
        problem: `containerd runs with a proxy, and NO_PROXY does not name ${hostOf(url)}`,
        consequence: 'requests to this mirror go through the proxy, which may not reach it',
        cure: `add ${hostOf(url)} to NO_PROXY in the unit of containerd (systemctl edit containerd), then restart it`,
      },
    ]
  })
}

/** Names that a public DNS does not have. Loopback is never proxied. */
const LOCAL_NAME = /^[^.]+$|\.(?:local|lan|internal|intranet|intra|corp|home|svc|localdomain|home\.arpa)$/

function isPrivate(host: string): boolean {
  return isIP(host) === 0 ? LOCAL_NAME.test(host) : classifyAddress(host) === 'private'
}
