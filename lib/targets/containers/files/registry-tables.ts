/** The `[[registry]]` tables of a file, checked as postProcessRegistries does. Pure. */
import type { Table } from '../../../formats/is-table.ts'
import type { MirrorEntry, Mistake, PlacedTable, ReadTables, RegistryTable } from './config-file.ts'
import { type FilePath, keyOf } from './shape.ts'

type LineOf = (at: FilePath) => number | undefined

/** The types of all keys were checked before. */
export function readTables(file: string, value: Table, lineOf: LineOf): ReadTables {
  const key = keyOf(value, 'registry')
  if (key === undefined) return { tables: [] }
  const tables: PlacedTable[] = []
  for (const [i, table] of (value[key] as readonly Table[]).entries()) {
    const at = [key, i]
    const mistake = tableMistake(table, at)
    if (mistake !== undefined) return { mistake }
    tables.push({ table: tableOf(file, table, at, lineOf), at })
  }
  return { tables }
}

/** The prefix of each table, in the order of the file. */
export function prefixesIn(value: Table): readonly string[] {
  const key = keyOf(value, 'registry')
  const tables = key === undefined ? [] : (value[key] as readonly Table[])
  return tables.map(table => trimmed(textAt(table, 'prefix')) || trimmed(textAt(table, 'location')))
}

function textAt(table: Table, name: string): string {
  const value = valueAt(table, name)
  return typeof value === 'string' ? value : ''
}

function flagAt(table: Table, name: string): boolean {
  return valueAt(table, name) === true
}

function mirrorsOf(table: Table): readonly Table[] {
  return (valueAt(table, 'mirror') ?? []) as readonly Table[]
}

function valueAt(table: Table, name: string): unknown {
  const key = keyOf(table, name)
  return key === undefined ? undefined : table[key]
}

/** Without `/` at the end (parseLocation). */
export function trimmed(location: string): string {
  return location.replace(/\/+$/, '')
}

function tableOf(file: string, table: Table, at: FilePath, lineOf: LineOf): RegistryTable {
  const location = trimmed(textAt(table, 'location'))
  const line = lineOf(at)
  const list = keyOf(table, 'mirror') ?? 'mirror'
  return {
    file,
    ...(line !== undefined && { line }),
    prefix: trimmed(textAt(table, 'prefix')) || location,
    location,
    insecure: flagAt(table, 'insecure'),
    blocked: flagAt(table, 'blocked'),
    digestOnly: flagAt(table, 'mirror-by-digest-only'),
    mirrors: mirrorsOf(table).map((mirror, i) => mirrorOf(mirror, lineOf([...at, list, i]))),
  }
}

function mirrorOf(mirror: Table, line: number | undefined): MirrorEntry {
  const written = textAt(mirror, 'location')
  const pulls = textAt(mirror, 'pull-from-mirror')
  return {
    location: trimmed(written),
    insecure: flagAt(mirror, 'insecure'),
    pulls: pulls === 'digest-only' || pulls === 'tag-only' ? pulls : 'all',
    finalSlash: written.endsWith('/'),
    ...(line !== undefined && { line }),
  }
}

function tableMistake(table: Table, at: FilePath): Mistake | undefined {
  return (
    schemeMistake(table, 'location', at) ??
    nameMistake(table, at) ??
    schemeMistake(table, 'prefix', at) ??
    pullMistake(table, at) ??
    firstMirrorMistake(table, at)
  )
}

function pathTo(table: Table, name: string, at: FilePath): FilePath {
  const key = keyOf(table, name)
  return key === undefined ? at : [...at, key]
}

function schemeMistake(table: Table, name: 'location' | 'prefix', at: FilePath): Mistake | undefined {
  const written = textAt(table, name)
  if (!/^https?:\/\//.test(trimmed(written))) return undefined
  const hint = `write ${name} = "${written.replace(/^https?:\/\//, '').replace(/\/+$/, '')}"`
  return { path: pathTo(table, name, at), message: `the ${name} has a scheme`, hint }
}

function nameMistake(table: Table, at: FilePath): Mistake | undefined {
  const [written, location] = [textAt(table, 'prefix'), trimmed(textAt(table, 'location'))]
  const prefix = trimmed(written)
  if (location !== '' && !prefix.startsWith('*.')) return undefined
  if (prefix === '' && location === '')
    return { path: at, message: 'the table has neither prefix nor location', hint: 'add a location' }
  if (!prefix.startsWith('*.'))
    return {
      path: at,
      message: 'the table has a prefix without a location',
      hint: `add location = "${prefix}"`,
    }
  if (!/[/@:]/.test(prefix)) return undefined
  const message = 'a prefix with * must be a domain'
  return { path: pathTo(table, 'prefix', at), message, hint: 'write it like "*.example.com"' }
}

function pullMistake(table: Table, at: FilePath): Mistake | undefined {
  if (textAt(table, 'pull-from-mirror') === '') return undefined
  const message = 'pull-from-mirror belongs to a mirror, not to the registry'
  return { path: pathTo(table, 'pull-from-mirror', at), message, hint: 'move it below [[registry.mirror]]' }
}

function firstMirrorMistake(table: Table, at: FilePath): Mistake | undefined {
  const list = keyOf(table, 'mirror')
  if (list === undefined) return undefined
  const digestOnly = flagAt(table, 'mirror-by-digest-only')
  for (const [i, mirror] of mirrorsOf(table).entries()) {
    const mistake = mirrorMistake(mirror, digestOnly, [...at, list, i])
    if (mistake !== undefined) return mistake
  }
  return undefined
}

const PULLS = ['', 'all', 'digest-only', 'tag-only']

function mirrorMistake(mirror: Table, digestOnly: boolean, at: FilePath): Mistake | undefined {
  const scheme = schemeMistake(mirror, 'location', at)
  if (scheme !== undefined) return scheme
  if (trimmed(textAt(mirror, 'location')) === '')
    return { path: at, message: 'the mirror has no location', hint: 'add one, or remove the mirror' }
  const pulls = textAt(mirror, 'pull-from-mirror')
  const path = pathTo(mirror, 'pull-from-mirror', at)
  if (digestOnly && pulls !== '') {
    const message =
      'mirror-by-digest-only of the registry and pull-from-mirror of a mirror exclude each other'
    return { path, message, hint: 'remove one of them' }
  }
  if (PULLS.includes(pulls)) return undefined
  return {
    path,
    message: 'pull-from-mirror has an unknown value',
    hint: 'write "all", "digest-only" or "tag-only"',
  }
}
