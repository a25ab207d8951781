/**
 * The endpoints that containerd reads from certs.d: a port of its code. Throws where containerd would ignore the file.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import TOML from '@iarna/toml'
import type { Reader } from '../../lib/system/reader.ts'
import { hostOrder, type Major } from './containerd-order.ts'

/** An endpoint with everything that affects requests to it. */
export interface Endpoint {
  /** Scheme, host and path before the repository. */
  readonly base: string
  readonly capabilities: readonly string[]
  readonly dialTimeout: string | undefined
  /** Texts of the certificates. */
  readonly ca: readonly string[]
  /** Texts of certificates and keys. */
  readonly client: readonly (readonly [cert: string, key: string])[]
  readonly skipVerify: boolean
  readonly header: Readonly<Record<string, string>>
}

/** A table of hosts.toml, or its root (hostFileConfig, core/remotes/docker/config/hosts.go:338-378@v2.3.4). */
interface Table {
  readonly capabilities?: readonly string[]
  readonly ca?: string | readonly string[]
  readonly client?: readonly (readonly [string, string])[]
  readonly skip_verify?: boolean
  readonly header?: Readonly<Record<string, string>>
  readonly override_path?: boolean
  readonly dial_timeout?: string
}

interface HostsFile extends Table {
  readonly server?: string
  readonly host?: Readonly<Record<string, Table>>
}

const ALL = ['pull', 'push', 'resolve']

/** The first directory that exists for a registry (hostPaths, config_unix.go:25-36@v2.3.4); undefined if none does. */
export async function findHostsDirectory(
  node: Reader,
  hostsDir: string,
  registry: string,
): Promise<string | undefined> {
  const colon = registry.lastIndexOf(':')
  const twin = colon > 0 ? [`${registry.slice(0, colon)}_${registry.slice(colon + 1)}_`] : []
  for (const name of [...twin, registry, '_default']) {
    const directory = path.posix.join(hostsDir, name)
    if ((await node.facts(directory)) !== undefined) return directory
  }
  return undefined
}

/** The endpoints of a hosts.toml for a registry, in their order, with certificates by name. */
export function readHosts(text: string, registry: string, majors?: readonly Major[]): Endpoint[] {
  const file = TOML.parse(text) as HostsFile
  const hosts = hostOrder(text, majors).map(url => parseHost(url, file.host?.[url] ?? {}))
  return [...hosts, file.server ? parseHost(file.server, file) : defaultHost(registry, file)]
}

/** The endpoints for a registry, with the texts of their certificates (ConfigureHosts, hosts.go:78-240@v2.3.4). */
export async function readEndpoints(
  node: Reader,
  directory: string,
  registry: string,
  majors: readonly Major[],
): Promise<Endpoint[]> {
  const text = (await node.read(path.posix.join(directory, 'hosts.toml')))?.toString('utf8') ?? ''
  return await Promise.all(readHosts(text, registry, majors).map(host => withFiles(host, node, directory)))
}

/** parseHostConfig, hosts.go:423-548@v2.3.4. */
function parseHost(server: string, table: Table): Endpoint {
  const url = new URL(server.startsWith('http') ? server : `https://${server}`)
  const written = /^\w+:\/\/[^/]*(\/.*)?$/.exec(server)?.[1] ?? ''
  const clean = written === '' ? '' : path.posix.normalize(written).replace(/(.)\/$/, '$1')
  const isComplete = clean.endsWith('/v2') || table.override_path === true
  return endpoint(url.origin + (isComplete ? clean : `${clean === '/' ? '' : clean}/v2`), table)
}

/** The server if the file names none (hosts.go:101-136@v2.3.4). */
function defaultHost(registry: string, table: Table): Endpoint {
  if (registry === 'docker.io') return endpoint('https://registry-1.docker.io/v2', table)
  const { hostname, port } = new URL(`tcp://${registry}`)
  if (!['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    return endpoint(originOf('https', registry), table)
  const scheme = port === '' || port === '443' ? 'https' : 'http'
  return endpoint(originOf(scheme, registry), { ...table, ...(port !== '80' && { skip_verify: true }) })
}

function originOf(scheme: string, registry: string): string {
  return `${new URL(`${scheme}://${registry}`).origin}/v2`
}

function endpoint(base: string, table: Table): Endpoint {
  const { capabilities = [], ca = [], client = [], skip_verify = false, header = {}, dial_timeout } = table
  for (const name of capabilities) assert.ok(ALL.includes(name), `unknown capability ${name}`)
  return {
    base: base.replace(/\/$/, ''),
    capabilities: capabilities.length === 0 ? ALL : [...capabilities].sort(),
    dialTimeout: dial_timeout,
    ca: typeof ca === 'string' ? [ca] : ca,
    client,
    skipVerify: skip_verify,
    header: { ...header },
  }
}

/** Every pull of the registry fails if one certificate is missing (hosts.go:255-287@v2.3.4). */
async function withFiles(host: Endpoint, node: Reader, directory: string): Promise<Endpoint> {
  const text = async (name: string) => {
    const file = path.posix.resolve(directory, name)
    const bytes = await node.read(file)
    assert.ok(bytes, `${file} is missing`)
    return bytes.toString('utf8')
  }
  const pair = async ([cert, key]: readonly [string, string]) => [await text(cert), await text(key)] as const
  return {
    ...host,
    ca: await Promise.all(host.ca.map(text)),
    client: await Promise.all(host.client.map(pair)),
  }
}
