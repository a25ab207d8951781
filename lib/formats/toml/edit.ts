/**
 * Edits of a TOML file that belongs to another program: one value is set or taken back, every other byte stays, and a
 * second parser proves the result.
 */
import { isDeepStrictEqual } from 'node:util'
import { edited } from '../edit.ts'
import { isTable, setAt, type Table } from '../is-table.ts'
import { lineBreak } from '../lines.ts'
import { parseTomlAst, tomlValue } from './ast.ts'
import { readDocument } from './document.ts'
import { findEdit } from './find-edit.ts'
import { findRemoval } from './find-removal.ts'
import { flatten } from './pairs.ts'
import { readToml } from './second-parser.ts'
import { findParts, type Part } from './tables.ts'
import { isTomlValue, type TomlValue } from './text.ts'

/**
 * The text with one value set and every other byte unchanged. `path` ends in the key. An existing key keeps its spelling
 * and place; a new key is added to its table, or a table is appended. Undefined when the text is not TOML, or when a second
 * parser does not read back exactly that change.
 */
export function setValue(text: string, path: readonly string[], value: TomlValue): string | undefined {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  const result = edited(text, findEdit(text, parsed.ast, path, value))
  return proves(text, result, root => setAt(root, path, value)) ? result : undefined
}

/**
 * The text with the value at `path` as `original` has it, or without the value where `original` has none. The value may be a
 * table with tables below it: its sections are removed where they are, and put back at the end. Every other byte is unchanged. Undefined when that is not possible, or when a second parser does not read back exactly that change.
 */
export function withdrawValue(text: string, original: string, path: readonly string[]): string | undefined {
  const was = valueAt(original, path)
  if (isTable(was)) return putBack(text, original, path, was)
  if (isTable(valueAt(text, path))) return removeTable(text, path)
  if (was !== undefined) return isTomlValue(was) ? respell(text, original, path, was) : undefined
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  const edit = findRemoval(text, parsed.ast, path, !hasTable(original, path.slice(0, -1)))
  if (edit === undefined) return text
  const result = edited(text, edit)
  const gone = valueAt(result, path) === undefined
  const without = (root: Table) => removeAt(root, path)
  return gone && proves(text, result, without, without) ? result : undefined
}

function removeTable(text: string, path: readonly string[]): string | undefined {
  const result = partsOf(text, path).reduceRight<string>(edited, text)
  const without = (root: Table) => removeAt(root, path)
  return valueAt(result, path) === undefined && proves(text, result, without, without) ? result : undefined
}

/** The sections of the original at the end of the text; keys in other tables have no place there. */
function putBack(text: string, original: string, path: readonly string[], was: Table): string | undefined {
  const rest = valueAt(text, path) === undefined ? text : removeTable(text, path)
  const parts = partsOf(original, path)
  if (rest === undefined || parts.some(({ isSection }) => !isSection)) return undefined
  const eol = lineBreak(rest)
  const sections = parts.map(({ at, end }) => original.slice(at, end).replace(/^\r?\n|\r?\n$/g, '') + eol)
  const result = `${rest}${rest === '' || rest.endsWith('\n') ? '' : eol}${sections.join('')}`
  return proves(rest, result, root => setAt(root, path, was)) ? result : undefined
}

function partsOf(text: string, path: readonly string[]): readonly Part[] {
  const parsed = parseTomlAst(text)
  return 'fault' in parsed ? [] : findParts(text, parsed.ast, path)
}

/** The text with the value as it is spelled in the original. */
function respell(
  text: string,
  original: string,
  path: readonly string[],
  was: TomlValue,
): string | undefined {
  const [there, here] = [rangeOf(original, path), rangeOf(text, path)]
  if (there === undefined || here === undefined) return setValue(text, path, was)
  const result = edited(text, { at: here[0], end: here[1], text: original.slice(...there) })
  return proves(text, result, root => setAt(root, path, was)) ? result : undefined
}

function rangeOf(text: string, path: readonly string[]): readonly [number, number] | undefined {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  return flatten(parsed.ast).find(pair => isDeepStrictEqual(pair.path, path))?.node.value.range
}

/** The value at a path of a TOML text; undefined where there is none, or the text is not TOML. */
export function valueAt(text: string, path: readonly string[]): unknown {
  const read = readDocument(text)
  if ('fault' in read) return undefined
  const step = (here: unknown, key: string) =>
    isTable(here) && Object.hasOwn(here, key) ? here[key] : undefined
  return path.reduce<unknown>(step, read.value)
}

function hasTable(text: string, path: readonly string[]): boolean {
  const parsed = parseTomlAst(text)
  return (
    'ast' in parsed &&
    parsed.ast.body[0].body.some(
      item => item.type === 'TOMLTable' && isDeepStrictEqual(item.resolvedKey, path),
    )
  )
}

type Change = (root: Table) => void

/** Whether the second text has the values of the first after the change. `discount` removes what does not count from the second. */
export function proves(before: string, after: string, change: Change, discount: Change = () => {}): boolean {
  const same = (was: Table, is: Table) => {
    change(was)
    discount(is)
    return isDeepStrictEqual(was, is)
  }
  try {
    return same(readToml(before), readToml(after))
  } catch {
    return provesNewerToml(before, after, same)
  }
}

/** containerd 2 reads TOML 1.1 and @iarna/toml does not: then the parser that gave the positions must do. */
function provesNewerToml(before: string, after: string, same: (was: Table, is: Table) => boolean): boolean {
  const [old, now] = [parseTomlAst(before), parseTomlAst(after)]
  return 'ast' in old && 'ast' in now && same(tomlValue(old.ast), tomlValue(now.ast))
}

/** Removes the key, and the tables above it that are then empty. */
function removeAt(root: Table, [key, ...rest]: readonly string[]): void {
  if (key === undefined || !Object.hasOwn(root, key)) return
  const below = root[key]
  if (rest.length > 0 && isTable(below)) removeAt(below, rest)
  if (rest.length === 0 || (isTable(below) && Object.keys(below).length === 0)) delete root[key]
}
