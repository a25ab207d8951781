/**
 * Reads a registries.conf or a drop-in by the rules of containers/image: anything that it refuses makes every pull on the
 * machine fail (loadConfigFile and postProcessRegistries,
 * image/pkg/sysregistriesv2/system_registries_v2.go@image/v5.39.2). Pure.
 */
import { BYTE_ORDER_MARK } from '../../../formats/byte-order-mark.ts'
import { isTable, type Table } from '../../../formats/is-table.ts'
import { readDocument, type TomlDocument } from '../../../formats/toml/document.ts'
import { locateKey } from '../../../formats/toml/locations.ts'
import type { Issue } from '../../../model/errors.ts'
import { aliasProblem } from './aliases.ts'
import type { Fault, Mistake, ParsedFile, PlacedTable, ReadTables, RegistryTable } from './config-file.ts'
import { isHost } from './references.ts'
import { readTables } from './registry-tables.ts'
import { FILE, type FilePath, findMistyped, keyOf } from './shape.ts'
import { isVersion1, readVersion1 } from './version-1-tables.ts'

/** `kind`: a drop-in must not be of version 1. */
export function parseFile(path: string, text: string, kind: 'main' | 'drop_in'): ParsedFile | Fault {
  const read = readDocument(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)
  if ('fault' in read) return { fault: { file: path, ...read.fault } }
  const mistyped = findMistyped(read.value, FILE)
  if (mistyped !== undefined) return faultAt(path, read, mistypedAt(mistyped))
  const lineOf = (at: FilePath) => locateKey(read.tree(), at)?.line
  const content = isVersion1(read.value)
    ? readOldFile(path, read.value, kind, lineOf)
    : readTables(path, read.value, lineOf)
  if ('mistake' in content) return faultAt(path, read, content.mistake)
  const mistake = sharedMistake(read.value) ?? locationConflict(content.tables)
  if (mistake !== undefined) return faultAt(path, read, mistake)
  const tables = firstOfEachPrefix(content.tables.map(({ table }) => table))
  return { tables, isVersion1: isVersion1(read.value), value: read.value }
}

function readOldFile(
  path: string,
  value: Table,
  kind: 'main' | 'drop_in',
  lineOf: (at: FilePath) => number | undefined,
): ReadTables {
  if (kind === 'main') return readVersion1(path, value, lineOf)
  const message = 'a drop-in must not have the tables of version 1'
  return { mistake: { path: [keyOf(value, 'registries') ?? ''], message, hint: 'write [[registry]] tables' } }
}

function mistypedAt({ path, expected }: { path: FilePath; expected: string }): Mistake {
  const name = path.findLast(part => typeof part === 'string') ?? ''
  return { path, message: `${name} must be ${expected}`, hint: 'correct its value' }
}

function faultAt(file: string, document: TomlDocument, { path, message, hint }: Mistake): Fault {
  const issue: Issue = { file, ...locateKey(document.tree(), path), message, hint }
  return { fault: issue }
}

/** What is checked in files of both versions. */
function sharedMistake(value: Table): Mistake | undefined {
  return searchMistake(value) ?? modeMistake(value) ?? aliasMistake(value)
}

function searchMistake(value: Table): Mistake | undefined {
  const key = keyOf(value, 'unqualified-search-registries')
  const entries = key === undefined ? [] : (value[key] as readonly string[])
  const i = entries.findIndex(entry => !isHost(entry.replace(/\/+$/, '')))
  if (key === undefined || i === -1) return undefined
  return { path: [key, i], message: `${entries[i]} is not a registry`, hint: 'write host or host:port' }
}

const MODES = ['', 'disabled', 'enforcing', 'permissive']

function modeMistake(value: Table): Mistake | undefined {
  const key = keyOf(value, 'short-name-mode')
  if (key === undefined || MODES.includes(value[key] as string)) return undefined
  const hint = 'write "enforcing", "permissive" or "disabled"'
  return { path: [key], message: 'short-name-mode has an unknown value', hint }
}

function aliasMistake(value: Table): Mistake | undefined {
  const key = keyOf(value, 'aliases')
  const aliases = key === undefined ? undefined : value[key]
  if (key === undefined || !isTable(aliases)) return undefined
  for (const [name, image] of Object.entries(aliases)) {
    const problem = aliasProblem(name, image as string)
    if (problem !== undefined) return { path: [key, name], ...problem }
  }
  return undefined
}

/** Tables with one location must agree, in one file (postProcessRegistries). */
function locationConflict(tables: readonly PlacedTable[]): Mistake | undefined {
  const nameOf = ({ location, prefix }: RegistryTable) => location || prefix
  for (const { table } of tables)
    for (const other of tables) {
      const key = (['insecure', 'blocked'] as const).find(name => table[name] !== other.table[name])
      if (nameOf(table) !== nameOf(other.table) || key === undefined) continue
      const message = `another table with the location ${nameOf(table)} has another ${key}`
      return { path: other.at, message, hint: `write the same ${key} in both` }
    }
  return undefined
}

function firstOfEachPrefix(tables: readonly RegistryTable[]): readonly RegistryTable[] {
  const seen = new Set<string>()
  return tables.filter(({ prefix }) => seen.size !== seen.add(prefix).size)
}
