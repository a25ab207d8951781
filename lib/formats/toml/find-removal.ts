/** The smallest edit of a TOML text that removes one key. Pure; edit.ts proves the result. */
import { isDeepStrictEqual } from 'node:util'
import type { Edit } from '../edit.ts'
import { lineEnd, lineStart, wholeLines } from '../lines.ts'
import { flatten, type Pair } from './pairs.ts'
import type { TomlAst, TomlTable } from './tree-parser.ts'

/**
 * The edit that removes the key at `path`. With `headerToo` the `[table]` header is removed too if nothing else is below
 * it. Undefined where there is no such key.
 */
export function findRemoval(
  text: string,
  ast: TomlAst,
  path: readonly string[],
  headerToo: boolean,
): Edit | undefined {
  const pair = flatten(ast).find(candidate => isDeepStrictEqual(candidate.path, path))
  return pair && pairRemoval(text, ast, pair, headerToo)
}

export function pairRemoval(text: string, ast: TomlAst, pair: Pair, headerToo: boolean): Edit {
  if (pair.inline) return removeFromInline(pair)
  const table = tableOf(ast, pair)
  const [at, end] = pair.node.range
  const start = lineStart(text, at)
  // A comment behind the key stays, and so does what is before it on its line.
  if (text.slice(start, at).trim() !== '' || text.slice(end, lineEnd(text, end)).trim() !== '')
    return { at, end, text: '' }
  const from = headerToo && table?.body.length === 1 ? headerStart(text, table, start) : start
  return wholeLines(text, from, lineEnd(text, end))
}

/** From `{ … }`, with one of the commas beside it. */
function removeFromInline({ node }: Pair): Edit {
  const [at, end] = node.range
  const pairs = node.parent.type === 'TOMLInlineTable' ? node.parent.body : []
  const index = pairs.indexOf(node)
  const [before, after] = [pairs[index - 1], pairs[index + 1]]
  if (after !== undefined) return { at, end: after.range[0], text: '' }
  if (before !== undefined) return { at: before.range[1], end, text: '' }
  const [open, close] = node.parent.range
  return { at: open, end: close, text: '{}' }
}

function tableOf(ast: TomlAst, pair: Pair): TomlTable | undefined {
  return ast.body[0].body.find(item => item.type === 'TOMLTable' && item.body.includes(pair.node)) as
    | TomlTable
    | undefined
}

/** The start of the header with one empty line above it, if nothing else is between the header and the line of the key. */
function headerStart(text: string, table: TomlTable, line: number): number {
  const [at] = table.range
  const end = at + (text.slice(at, line).lastIndexOf(']') + 1)
  const start = lineStart(text, at)
  if (text.slice(end, line).trim() !== '' || text.slice(start, at).trim() !== '') return line
  return /\n\r?\n$/.test(text.slice(0, start)) ? lineStart(text, start - 1) : start
}
