/** The edit that removes an empty table from a config.toml. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { edited } from '../../../formats/edit.ts'
import type { Table } from '../../../formats/is-table.ts'
import { lineEnd } from '../../../formats/lines.ts'
import { parseTomlAst } from '../../../formats/toml/ast.ts'
import { readDocument } from '../../../formats/toml/document.ts'
import { withdrawValue } from '../../../formats/toml/edit.ts'

/** The text without the table at `path`, every other byte unchanged; undefined where that is not possible. */
export function removeEmptyTable(text: string, path: readonly string[]): string | undefined {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  const header = parsed.ast.body[0].body.find(
    item => item.type === 'TOMLTable' && isDeepStrictEqual(item.resolvedKey, path),
  )
  if (header === undefined) return withdrawValue(text, '', path)
  const at = text.lastIndexOf('\n', header.range[0]) + 1
  const end = lineEnd(text, header.range[0])
  // A comment on the line of the header is not the tool's to remove.
  if (text.slice(at, end).includes('#')) return undefined
  const next = /^\r?\n/.exec(text.slice(end))?.[0].length ?? 0
  const result = edited(text, { at, end: end + next, text: '' })
  return hasOnlyLost(text, result, path) ? result : undefined
}

/** Whether the second text has every value of the first, and not this table. */
function hasOnlyLost(before: string, after: string, path: readonly string[]): boolean {
  const [old, now] = [readDocument(before), readDocument(after)]
  if ('fault' in old || 'fault' in now) return false
  return isDeepStrictEqual(pruned(old.value, path), pruned(now.value, path))
}

/** The table without what is at `path`, and without tables above it that are empty then. */
function pruned(table: Table, [key, ...rest]: readonly string[]): Table {
  const entries = Object.entries(table).flatMap(([name, value]) => {
    if (name !== key) return [[name, value] as const]
    if (rest.length === 0) return []
    const below = pruned(value as Table, rest)
    return Object.keys(below).length === 0 ? [] : [[name, below] as const]
  })
  return Object.fromEntries(entries)
}
