/** The headers of a hosts.toml as they are written. Pure. Their values are secrets. */
import { isTable } from '../../../formats/is-table.ts'
import { type TomlPath, tomlValue } from '../../../formats/toml/ast.ts'
import { locateKey } from '../../../formats/toml/locations.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'

export interface WrittenHeader {
  readonly name: string
  readonly values: readonly string[]
  readonly line: number | undefined
}

/** Those of the root, which are for the server, and of each host. */
export function writtenHeaders(ast: TomlAst): readonly WrittenHeader[] {
  const value = tomlValue(ast)
  const hosts = isTable(value.host) ? Object.entries(value.host) : []
  const tables = [[[], value] as const, ...hosts.map(([name, keys]) => [['host', name], keys] as const)]
  return tables.flatMap(([at, keys]) => (isTable(keys) ? headersIn(ast, [...at, 'header'], keys.header) : []))
}

/** A value is a string or an array of strings (hosts.go:338-378@v2.3.4). */
function headersIn(ast: TomlAst, at: TomlPath, table: unknown): readonly WrittenHeader[] {
  if (!isTable(table)) return []
  return Object.entries(table).map(([name, value]) => ({
    name,
    values: (Array.isArray(value) ? value : [value]).filter(item => typeof item === 'string'),
    line: locateKey(ast, [...at, name])?.line,
  }))
}
