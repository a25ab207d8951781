/** `registry.mirrors` and `registry.configs` of config.toml as registries of a list. Pure. */
import { commentsAt } from '../../../formats/comments.ts'
import { isTable } from '../../../formats/is-table.ts'
import { locateKey } from '../../../formats/toml/locations.ts'
import type {
  FoundAt,
  FoundEndpoint,
  FoundMirror,
  FoundRegistry,
  ReadBack,
} from '../../../model/read-back.ts'
import { parseHostUrl } from '../../hosts-toml/read/host-url.ts'
import type { EffectiveEndpoint } from '../../pull-route.ts'
import type { Release } from '../../release.ts'
import { type EffectiveRegistry, effectiveRegistry, type Setting } from '../config/merge.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'
import { legacyEndpoints } from '../pull/legacy-endpoints.ts'
import { configLosses, type Login, loginsIn } from './legacy-configs.ts'

export interface LegacyOptions {
  /** Whether config.toml stays where it is: containerd then uses its logins beside config_path. */
  readonly keepsLogins: boolean
}

export function readLegacy(
  files: readonly ParsedConfig[],
  reader: Release,
  { keepsLogins }: LegacyOptions,
): ReadBack {
  const registry = effectiveRegistry(files, reader)
  const logins = keepsLogins ? new Map<string, Login>() : loginsIn(registry)
  const names = new Set([
    ...mirrorNames(registry),
    ...configNames(registry, logins, reader),
    ...ownEndpoints(registry),
  ])
  const found = [...names].flatMap(name => registryNamed(name, registry, reader, logins))
  return { registries: found, losses: configLosses(registry, reader, keepsLogins) }
}

function mirrorNames({ mirrors }: EffectiveRegistry): readonly string[] {
  return mirrors.flatMap(({ value }) => (isTable(value) ? Object.keys(value) : []))
}

/** An endpoint of `*` is the only one of the registry with its name: with another scheme or path, that needs an entry. */
function ownEndpoints(registry: EffectiveRegistry): readonly string[] {
  const urls = mirrorsOf(registry, '*').urls.filter(url => url.includes('://'))
  return urls
    .filter(url => ![`https://${hostOf(url)}`, `https://${hostOf(url)}/v2`].includes(url.replace(/\/$/, '')))
    .map(hostOf)
    .filter(host => host !== '')
}

/** Registries that have settings: an endpoint of another registry is also one itself. */
function configNames(registry: EffectiveRegistry, logins: ReadonlyMap<string, Login>, { major }: Release) {
  const tls = major < 2 ? registry.tls.map(({ path }) => String(path.at(-2))) : []
  return [...tls, ...logins.keys()]
    .filter(host => host !== '*')
    .map(host => (host === HUB ? 'docker.io' : host))
}

const HUB = 'registry-1.docker.io'

function hostOf(url: string): string {
  return parseHostUrl(url.includes('://') ? url : `https://${url}`)?.host ?? ''
}

interface Written {
  readonly setting: Setting | undefined
  readonly urls: readonly string[]
}

function mirrorsOf({ mirrors }: EffectiveRegistry, name: string): Written {
  const setting = mirrors.findLast(({ value }) => isTable(value) && Object.hasOwn(value, name))
  const entry = isTable(setting?.value) ? setting.value[name] : undefined
  return { setting, urls: isTable(entry) && Array.isArray(entry.endpoint) ? entry.endpoint.map(String) : [] }
}

function registryNamed(
  name: string,
  registry: EffectiveRegistry,
  reader: Release,
  logins: ReadonlyMap<string, Login>,
): readonly FoundRegistry[] {
  const own = mirrorsOf(registry, name)
  const places = placesOf(own, name, registry)
  const endpoints = legacyEndpoints(registry, name, reader)
  const mirrors = endpoints
    .filter(({ role }) => role === 'mirror')
    .map((one, i): FoundMirror => endpointAt(one, places.mirrors[i] ?? places.own, logins))
  const last = endpoints.find(({ role }) => role === 'server')
  const server = last && endpointAt(last, places.own, logins)
  return [{ name, ...places.own, ...withServer(name, mirrors, server) }]
}

/** An endpoint that repeats the server after the others adds nothing; the registry itself among them takes its place. */
function withServer(
  name: string,
  mirrors: readonly FoundMirror[],
  server: FoundEndpoint | undefined,
): Pick<FoundRegistry, 'mirrors' | 'server' | 'fallback'> {
  if (name === '*') return { mirrors }
  const last = mirrors.at(-1)
  if (server === undefined) {
    const isLast = last !== undefined && hostOf(last.url) === name
    return isLast ? { mirrors: mirrors.slice(0, -1), server: last } : { mirrors, fallback: false }
  }
  if (last?.url === server.url) return withServer(name, mirrors.slice(0, -1), server)
  const isUsual = server.url === `https://${name === 'docker.io' ? HUB : name}/v2`
  const { url: _, at: __, comments: ___, ...settings } = server
  return isUsual && Object.keys(settings).length === 0 ? { mirrors } : { mirrors, server }
}

interface Place {
  readonly at: FoundAt
  readonly comments?: readonly string[]
}

/** Endpoints on one line share the comments of that line. */
function placesOf(
  { setting, urls }: Written,
  name: string,
  registry: EffectiveRegistry,
): { readonly own: Place; readonly mirrors: readonly Place[] } {
  if (setting === undefined) {
    const file = registry.sections.at(-1)?.file.path ?? ''
    const config = registry.tls.find(({ path }) => path.at(-2) === name)
    return { own: config === undefined ? { at: { file } } : placeAt(config, config.path), mirrors: [] }
  }
  const own = placeAt(setting, [...setting.path, name])
  const list = placeAt(setting, [...setting.path, name, 'endpoint'])
  const mirrors = urls.map((_, i) => placeAt(setting, [...setting.path, name, 'endpoint', i]))
  const apart = mirrors.map(place => (place.at.line === list.at.line ? { at: place.at } : place))
  const comments = [...new Set([...(own.comments ?? []), ...(list.comments ?? [])])]
  return { own: { ...own, comments }, mirrors: apart }
}

function placeAt({ file }: Pick<Setting, 'file'>, path: readonly (string | number)[]): Place {
  const line = locateKey(file.tree(), path)?.line
  if (line === undefined) return { at: { file: file.path } }
  return { at: { file: file.path, line }, comments: commentsAt(file.text, line) }
}

function endpointAt(
  { url, skipVerify, ca, client: [pair] }: EffectiveEndpoint,
  place: Place,
  logins: ReadonlyMap<string, Login>,
): FoundEndpoint {
  const login = logins.get(hostOf(url))
  const isSecure = url.startsWith('https:')
  return {
    ...place,
    url,
    ...(isSecure && {
      ...(ca.length > 0 && { ca }),
      ...(pair !== undefined && { client: { cert: pair.cert, key: pair.key ?? pair.cert } }),
      ...(skipVerify && { skipVerify }),
    }),
    ...(login !== undefined && { login }),
  }
}
