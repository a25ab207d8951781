/** The key-value pairs of a TOML document, each with its full path. Pure. */
import { keyNames } from './ast.ts'
import type { TomlAst, TomlContent, TomlKeyValue } from './tree-parser.ts'

/** A key-value pair with its full path; `tableLength` counts the names from its `[table]` header. */
export interface Pair {
  readonly path: readonly (string | number)[]
  readonly tableLength: number
  readonly inline: boolean
  readonly node: TomlKeyValue
}

export function flatten(ast: TomlAst): readonly Pair[] {
  return ast.body[0].body.flatMap(item =>
    item.type === 'TOMLTable'
      ? item.body.flatMap(pair => pairsOf(item.resolvedKey, pair, false))
      : pairsOf([], item, false),
  )
}

function pairsOf(table: readonly (string | number)[], node: TomlKeyValue, inline: boolean): readonly Pair[] {
  const path = [...table, ...keyNames(node.key)]
  const value: TomlContent = node.value
  const below = value.type === 'TOMLInlineTable' ? value.body.flatMap(pair => pairsOf(path, pair, true)) : []
  return [{ path, tableLength: table.length, inline, node }, ...below]
}

export function startsWith(path: readonly unknown[], prefix: readonly unknown[]): boolean {
  return prefix.length <= path.length && commonLength(path, prefix) === prefix.length
}

export function commonLength(a: readonly unknown[], b: readonly unknown[]): number {
  const differs = a.findIndex((part, i) => part !== b[i])
  return differs === -1 ? Math.min(a.length, b.length) : differs
}
