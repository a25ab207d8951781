/** The smallest edit of a TOML text that sets one key. Pure; edit.ts proves the result. */
import { isDeepStrictEqual } from 'node:util'
import type { Edit } from '../edit.ts'
import { indentAt, lineBreak, lineEnd } from '../lines.ts'
import { commonLength, flatten, type Pair, startsWith } from './pairs.ts'
import { assignment, type TomlValue, tableHeader, valueText } from './text.ts'
import type { TomlAst } from './tree-parser.ts'

/** The edit that sets `path`, which ends in the key, to `value`. */
export function findEdit(text: string, ast: TomlAst, path: readonly string[], value: TomlValue): Edit {
  const pairs = flatten(ast)
  const present = pairs.find(pair => isDeepStrictEqual(pair.path, path))
  if (present !== undefined) {
    const [at, end] = present.node.value.range
    return { at, end, text: quoteLike(text[at] ?? '"', value) }
  }
  if (path.length === 1) return intoRoot(text, ast, path, value)
  return (
    intoTable(text, ast, path, value) ??
    intoInline(pairs, path, value) ??
    besideDotted(text, pairs, path, value) ??
    appended(text, path, value)
  )
}

/** Below the last key above all tables, or at the start of the text. */
function intoRoot(text: string, ast: TomlAst, path: readonly string[], value: TomlValue): Edit {
  const last = ast.body[0].body.findLast(item => item.type === 'TOMLKeyValue')
  const line = assignment(path, value)
  if (last === undefined) return { at: 0, end: 0, text: line + lineBreak(text) }
  const at = lineEnd(text, last.range[1])
  return { at, end: at, text: lineBreak(text) + indentAt(text, last.range[0]) + line }
}

/** Below the `[table]` header of the key. */
function intoTable(text: string, ast: TomlAst, path: readonly string[], value: TomlValue): Edit | undefined {
  const table = ast.body[0].body.find(
    item => item.type === 'TOMLTable' && isDeepStrictEqual(item.resolvedKey, path.slice(0, -1)),
  )
  if (table === undefined || table.type !== 'TOMLTable') return undefined
  const at = lineEnd(text, table.key.range[1])
  const first = table.body[0]
  const indent = first === undefined ? `${indentAt(text, table.range[0])}  ` : indentAt(text, first.range[0])
  return { at, end: at, text: `${lineBreak(text)}${indent}${assignment(path.slice(-1), value)}` }
}

/** Into the deepest `{ … }` that encloses the key. */
function intoInline(pairs: readonly Pair[], path: readonly string[], value: TomlValue): Edit | undefined {
  const enclosing = pairs.filter(
    pair => pair.node.value.type === 'TOMLInlineTable' && startsWith(path, pair.path),
  )
  const deepest = enclosing.sort((a, b) => b.path.length - a.path.length)[0]
  if (deepest?.node.value.type !== 'TOMLInlineTable') return undefined
  const table = deepest.node.value
  const [start, end] = table.range
  const added = assignment(path.slice(deepest.path.length), value)
  if (table.body.length === 0) return { at: start, end, text: `{ ${added} }` }
  return { at: start + 1, end: start + 1, text: ` ${added},` }
}

/** Beside a dotted key that spells out a part of the table's path: a `[table]` header could define the table twice. */
function besideDotted(
  text: string,
  pairs: readonly Pair[],
  path: readonly string[],
  value: TomlValue,
): Edit | undefined {
  const shared = (pair: Pair) => commonLength(pair.path.slice(0, -1), path)
  const dotted = pairs.filter(
    pair =>
      !pair.inline &&
      shared(pair) > pair.tableLength &&
      startsWith(path, pair.path.slice(0, pair.tableLength)),
  )
  const nearest = dotted.sort((a, b) => shared(b) - shared(a))[0]
  if (nearest === undefined) return undefined
  const at = nearest.node.range[0]
  const line = assignment(path.slice(nearest.tableLength), value)
  return { at, end: at, text: `${line}${lineBreak(text)}${indentAt(text, at)}` }
}

function appended(text: string, path: readonly string[], value: TomlValue): Edit {
  const eol = lineBreak(text)
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol
  const table = `${gap}${tableHeader(path.slice(0, -1))}${eol}  ${assignment(path.slice(-1), value)}${eol}`
  return { at: text.length, end: text.length, text: table }
}

/** The value in the quotes of the old value, where they allow it. */
function quoteLike(quote: string, value: TomlValue): string {
  return typeof value === 'string' && quote === "'" && !/['\u0000-\u001f\u007f]/.test(value)
    ? `'${value}'`
    : valueText(value)
}
