/** The older format: lists of hosts, as ConvertToV2 makes tables of them. Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import type { ReadTables, RegistryTable } from './config-file.ts'
import { trimmed } from './registry-tables.ts'
import { FILE, type FilePath, keyOf } from './shape.ts'

const NAMES = ['search', 'insecure', 'block'] as const

/** Whether one of its lists is set, if only empty. */
export function isVersion1(value: Table): boolean {
  return NAMES.some(name => listAt(value, name) !== undefined)
}

export function readVersion1(
  file: string,
  value: Table,
  lineOf: (at: FilePath) => number | undefined,
): ReadTables {
  const newer = Object.keys(FILE.keys).find(name => name !== 'registries' && keyOf(value, name) !== undefined)
  if (newer !== undefined) {
    const message = 'the file has keys of version 2 beside tables of version 1'
    return { mistake: { path: [keyOf(value, newer) ?? ''], message, hint: 'write [[registry]] tables only' } }
  }
  const tables = new Map<string, { table: RegistryTable; at: FilePath }>()
  for (const name of ['block', 'insecure'] as const)
    for (const [i, written] of (listAt(value, name)?.hosts ?? []).entries()) {
      const at = [...(listAt(value, name)?.path ?? []), i]
      if (/^https?:\/\//.test(written))
        return { mistake: { path: at, message: 'the host has a scheme', hint: 'write the host only' } }
      const location = trimmed(written)
      const known = tables.get(location) ?? { table: plainTable(file, location, lineOf(at)), at }
      const flag = name === 'block' ? { blocked: true } : { insecure: true }
      tables.set(location, { ...known, table: { ...known.table, ...flag } })
    }
  return { tables: [...tables.values()] }
}

function plainTable(file: string, location: string, line: number | undefined): RegistryTable {
  return {
    ...{ file, prefix: location, location, insecure: false, blocked: false, digestOnly: false, mirrors: [] },
    ...(line !== undefined && { line }),
  }
}

function listAt(
  value: Table,
  name: (typeof NAMES)[number],
): { readonly path: FilePath; readonly hosts: readonly string[] } | undefined {
  const path: string[] = []
  let at: unknown = value
  for (const part of ['registries', name, 'registries']) {
    const key = isTable(at) ? keyOf(at, part) : undefined
    if (key === undefined || !isTable(at)) return undefined
    path.push(key)
    at = at[key]
  }
  return Array.isArray(at) ? { path, hosts: at } : undefined
}
