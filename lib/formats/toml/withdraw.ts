/** The edit that takes one key out of a TOML text, with as little else as possible. Pure; toml.ts proves what comes of it. */
import { isDeepStrictEqual } from 'node:util'
import type { TomlAst, TomlTable } from './ast.ts'
import { flatten, type Pair } from './pairs.ts'
import type { Edit } from './splice.ts'
import { lineEnd } from './text.ts'

/**
 * The edit that removes the key at `path`; its `[table]` header goes with it when nothing else is below it and
 * `headerToo` says that it was ours. Undefined where there is no such key.
 */
export function findRemoval(
  text: string,
  ast: TomlAst,
  path: readonly string[],
  headerToo: boolean,
): Edit | undefined {
  const pair = flatten(ast).find(candidate => isDeepStrictEqual(candidate.path, path))
  if (pair === undefined) return undefined
  if (pair.inline) return outOfInline(pair)
  const table = tableOf(ast, pair)
  const [at, end] = pair.node.range
  const start = lineStart(text, at)
  // A comment behind it is somebody else's, and so is what stands before it on that line.
  if (text.slice(start, at).trim() !== '' || text.slice(end, lineEnd(text, end)).trim() !== '')
    return { at, end, text: '' }
  const from = headerToo && table?.body.length === 1 ? headerStart(text, table, start) : start
  return wholeLines(text, from, lineEnd(text, end))
}

/** Out of `{ … }`, with one of the commas beside it. */
function outOfInline({ node }: Pair): Edit {
  const [at, end] = node.range
  const around = node.parent.type === 'TOMLInlineTable' ? node.parent.body : []
  const index = around.indexOf(node)
  const [before, after] = [around[index - 1], around[index + 1]]
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

/** Where the header begins, with one empty line above it, if only it stands before the line of the key. */
function headerStart(text: string, table: TomlTable, line: number): number {
  const [at] = table.range
  const end = at + (text.slice(at, line).lastIndexOf(']') + 1)
  const start = lineStart(text, at)
  if (text.slice(end, line).trim() !== '' || text.slice(start, at).trim() !== '') return line
  return /\n\r?\n$/.test(text.slice(0, start)) ? lineStart(text, start - 1) : start
}

/** Lines with their line breaks; the last line of a text has its own before it. */
function wholeLines(text: string, at: number, end: number): Edit {
  if (end < text.length) return { at, end: end + (text[end] === '\r' ? 2 : 1), text: '' }
  const before = text[at - 1] === '\n' ? (text[at - 2] === '\r' ? 2 : 1) : 0
  return { at: at - before, end, text: '' }
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}
