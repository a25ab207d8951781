/** The endpoints of `registry.mirrors` in config.toml, which count where config_path is not set. Pure. */
import path from 'node:path'
import { isTable } from '../../../formats/is-table.ts'
import type { Lookup } from '../../../model/lookup.ts'
import { BARE, effectiveEndpoint } from '../../hosts-toml/read/effective-endpoint.ts'
import { isLocalhost, parseHostUrl } from '../../hosts-toml/read/host-url.ts'
import type { EffectiveEndpoint } from '../../pull-route.ts'
import type { Release } from '../../release.ts'
import { type EffectiveRegistry, placeOfSetting } from '../config/merge.ts'
import { NOWHERE } from './lookup.ts'

/** registryHosts, pkg/cri/server/image_pull.go:438-500@v1.7.24 and internal/cri/server/images/image_pull.go:511-575@v2.3.4. */
export function legacyEndpoints(
  registry: EffectiveRegistry,
  name: string,
  reader: Release,
): readonly EffectiveEndpoint[] {
  const { urls, source } = mirrorsOf(registry, name)
  const place = source === undefined ? {} : { source }
  const mirrors = urls.map(withScheme)
  const own = name === 'docker.io' ? 'registry-1.docker.io' : name
  const server = mirrors.some(url => parseHostUrl(url)?.host === name) ? [] : [`${schemeOf(own)}://${own}`]
  return [
    ...mirrors.map(url => ({ ...endpoint(url, registry, name, reader), role: 'mirror' as const, ...place })),
    ...server.map(url => ({ ...endpoint(url, registry, name, reader), role: 'server' as const })),
  ]
}

/** How they were found. */
export function legacyLookup(registry: EffectiveRegistry, name: string): Lookup {
  const { key, source } = mirrorsOf(registry, name)
  if (key === undefined || source === undefined) return NOWHERE
  const { file, line } = source
  const other = key === name ? '' : `; there is no entry for ${name}`
  const why = `config_path is not set, so registry.mirrors."${key}" of config.toml counts${other}`
  return { by: 'legacy', path: file, ...(line !== undefined && { line }), why }
}

interface Listed extends Pick<EffectiveEndpoint, 'source'> {
  readonly urls: readonly string[]
  /** The name of the entry. */
  readonly key?: string
}

/** The entry of the registry, else that of `*`. */
function mirrorsOf({ mirrors }: EffectiveRegistry, name: string): Listed {
  for (const key of [name, '*']) {
    const setting = mirrors.findLast(({ value }) => isTable(value) && Object.hasOwn(value, key))
    if (setting === undefined || !isTable(setting.value)) continue
    const entry = setting.value[key]
    const urls = isTable(entry) && Array.isArray(entry.endpoint) ? entry.endpoint.map(String) : []
    const { file, line } = placeOfSetting({ ...setting, path: [...setting.path, key] })
    return { urls, key, source: { file, line } }
  }
  return { urls: [] }
}

function withScheme(url: string): string {
  return url.includes('://') ? url : `${schemeOf(url.split('/', 1)[0] ?? '')}://${url}`
}

function schemeOf(host: string): string {
  return isLocalhost(host) ? 'http' : 'https'
}

/** A path is taken as it stands. */
function endpoint(url: string, registry: EffectiveRegistry, name: string, reader: Release) {
  const parts = parseHostUrl(url) ?? { scheme: '', host: '', path: '' }
  const at = { ...parts, path: path.posix.join('/', parts.path === '' ? '/v2' : parts.path) }
  const tls = reader.major < 2 ? tlsOf(registry, parts.host) : {}
  const plain = effectiveEndpoint({ ...BARE, ...at, capabilities: ['pull', 'resolve'] }, name, reader)
  return { ...plain, ...tls }
}

/** `configs.<host>.tls`, which 2.x does not read. */
function tlsOf({ tls }: EffectiveRegistry, host: string): Partial<EffectiveEndpoint> {
  const value = tls.findLast(({ path: keys }) => keys.at(-2) === host)?.value
  if (!isTable(value)) return {}
  const text = (key: string) => (typeof value[key] === 'string' ? value[key] : '')
  const [cert, key] = [text('cert_file'), text('key_file')]
  return {
    skipVerify: value.insecure_skip_verify === true,
    ca: [text('ca_file')].filter(file => file !== ''),
    client: cert === '' ? [] : [{ cert, key }],
  }
}
