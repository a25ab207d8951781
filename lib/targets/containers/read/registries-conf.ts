/** registries.conf of Podman and CRI-O (image/pkg/sysregistriesv2/system_registries_v2.go@image/v5.39.2). Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import type { FoundEndpoint, FoundMirror, FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { plural } from '../../../wording/plural.ts'
import { entryAt, type FileDocument, lossAt } from '../../file-document.ts'
import { isLocal } from '../../local-host.ts'
import { readVersion1 } from './version-1.ts'

export function readRegistriesConf(document: FileDocument): ReadBack {
  const { registry, registries } = document.value
  if (isTable(registries)) return readVersion1(document, registries)
  const tables = Array.isArray(registry) ? registry.filter(isTable) : []
  const read = tables.map((table, i) => readRegistry(document, table, i))
  return {
    registries: read.flatMap(one => one.registries),
    losses: [...globalLosses(document), ...read.flatMap(one => one.losses)],
  }
}

/** Keys that are about short names and credentials. */
function globalLosses(document: FileDocument): readonly Loss[] {
  const { value } = document
  const count = isTable(value.aliases) ? Object.keys(value.aliases).length : 0
  const keys = ['unqualified-search-registries', 'short-name-mode', 'credential-helpers'].filter(key =>
    Object.hasOwn(value, key),
  )
  const hint = 'keep this file for Podman and CRI-O; other runtimes take short names from docker.io'
  return [
    ...keys.map(key => lossAt(document, [key], `a list has no ${key}`, hint)),
    ...(count === 0 ? [] : [lossAt(document, ['aliases'], aliasText(count), hint)]),
  ]
}

/** Debian's shortnames.conf has more than a hundred, which regmirror does not touch. */
function aliasText(count: number): string {
  return `a list has no short names: ${plural(count, 'alias', 'aliases')} of this file`
}

function readRegistry(document: FileDocument, table: Table, i: number): ReadBack {
  const at = ['registry', i]
  const prefix = textAt(table, 'prefix') || textAt(table, 'location')
  const location = textAt(table, 'location') || prefix
  if (prefix.includes('/') || prefix.startsWith('*.')) {
    const hint = 'add each registry to the list, with mirrors for all of its repositories'
    return {
      registries: [],
      losses: [
        lossAt(document, at, `a list has no entry for ${prefix}, a part of a registry or several`, hint),
      ],
    }
  }
  const mirrors = (Array.isArray(table.mirror) ? table.mirror.filter(isTable) : []).map((mirror, n) =>
    readMirror(document, mirror, [...at, 'mirror', n], table['mirror-by-digest-only'] === true),
  )
  const own = entryAt(document, at)
  const server = serverOf(location, prefix, table.insecure === true, own)
  const blocked = table.blocked === true
  const registry: FoundRegistry = {
    name: prefix,
    ...own,
    mirrors: mirrors.map(({ found }) => found),
    ...(blocked ? { fallback: false } : server && { server }),
  }
  const isEmpty = mirrors.length === 0 && (blocked || server === undefined)
  return {
    registries: isEmpty ? [] : [registry],
    losses: [...mirrors.flatMap(({ losses }) => losses), ...registryLosses(document, table, at, prefix)],
  }
}

function registryLosses(
  document: FileDocument,
  table: Table,
  at: readonly (string | number)[],
  name: string,
): readonly Loss[] {
  const isLone = table.blocked === true && !Array.isArray(table.mirror)
  return [
    ...(isLone
      ? [
          lossAt(
            document,
            [...at, 'blocked'],
            `a list cannot block ${name} without a mirror`,
            'block it on the network, or add a mirror and fallback = false',
          ),
        ]
      : []),
    ...(table.insecure === true && table.blocked !== true
      ? [insecureLoss(document, [...at, 'insecure'], name, 'server')]
      : []),
  ]
}

/** Repositories are below the path. */
function apiBase(location: string, scheme: string): string {
  const [host = '', ...path] = location.replace(/\/+$/, '').split('/')
  return `${scheme}://${[host, 'v2', ...path].join('/')}`
}

function serverOf(
  location: string,
  name: string,
  insecure: boolean,
  place: Pick<FoundEndpoint, 'at' | 'comments'>,
): FoundEndpoint | undefined {
  if (location === name && !insecure) return undefined
  const found = { at: place.at, url: apiBase(location, schemeOf(location, insecure)) }
  return insecure && found.url.startsWith('https:') ? { ...found, skipVerify: true } : found
}

/** Both schemes are tried for an insecure host; on loopback it is rarely https. */
function schemeOf(location: string, insecure: boolean): string {
  return insecure && isLocal(location) ? 'http' : 'https'
}

function readMirror(
  document: FileDocument,
  mirror: Table,
  at: readonly (string | number)[],
  digestOnly: boolean,
) {
  const location = textAt(mirror, 'location')
  const insecure = mirror.insecure === true
  const from = mirror['pull-from-mirror']
  const url = apiBase(location, schemeOf(location, insecure))
  const isPullOnly = digestOnly || from === 'digest-only'
  const found: FoundMirror = {
    ...entryAt(document, at),
    url,
    ...(insecure && url.startsWith('https:') && { skipVerify: true }),
    ...(isPullOnly && { capabilities: ['pull'] }),
  }
  const tags = 'a list cannot use a mirror for tags only; it is used for content too'
  const losses = [
    ...(insecure ? [insecureLoss(document, [...at, 'insecure'], location, 'url')] : []),
    ...(from === 'tag-only'
      ? [
          lossAt(
            document,
            [...at, 'pull-from-mirror'],
            tags,
            'remove the mirror if its content must not be used',
          ),
        ]
      : []),
  ]
  return { found, losses }
}

function insecureLoss(
  document: FileDocument,
  at: readonly (string | number)[],
  name: string,
  key: string,
): Loss {
  const [scheme, other] = isLocal(name) ? ['http', 'https'] : ['https without verification', 'http']
  const message = `insecure tries https without verification, then http; the list has ${scheme} for ${name}`
  return lossAt(document, at, message, `if it uses ${other}, set ${key} = "${other}://${name}"`)
}

function textAt(table: Table, key: string): string {
  const value = table[key]
  return typeof value === 'string' ? value : ''
}
