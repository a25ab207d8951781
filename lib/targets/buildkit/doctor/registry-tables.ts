/** The tables of buildkitd.toml as the rules read them. Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import { stringsIn, tablesIn } from '../../../formats/table-values.ts'
import type { Found } from '../../rule.ts'
import type { TomlFile } from '../../toml-file.ts'
import { hostAndPath, type MirrorAddress } from '../pull/mirror-address.ts'
import type { ObservedBuildkit } from './observe-node.ts'

export interface RegistryTable {
  readonly name: string
  readonly table: Table
  readonly mirrors: readonly (MirrorAddress & { readonly text: string })[]
  /** Where a key of it stands. */
  place(...key: readonly (string | number)[]): Pick<Found, 'file' | 'line' | 'registry'>
  /** The table of a host; empty where there is none. */
  settingsOf(host: string): Table
}

/** None where buildkitd refuses the file: then it says nothing about mirrors. */
export function registryTables({ snapshot: { file } }: ObservedBuildkit): readonly RegistryTable[] {
  if (file === undefined) return []
  const tables = new Map(tablesIn(file.value.registry))
  return [...tables].map(([name, table]) => ({
    ...{ name, table },
    mirrors: stringsIn(table.mirrors).map(text => ({ text, ...hostAndPath(text) })),
    place: (...key) => placeIn(file, ['registry', name, ...key], name),
    settingsOf: host => tables.get(host) ?? {},
  }))
}

function placeIn(file: TomlFile, at: readonly (string | number)[], registry: string) {
  const found = file.locateKey(at) ?? file.locateKey(at.slice(0, 2))
  return { file: file.path, ...(found && { line: found.line }), registry }
}

/** Whether a table has something that decides how its host is reached. */
export function tlsKeys(table: Table): readonly string[] {
  const keys = ['http', 'insecure'].filter(key => table[key] === true)
  const named = ['ca', 'keypair', 'tlsconfigdir'].filter(key => {
    const value = table[key]
    return Array.isArray(value) ? value.length > 0 : isTable(value)
  })
  return [...keys, ...named]
}
