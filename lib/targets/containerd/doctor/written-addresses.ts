/** The addresses in a hosts.toml as they are written. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { tomlValue } from '../../../formats/toml/ast.ts'
import { locateToml } from '../../../formats/toml/locations.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'

export interface WrittenAddress {
  readonly url: string
  readonly isServer: boolean
  readonly line: number | undefined
}

export function writtenAddresses(ast: TomlAst): readonly WrittenAddress[] {
  const { host, server } = tomlValue(ast)
  const lineOf = (path: readonly string[]) => locateToml(ast, path)?.line
  const mirrors = isTable(host) ? Object.keys(host) : []
  return [
    ...mirrors.map(url => ({ url, isServer: false, line: lineOf(['host', url]) })),
    ...(typeof server === 'string' ? [{ url: server, isServer: true, line: lineOf(['server']) }] : []),
  ]
}
