/**
 * What containers/image accepts as a drop-in, written from its source for the tests alone
 * (loadConfigFile, postProcessRegistries, image/pkg/sysregistriesv2/system_registries_v2.go@image/v5.39.2).
 */
import TOML from '@iarna/toml'

interface Endpoint {
  location: string
  insecure: boolean
  pull: string
}

export interface AcceptedRegistry extends Endpoint {
  prefix: string
  blocked: boolean
  byDigest: boolean
  mirrors: Endpoint[]
}

/** The tables, or throws the reason. */
export function acceptDropIn(text: string): AcceptedRegistry[] {
  const top = fold(TOML.parse(text))
  for (const name of ['search', 'insecure', 'block'])
    if (fold(asTable(top.registries ?? {}))[name] !== undefined) throw new Error('v1 in a drop-in')
  for (const name of ['unqualified-search-registries', 'credential-helpers'])
    for (const entry of asList(top[name] ?? [])) asString(entry)
  for (const entry of asList(top['unqualified-search-registries'] ?? []))
    if (
      !/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\d+)?$/.test(
        trim(asString(entry)),
      )
    )
      throw new Error('search entry')
  const mode = asString(top['short-name-mode'] ?? '')
  if (!['', 'enforcing', 'permissive', 'disabled'].includes(mode)) throw new Error('short-name mode')
  const tables = asList(top.registry ?? []).map(one => registryOf(fold(asTable(one))))
  for (const a of tables)
    for (const b of tables) {
      if ((a.location || a.prefix) !== (b.location || b.prefix)) continue
      if (a.insecure !== b.insecure || a.blocked !== b.blocked) throw new Error(`conflict at ${a.location}`)
    }
  return tables
}

function registryOf(table: Record<string, unknown>): AcceptedRegistry {
  const own = endpointOf(table)
  const prefix = noScheme(asString(table.prefix ?? '')) || own.location
  if (prefix === '') throw new Error('no name')
  const isWild = prefix.startsWith('*.')
  if (own.location === '' && !isWild) throw new Error('no location')
  if (isWild && /[/@:]/.test(prefix)) throw new Error('wildcard')
  if (own.pull !== '') throw new Error('pull-from-mirror of the registry')
  const byDigest = asFlag(table['mirror-by-digest-only'] ?? false)
  const mirrors = asList(table.mirror ?? []).map(one => endpointOf(fold(asTable(one))))
  for (const { location, pull } of mirrors) {
    if (location === '') throw new Error('mirror without location')
    if (byDigest && pull !== '') throw new Error('both digest keys')
    if (!['', 'all', 'digest-only', 'tag-only'].includes(pull)) throw new Error('pull-from-mirror')
  }
  return { ...own, prefix, blocked: asFlag(table.blocked ?? false), byDigest, mirrors }
}

function endpointOf(table: Record<string, unknown>): Endpoint {
  return {
    location: noScheme(asString(table.location ?? '')),
    insecure: asFlag(table.insecure ?? false),
    pull: asString(table['pull-from-mirror'] ?? ''),
  }
}

function noScheme(text: string): string {
  const short = trim(text)
  if (short.startsWith('http://') || short.startsWith('https://')) throw new Error('scheme')
  return short
}

const trim = (text: string) => text.replace(/\/+$/, '')

/** The decoder finds a key whatever its case. */
function fold(table: object): Record<string, unknown> {
  const entries = Object.entries(table).map(([key, value]) => [key.toLowerCase(), value] as const)
  return Object.fromEntries(entries)
}

function asTable(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no table')
  return value
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('no list')
  return value
}

function asString(value: unknown): string {
  if (typeof value !== 'string') throw new Error('no string')
  return value
}

function asFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error('no bool')
  return value
}

/** Whether a pull of an image of this name is sent to the location at all (reference.ParseNamed). */
export function canRewrite(location: string, rest: string): boolean {
  const name = `${location}/${rest}`
  const [host = '', ...path] = name.split('/')
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?$/.test(host) || /\.\.|-\.|\.-/.test(host))
    return false
  if (host !== 'localhost' && !/[.:]/.test(host)) return false
  if (host === 'index.docker.io') return false
  return path.every(part => /^[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*$/.test(part))
}
