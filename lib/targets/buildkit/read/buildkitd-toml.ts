/** buildkitd.toml of BuildKit (util/resolver/resolver.go:28-185@v0.32.2). Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import { stringsIn, tablesIn } from '../../../formats/table-values.ts'
import type { FoundEndpoint, FoundMirror, FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { elementsAt, type FileDocument, lossAt, tableAt } from '../../file-document.ts'
import { isLocal } from '../../local-host.ts'

export function readBuildkitdToml(document: FileDocument): ReadBack {
  const tables = tablesIn(document.value.registry)
  const settings = new Map(tables)
  const used = new Set(tables.flatMap(([, { mirrors }]) => stringsIn(mirrors).map(hostOf)))
  const registries = tables.flatMap(([name, table]) => registryOf(document, name, table, settings, used))
  return { registries, losses: tables.flatMap(([name, table]) => lossesOf(document, name, table)) }
}

function registryOf(
  document: FileDocument,
  name: string,
  table: Table,
  settings: ReadonlyMap<string, Table>,
  used: ReadonlySet<string>,
): readonly FoundRegistry[] {
  const urls = stringsIn(table.mirrors)
  const places = elementsAt(document, ['registry', name, 'mirrors'], urls.length)
  const own = tableAt(document, ['registry', name], 'mirrors')
  const mirrors = urls.map((url, i) => mirrorOf(url, settings, places[i] ?? own))
  const keys = keysOf(table, name)
  const isPlain = Object.keys(keys).length === 0 && schemeOf(table, name) === 'https'
  const server = isPlain ? undefined : { at: own.at, url: serverUrl(name, table), ...keys }
  const isOnlyMirror = used.has(name) && Object.keys(keys).length === 0
  if (mirrors.length === 0 && (server === undefined || isOnlyMirror)) return []
  return [{ name, ...own, mirrors, ...(server && { server }) }]
}

function serverUrl(name: string, table: Table): string {
  return name === 'docker.io' ? '' : `${schemeOf(table, name)}://${name}/v2`
}

/** The scheme of a mirror is ignored; the table of its host decides (utils.go:9-22@v0.32.2). */
function mirrorOf(
  url: string,
  settings: ReadonlyMap<string, Table>,
  place: Pick<FoundEndpoint, 'at' | 'comments'>,
): FoundMirror {
  const bare = url.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '')
  const [host = '', ...path] = bare.split('/')
  const table = settings.get(host) ?? {}
  return {
    ...place,
    url: `${schemeOf(table, host)}://${[host, 'v2', ...path].join('/')}`,
    ...keysOf(table, host),
  }
}

function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, '').replace(/\/.*/, '')
}

/** With both, https is tried first. */
function schemeOf({ http, insecure }: Table, host: string): string {
  if (http === true) return insecure === true ? 'https' : 'http'
  return http !== false && isLocal(host) ? 'http' : 'https'
}

function keysOf(table: Table, host: string): Pick<FoundEndpoint, 'ca' | 'client' | 'skipVerify'> {
  if (schemeOf(table, host) === 'http') return {}
  const ca = stringsIn(table.ca)
  const [pair] = Array.isArray(table.keypair) ? table.keypair.filter(isTable) : []
  const { cert, key } = pair ?? {}
  return {
    ...(ca.length > 0 && { ca }),
    ...(typeof cert === 'string' && typeof key === 'string' && { client: { cert, key } }),
    ...(table.insecure === true && { skipVerify: true }),
  }
}

function lossesOf(document: FileDocument, name: string, table: Table): readonly Loss[] {
  const loss = (key: string, message: string, hint: string) =>
    lossAt(document, ['registry', name, key], message, hint)
  const keypairs = Array.isArray(table.keypair) ? table.keypair.length : 0
  return [
    ...(table.http === true && table.insecure === true
      ? [
          loss(
            'http',
            `BuildKit tries https, then http for ${name}; the list has https without verification`,
            `if it has no TLS, write "http://${name}"`,
          ),
        ]
      : []),
    ...(table.tlsconfigdir === undefined
      ? []
      : [
          loss(
            'tlsconfigdir',
            'a list names files, not directories of certificates',
            'set ca and client in the list',
          ),
        ]),
    ...(keypairs > 1
      ? [
          loss(
            'keypair',
            'a list has one client certificate for each host; it has the first one',
            'check that the host accepts it',
          ),
        ]
      : []),
  ]
}
