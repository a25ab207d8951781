/** Writes hosts.toml; a second parser proves the result. Pure. */
import { isTable } from '../../formats/is-table.ts'
import { readToml } from '../../formats/toml/second-parser.ts'
import { keyText, type TomlKeys, tableHeader, valueText } from '../../formats/toml/text.ts'

/** One section of hosts.toml: the root (the server) or a `[host."url"]`. */
export interface HostSection {
  readonly keys: TomlKeys
  readonly header: Readonly<Record<string, string>>
}

/** A hosts.toml. Mirrors in the order in which containerd tries them. */
export interface HostsDocument {
  readonly server: HostSection
  readonly mirrors: readonly (HostSection & { readonly url: string })[]
}

/**
 * The text of a hosts.toml, proved by reading it back. It has only `[host."…"]` headers, each with its keys and its header
 * table directly below: containerd 2 takes the order from the headers alone, and lists a host twice if its sub-table is
 * elsewhere (core/remotes/docker/config/hosts.go:551-585@v2.3.4). Without a mirror it has an empty `[host]`: releases up
 * to 1.6.39 and 1.7.31 ignore a file without that table. `present` are the bytes of the node, and
 * `proved` the texts that were read back before.
 */
export function formatHostsToml(
  banner: string,
  document: HostsDocument,
  present?: Buffer,
  proved = new Set<string>(),
): string | Buffer {
  const text = formatHosts(banner, document)
  // Nothing is written then, so there is nothing to prove.
  if (present?.equals(Buffer.from(text))) return present
  if (!proved.has(text)) prove(text, document)
  proved.add(text)
  return text
}

function prove(text: string, document: HostsDocument): void {
  if (readsBack(text, document)) return
  // The text may hold secrets.
  const urls = document.mirrors.map(mirror => mirror.url).join(', ')
  throw new Error(`a second parser reads another value from the hosts.toml with the mirrors ${urls}`)
}

function formatHosts(banner: string, { server, mirrors }: HostsDocument): string {
  const tables = [
    headerLines(['header'], server.header, ''),
    ...(mirrors.length === 0 ? ['[host]\n'] : mirrors.map(formatMirror)),
  ]
  const root = `${banner}\n${keyLines(server.keys, '')}`
  return tables.reduce((text, table) => (table === '' ? text : `${text}\n${table}`), root)
}

function formatMirror({ url, keys, header }: HostsDocument['mirrors'][number]): string {
  const path = ['host', url]
  const headers = headerLines([...path, 'header'], header, '  ')
  return `${tableHeader(path)}\n${keyLines(keys, '  ')}${headers}`
}

/** Each with its line break. */
function keyLines(keys: TomlKeys, indent: string): string {
  let lines = ''
  for (const [key, value] of Object.entries(keys)) lines += `${indent}${keyText(key)} = ${valueText(value)}\n`
  return lines
}

function headerLines(
  path: readonly string[],
  header: Readonly<Record<string, string>>,
  indent: string,
): string {
  const lines = keyLines(header, `${indent}  `)
  return lines === '' ? '' : `${indent}${tableHeader(path)}\n${lines}`
}

/** Whether another parser reads the document back from the text, mirrors in the same order. */
function readsBack(text: string, { server, mirrors }: HostsDocument): boolean {
  const plain = ({ keys, header }: HostSection) => ({
    ...keys,
    ...(Object.keys(header).length > 0 && { header }),
  })
  const host = Object.fromEntries(mirrors.map(mirror => [mirror.url, plain(mirror)]))
  const read = readToml(text)
  const order = Object.keys(isTable(read.host) ? read.host : {})
  return (
    JSON.stringify(read) === JSON.stringify({ ...plain(server), host }) &&
    order.length === mirrors.length &&
    mirrors.every(({ url }, i) => order[i] === url)
  )
}
