/** A small emitter for hosts.toml, proved by what another parser reads back. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { readToml } from './read.ts'
import { keyText, type TomlKeys, tableHeader, valueText } from './text.ts'

/** One section of hosts.toml: the root (the server) or a `[host."url"]`. */
export interface HostSection {
  readonly keys: TomlKeys
  readonly header: Readonly<Record<string, string>>
}

/** A hosts.toml. Mirrors in the order in which they are asked. */
export interface HostsDocument {
  readonly server: HostSection
  readonly mirrors: readonly (HostSection & { readonly url: string })[]
}

/**
 * The text of a hosts.toml, proved by reading it back. Only `[host."…"]` headers, each with its keys and its header table right below:
 * containerd 2 takes order from headers alone and lists a host twice whose sub-table stands elsewhere
 * (core/remotes/docker/config/hosts.go:551-585@v2.3.4). Without a mirror a bare `[host]` stands, for up to
 * 1.6.39 and 1.7.31 ignore a file that has none.
 */
export function emitHosts(banner: string, document: HostsDocument): string {
  const text = hostsText(banner, document)
  if (!readsBack(text, document)) {
    // Without the text, which may hold secrets.
    const urls = document.mirrors.map(mirror => mirror.url).join(', ')
    throw new Error(`a hosts.toml did not read back as it was meant, with the mirrors ${urls}`)
  }
  return text
}

function hostsText(banner: string, document: HostsDocument): string {
  const blocks = [
    [banner, ...keyLines(document.server.keys, '')].join('\n'),
    ...headerLines(['header'], document.server.header, ''),
    ...(document.mirrors.length === 0 ? ['[host]'] : document.mirrors.map(emitMirror)),
  ]
  return `${blocks.join('\n\n')}\n`
}

function emitMirror(mirror: HostsDocument['mirrors'][number]): string {
  const path = ['host', mirror.url]
  return [
    tableHeader(path),
    ...keyLines(mirror.keys, '  '),
    ...headerLines([...path, 'header'], mirror.header, '  '),
  ].join('\n')
}

function keyLines(keys: TomlKeys, indent: string): readonly string[] {
  return Object.entries(keys).map(([key, value]) => `${indent}${keyText(key)} = ${valueText(value)}`)
}

function headerLines(
  path: readonly string[],
  header: Readonly<Record<string, string>>,
  indent: string,
): readonly string[] {
  if (Object.keys(header).length === 0) return []
  return [[indent + tableHeader(path), ...keyLines(header, `${indent}  `)].join('\n')]
}

/** Whether the text, read by another parser, says what the document says, mirrors in the same order. */
function readsBack(text: string, document: HostsDocument): boolean {
  const plain = (section: HostSection) => ({
    ...section.keys,
    ...(Object.keys(section.header).length > 0 && { header: section.header }),
  })
  const host = Object.fromEntries(document.mirrors.map(mirror => [mirror.url, plain(mirror)]))
  const read = JSON.parse(JSON.stringify(readToml(text)))
  const order = Object.keys(read.host ?? {})
  return (
    isDeepStrictEqual(read, JSON.parse(JSON.stringify({ ...plain(document.server), host }))) &&
    isDeepStrictEqual(
      order,
      document.mirrors.map(mirror => mirror.url),
    )
  )
}
