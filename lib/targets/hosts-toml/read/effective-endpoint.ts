/** A host of hosts.toml as the endpoint that containerd contacts (ConfigureHosts, hosts.go:78-239@v2.3.4). Pure. */
import type { EffectiveEndpoint } from '../../pull-route.ts'
import { atLeast, type Release } from '../../release.ts'
import type { HostEntry } from './host-entry.ts'
import { CAPABILITIES } from './host-faults.ts'
import { isLocalhost, portOf } from './host-url.ts'

/** An entry that names no host and has no keys: the registry itself. */
export const BARE: HostEntry = {
  ...{ scheme: '', host: '', path: '', client: [], header: {} },
  capabilities: CAPABILITIES,
}

const HUB = 'registry-1.docker.io'

/** The last entry, where it names no host, is the registry itself; its other keys stay (hosts.go:101-136@v2.3.4). */
export function withRegistry(entry: HostEntry, registry: string, reader: Release): HostEntry {
  if (entry.host !== '') return entry
  const found = { ...entry, path: '/v2', capabilities: CAPABILITIES }
  if (registry === 'docker.io') return { ...found, scheme: 'https', host: HUB }
  const own = { ...found, scheme: 'https', host: registry }
  return isLocalhost(registry) ? asLoopback(own, reader) : own
}

/** Since 1.6.9 (remotes/docker/config/hosts.go:103@v1.6.9), by the port since 1.6.25 and 1.7.8 (hosts.go:104@v1.7.8). */
function asLoopback(entry: HostEntry, reader: Release): HostEntry {
  if (!atLeast(reader, '1.6.9')) return entry
  if (!knowsPlainFallback(reader)) return { ...entry, scheme: 'http', skipVerify: true }
  const port = portOf(entry.host)
  const scheme = port === '' || port === '443' ? 'https' : 'http'
  return { ...entry, scheme, ...(port !== '80' && { skipVerify: true }) }
}

/** Where a plain-http host with TLS keys is tried over https first (hosts.go:251@v1.6.25, hosts.go:250@v1.7.8). */
function knowsPlainFallback(reader: Release): boolean {
  return atLeast(reader, reader.major === 1 && reader.minor < 7 ? '1.6.25' : '1.7.8')
}

export function effectiveEndpoint(
  entry: HostEntry,
  registry: string,
  reader: Release,
): Omit<EffectiveEndpoint, 'role' | 'source'> {
  const secureFirst = entry.scheme === 'http' && triesHttpsFirst(entry, reader)
  const rest = entry.host + (entry.path === '/' ? '' : entry.path)
  const ns = nsOf(entry.host, registry)
  const problem = problemOf(entry)
  return {
    url: `${secureFirst ? 'https' : entry.scheme}://${rest}`,
    ...(secureFirst && { plainUrl: `http://${rest}` }),
    capabilities: entry.capabilities,
    skipVerify: entry.skipVerify === true,
    ca: entry.ca ?? [],
    client: entry.client,
    header: Object.keys(entry.header),
    ...(entry.dialTimeout !== undefined && { dialTimeout: entry.dialTimeout }),
    ...(ns !== undefined && { ns }),
    ...(problem !== undefined && { problem }),
  }
}

/** explicitTLS, hosts.go:215-228@v2.3.4; the port must be given up to 1.7.23 (hosts.go:257@v1.7.23). */
function triesHttpsFirst(entry: HostEntry, reader: Release): boolean {
  const port = portOf(entry.host)
  if (!knowsPlainFallback(reader) || port === '80') return false
  return hasTlsKeys(entry, reader) && (port !== '' || atLeast(reader, '1.7.24'))
}

/** A key that is given counts, with any value. `dial_timeout` counts in 2.0.7 and later 2.0 (hosts.go:184@v2.0.7). */
function hasTlsKeys({ ca, client, skipVerify, dialTimeout }: HostEntry, reader: Release): boolean {
  const given = ca !== undefined || client.length > 0 || skipVerify !== undefined
  return given || (dialTimeout !== undefined && !atLeast(reader, '2.1.0'))
}

/** isProxy, core/remotes/docker/registry.go:85-92@v2.3.4. */
function nsOf(host: string, registry: string): string | undefined {
  const own = host === registry || (registry === 'docker.io' && host === HUB)
  return own ? undefined : registry
}

function problemOf({ scheme, host }: HostEntry): string | undefined {
  if (host === '') return 'the address names no host'
  return scheme === 'https' || scheme === 'http' ? undefined : 'the scheme is neither https nor http'
}
