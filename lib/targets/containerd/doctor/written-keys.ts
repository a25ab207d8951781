/** Keys of a hosts.toml as they are written, those that containerd does not know included. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { tomlValue } from '../../../formats/toml/ast.ts'
import { locateKey } from '../../../formats/toml/locations.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'

export interface WrittenKey {
  readonly name: string
  /** The host that it belongs to; undefined at the root. */
  readonly host: string | undefined
  readonly line: number | undefined
}

/** Those of the root and of each host; `header` tables may hold any key. */
export function writtenKeys(ast: TomlAst): readonly WrittenKey[] {
  const value = tomlValue(ast)
  const hosts = isTable(value.host) ? Object.entries(value.host) : []
  const paths = [
    ...Object.keys(value).map(name => [name]),
    ...hosts.flatMap(([host, keys]) =>
      isTable(keys) ? Object.keys(keys).map(name => ['host', host, name]) : [],
    ),
  ]
  return paths.map(path => ({ name: path.at(-1) ?? '', host: path[1], line: locateKey(ast, path)?.line }))
}
