/** A hosts.toml as one containerd reads it: its hosts in their order, then the server. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { type TomlPath, tomlValue } from '../../../formats/toml/ast.ts'
import { locateToml } from '../../../formats/toml/locations.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'
import { atLeast, type Release } from '../../release.ts'
import { type HostEntry, readHostEntry } from './host-entry.ts'
import { type HostOrder, hostOrder } from './host-order.ts'
import { type HostKeys, type HostsKeys, readHostsKeys } from './hosts-keys.ts'
import { parseHostsText } from './hosts-text.ts'
import type { Refusal } from './refusal.ts'

/** A host and the line where it stands. */
export type PlacedHost = HostEntry & { readonly line?: number }

export interface HostsFile {
  /** As containerd tries them; the last one is what stands at the root. */
  readonly entries: readonly PlacedHost[]
  /** Whether containerd tries some of them in a random order. */
  readonly random: boolean
  /** Lines of hosts that containerd reads and does not use. */
  readonly unused: readonly number[]
}

/** parseHostsFile, core/remotes/docker/config/hosts.go:380-421@v2.3.4. Relative paths start at `directory`. */
export function readHostsFile(text: string, directory: string, reader: Release): HostsFile | Refusal {
  const parsed = parseHostsText(text, reader)
  if ('reason' in parsed) return parsed
  const { ast } = parsed
  const value = tomlValue(ast)
  const keys = readHostsKeys(value, reader)
  const [misfit] = keys.misfits
  if (misfit !== undefined) {
    const place = locateToml(ast, misfit.path)
    return { reason: misfit.message, ...place, ...(crashes(value, reader) && { effect: 'crash' }) }
  }
  if (needsHostTable(reader) && !Object.hasOwn(value, 'host')) {
    return { reason: 'it has no [host] table', hint: 'add a line [host]', key: 'host' }
  }
  return readEntries(ast, keys, directory, reader)
}

/** 1.x takes every host for a table when it sorts two or more (getSortedHosts, remotes/docker/config/hosts.go:542@v1.7.24). */
function crashes({ host }: Readonly<Record<string, unknown>>, { major }: Release): boolean {
  const entries = major < 2 && isTable(host) ? Object.values(host) : []
  return entries.length > 1 && !entries.every(isTable)
}

/** A file without hosts is refused by every 1.6, and by 1.7 up to 1.7.31 (getSortedHosts, hosts.go:531@v1.7.31). */
function needsHostTable(reader: Release): boolean {
  return !atLeast(reader, '1.7.32')
}

function readEntries(
  ast: TomlAst,
  { root, hosts }: HostsKeys,
  directory: string,
  reader: Release,
): HostsFile | Refusal {
  const order: HostOrder = hostOrder(ast, reader)
  const named = order.names.map(name => ({ url: name, keys: hosts.get(name) ?? {}, path: ['host', name] }))
  const server = typeof root.server === 'string' ? root.server : ''
  const all = [...named, { url: server, keys: root, path: [] }]
  const entries = all.map(written => readPlaced(ast, written, directory, reader))
  const refused = entries.find(isRefusal)
  if (refused !== undefined) return refused
  const unused = [...hosts.keys()].filter(name => !order.names.includes(name))
  return {
    entries: entries.filter(isPlaced),
    random: order.random,
    unused: unused.map(name => locateToml(ast, ['host', name])?.line ?? 1),
  }
}

function isRefusal(entry: PlacedHost | Refusal): entry is Refusal {
  return 'reason' in entry
}

function isPlaced(entry: PlacedHost | Refusal): entry is PlacedHost {
  return !isRefusal(entry)
}

interface Written {
  readonly url: string
  readonly keys: HostKeys
  /** Where it stands; the root is the empty path. */
  readonly path: TomlPath
}

function readPlaced(
  ast: TomlAst,
  { url, keys, path }: Written,
  directory: string,
  reader: Release,
): PlacedHost | Refusal {
  const entry = readHostEntry(url, keys, directory, reader)
  const own = path.length === 0 ? ['server'] : path
  const { line } = locateToml(ast, own) ?? {}
  if (!('reason' in entry)) return { ...entry, ...(line !== undefined && { line }) }
  return { ...entry, ...locateToml(ast, entry.key === undefined ? own : [...path, entry.key]) }
}
