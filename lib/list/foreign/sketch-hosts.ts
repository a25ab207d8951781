/** A hosts.toml of containerd as a list (core/remotes/docker/config/hosts.go:380-548@v2.3.4). Pure. */
import path from 'node:path'
import { isTable, type Table } from '../../formats/is-table.ts'
import { isRefused } from '../../model/refused.ts'
import type { Capability } from '../../model/registry.ts'
import { parseRegistryName } from '../values/registry-name.ts'
import type { WrittenMirror } from '../written.ts'
import {
  type ListSketch,
  type MirrorKeys,
  shortMirror,
  sketchMirror,
  sketchRegistries,
} from './mirror-sketch.ts'
import { stringsIn, tablesIn } from './table-values.ts'
import { hostOf, pathOf, withScheme } from './written-url.ts'

/** `file` names the registry, where it lies in certs.d; otherwise the server does. */
export function sketchHosts(value: Table, file: string): ListSketch {
  const name = registryName(value, file)
  const hosts = tablesIn(value.host)
  const mirrors = hosts.flatMap(([url, table]) => mirrorOf(url, table) ?? [])
  const server = typeof value.server === 'string' ? mirrorOf(value.server, value) : undefined
  const { capabilities: _, base: __, ...plain } = server ?? { url: '' }
  const isOwn = plain.url === `https://${name}` || plain.url === 'https://registry-1.docker.io'
  const hasServer = plain.url !== '' && name !== '_default' && (!isOwn || Object.keys(plain).length > 1)
  const registry = {
    ...(hasServer && { server: Object.keys(plain).length > 1 ? plain : plain.url }),
    ...(mirrors.length > 0 && { mirrors: mirrors.map(shortMirror) }),
  }
  return {
    registries: name === undefined ? {} : sketchRegistries([[name, registry]]),
    hasCredentials: [value, ...hosts.map(([, table]) => table)].some(({ header }) => isTable(header)),
  }
}

function registryName({ server }: Table, file: string): string | undefined {
  const above = path.basename(path.dirname(path.resolve(file)))
  const isNamed = above === '_default' || !isRefused(parseRegistryName(above))
  if (path.basename(file) === 'hosts.toml' && isNamed) return above
  const host = typeof server === 'string' ? hostOf(server) : ''
  return host === 'registry-1.docker.io' ? 'docker.io' : host || undefined
}

function mirrorOf(written: string, table: Table): WrittenMirror | undefined {
  const url = withScheme(written)
  const own = pathOf(url)
  const api = table.override_path === true || own.endsWith('/v2') ? own : `${own}/v2`
  return sketchMirror(url, api, keysOf(table))
}

function keysOf({ capabilities, ca, client, skip_verify, dial_timeout }: Table): MirrorKeys {
  const granted = stringsIn(capabilities)
    .map(capability => capability.toLowerCase())
    .filter(isCapability)
  const isUsual = granted.length === 2 && !granted.includes('push')
  const [pair] = Array.isArray(client) ? client : []
  const [cert, key] = stringsIn(pair)
  return {
    ...(granted.length > 0 && !isUsual && { capabilities: granted }),
    ...(stringsIn(ca).length > 0 && { ca: stringsIn(ca) }),
    ...(cert !== undefined && key !== undefined && { client: { cert, key } }),
    ...(skip_verify === true && { skip_verify: true }),
    ...(typeof dial_timeout === 'string' && dial_timeout !== '2s' && { dial_timeout }),
  }
}

function isCapability(word: string): word is Capability {
  return word === 'pull' || word === 'resolve' || word === 'push'
}
