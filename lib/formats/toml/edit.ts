/**
 * TOML of somebody else that we edit: one value set or taken back, every other byte as it was, and the proof that
 * another parser reads back what was meant.
 */
import { isDeepStrictEqual } from 'node:util'
import { parseTomlAst, tomlValue } from './ast.ts'
import { flatten } from './pairs.ts'
import { readToml } from './read.ts'
import { type Edit, findEdit } from './splice.ts'
import type { TomlValue } from './text.ts'
import { findRemoval } from './withdraw.ts'

/**
 * The text with one value set and every other byte as it was. `path` ends in the key. The value is replaced
 * where the key exists, however it is spelled; otherwise the key is added where its table stands, or a table
 * is appended. Undefined when the text is not TOML or another parser does not read back exactly that change.
 */
export function splice(text: string, path: readonly string[], value: TomlValue): string | undefined {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  const result = edited(text, findEdit(text, parsed.ast, path, value))
  return proves(text, result, root => setAt(root, path, value)) ? result : undefined
}

/**
 * The text with the value at `path` as `original` has it, or without it where that has none; every other byte as it
 * is. Undefined when that cannot be done, or another parser does not read back exactly that change.
 */
export function withdraw(
  text: string,
  original: string | undefined,
  path: readonly string[],
): string | undefined {
  const was = valueAt(original ?? '', path)
  if (was !== undefined) return isTomlValue(was) ? respell(text, original ?? '', path, was) : undefined
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  const edit = findRemoval(text, parsed.ast, path, !hasTable(original ?? '', path.slice(0, -1)))
  if (edit === undefined) return text
  const result = edited(text, edit)
  const gone = valueAt(result, path) === undefined
  const without = (root: Record<string, unknown>) => removeAt(root, path)
  return gone && proves(text, result, without, without) ? result : undefined
}

/** The text with the value as it is spelled in the original. */
function respell(
  text: string,
  original: string,
  path: readonly string[],
  was: TomlValue,
): string | undefined {
  const [there, here] = [rangeOf(original, path), rangeOf(text, path)]
  if (there === undefined || here === undefined) return splice(text, path, was)
  const result = edited(text, { at: here[0], end: here[1], text: original.slice(...there) })
  return proves(text, result, root => setAt(root, path, was)) ? result : undefined
}

/** Where the value stands at that path. */
function rangeOf(text: string, path: readonly string[]): readonly [number, number] | undefined {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  return flatten(parsed.ast).find(pair => isDeepStrictEqual(pair.path, path))?.node.value.range
}

/** The value at a path of a TOML text; undefined where there is none, or the text is not TOML. */
export function valueAt(text: string, path: readonly string[]): unknown {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  return path.reduce<unknown>(
    (here, key) => (here as Record<string, unknown> | undefined)?.[key],
    tomlValue(parsed.ast),
  )
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

function isTomlValue(value: unknown): value is TomlValue {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (Array.isArray(value) && value.every(isTomlValue))
  )
}

function edited(text: string, { at, end, text: inserted }: Edit): string {
  return text.slice(0, at) + inserted + text.slice(end)
}

type Change = (root: Record<string, unknown>) => void

/** Whether the second text says what the first says after the change. What does not count is taken off the second. */
function proves(before: string, after: string, change: Change, discount: Change = () => {}): boolean {
  const same = (was: Record<string, unknown>, is: Record<string, unknown>) => {
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

/** TOML 1.1, which containerd 2 reads and @iarna/toml does not: the parser that gave the positions has to do. */
function provesNewerToml(
  before: string,
  after: string,
  same: (was: Record<string, unknown>, is: Record<string, unknown>) => boolean,
): boolean {
  const [old, now] = [parseTomlAst(before), parseTomlAst(after)]
  return 'ast' in old && 'ast' in now && same(tomlValue(old.ast), tomlValue(now.ast))
}

function setAt(root: Record<string, unknown>, path: readonly string[], value: TomlValue): void {
  let here = root
  for (const part of path.slice(0, -1)) {
    here[part] ??= {}
    here = here[part] as Record<string, unknown>
  }
  here[path.at(-1) as string] = value
}

/** Removes the key, and the tables above it that have nothing else. */
function removeAt(root: Record<string, unknown>, [key, ...rest]: readonly string[]): void {
  if (key === undefined) return
  const below = root[key]
  if (rest.length > 0 && isTable(below)) removeAt(below, rest)
  if (rest.length === 0 || (isTable(below) && Object.keys(below).length === 0)) delete root[key]
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
