/** registries.yaml of k3s and RKE2 (pkg/agent/containerd/config.go@06ea261c, pkg/registries/registries.go@wharfie v0.7.1). Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import { stringsIn, tablesIn } from '../../../formats/table-values.ts'
import type { FoundEndpoint, FoundMirror, FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { pathOf } from '../../../model/written-url.ts'
import { elementsAt, entryAt, type FileDocument, lossAt, tableAt } from '../../file-document.ts'
import { isLocal } from '../../local-host.ts'
import { endpointKeys, loginLosses } from './endpoint-configs.ts'
import { prefixOf } from './rewrite.ts'

export function readRegistriesYaml(document: FileDocument): ReadBack {
  const { mirrors, configs } = document.value
  const settings = new Map(tablesIn(configs))
  const named = isTable(mirrors) ? Object.entries(mirrors) : []
  const tables = named.map(([name, table]) => [name, isTable(table) ? table : {}] as const)
  const registries = tables.map(([name, table]) => registryOf(document, name, table, settings))
  // An endpoint of another registry is also one itself.
  const names = new Set(tables.map(([name]) => name))
  const servers = [...settings.keys()].filter(host => !names.has(host === HUB ? 'docker.io' : host))
  return {
    registries: [...registries, ...servers.flatMap(host => serverOnly(document, host, settings))],
    losses: [
      ...tables.flatMap(([name, table]) => rewriteLosses(document, name, table)),
      ...loginLosses(document, settings),
    ],
  }
}

const HUB = 'registry-1.docker.io'

function registryOf(
  document: FileDocument,
  name: string,
  table: Table,
  settings: ReadonlyMap<string, Table>,
): FoundRegistry {
  const at = ['mirrors', name]
  const own = tableAt(document, at, 'endpoint')
  const urls = stringsIn(table.endpoint)
  const places = elementsAt(document, [...at, 'endpoint'], urls.length)
  const prefix = prefixOf(table.rewrite)
  const mirrors = urls.map((url, i) => mirrorOf(url, prefix, settings, places[i] ?? own))
  const host = name === 'docker.io' ? HUB : name
  const usual = `https://${host}/v2`
  const keys = name === '*' ? {} : endpointKeys(usual, settings)
  const server = Object.keys(keys).length === 0 ? undefined : { at: own.at, url: usual, ...keys }
  return { name, ...own, mirrors: mirrors.filter(({ url }) => url !== usual), ...(server && { server }) }
}

/** The path is used as it is, where it is more than `/v2` (normalizeEndpointAddress). */
function mirrorOf(
  written: string,
  prefix: string | undefined,
  settings: ReadonlyMap<string, Table>,
  place: Pick<FoundEndpoint, 'at' | 'comments'>,
): FoundMirror {
  const full = withScheme(written)
  const path = pathOf(full) || '/v2'
  const origin = full.slice(0, full.length - full.replace(/^[a-z]+:\/\/[^/]*/i, '').length)
  const url = origin + path + (prefix === undefined ? '' : `/${prefix}`)
  return { ...place, url, ...endpointKeys(url, settings) }
}

/** http on a loopback port that is not 443. */
function withScheme(url: string): string {
  if (/^[a-z]+:\/\//i.test(url)) return url
  return isLocal(url) && /^[^/]*:(?!443)\d/.test(url) ? `http://${url}` : `https://${url}`
}

/** A host that has settings. */
function serverOnly(
  document: FileDocument,
  host: string,
  settings: ReadonlyMap<string, Table>,
): readonly FoundRegistry[] {
  if (host === '*') return []
  const place = entryAt(document, ['configs', host])
  const url = `https://${host}/v2`
  const keys = endpointKeys(url, settings)
  if (Object.keys(keys).length === 0) return []
  return [
    {
      name: host === HUB ? 'docker.io' : host,
      ...place,
      mirrors: [],
      server: { at: place.at, url, ...keys },
    },
  ]
}

function rewriteLosses(document: FileDocument, name: string, table: Table): readonly Loss[] {
  const rules = isTable(table.rewrite) ? Object.keys(table.rewrite) : []
  if (rules.length === 0 || prefixOf(table.rewrite) !== undefined) return []
  return rules.map(rule => ({
    ...lossAt(
      document,
      ['mirrors', name, 'rewrite', rule],
      `a list cannot rewrite names of repositories: ${rule}`,
      'for a prefix of every repository, write it into the URL of the mirror: "https://host/v2/prefix"',
    ),
    registry: name,
  }))
}
