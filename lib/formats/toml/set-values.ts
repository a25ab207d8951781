/** Sets several values in one TOML text. Those of new tables are appended together and proved once: each proof reads the whole text. */
import { isDeepStrictEqual } from 'node:util'
import { setAt } from '../is-table.ts'
import { lineBreak } from '../lines.ts'
import { parseTomlAst } from './ast.ts'
import { proves, setValue } from './edit.ts'
import { findEdit } from './find-edit.ts'
import { assignment, isTomlValue, type TomlValue, tableHeader } from './text.ts'

interface Assigned {
  readonly path: readonly string[]
  readonly value: unknown
}

interface Settable extends Assigned {
  readonly value: TomlValue
}

/** The same text as by setting one after the other; undefined where one of them cannot be set. */
export function setValues(text: string, values: readonly Assigned[]): string | undefined {
  if (!values.every(isSettable)) return undefined
  let [result, rest] = [text, values]
  while (rest.length > 0) {
    const tables = newTables(result, rest)
    const [first] = rest
    const next =
      tables.length > 0 ? append(result, tables) : first && setValue(result, first.path, first.value)
    if (next === undefined) return undefined
    result = next
    rest = rest.slice(Math.max(1, tables.flat().length))
  }
  return result
}

function isSettable(assigned: Assigned): assigned is Settable {
  return isTomlValue(assigned.value)
}

/** The first values that belong to tables which the text does not have, by table. */
function newTables(text: string, values: readonly Settable[]): readonly (readonly Settable[])[] {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return []
  const tables: Settable[][] = []
  const names = new Set<string>()
  for (const one of values) {
    const table = one.path.slice(0, -1)
    const last = tables.at(-1)
    if (last !== undefined && isDeepStrictEqual(last[0]?.path.slice(0, -1), table)) last.push(one)
    else {
      const isBeside = last === undefined || last[0]?.path.length === one.path.length
      const { at, text: added } = findEdit(text, parsed.ast, one.path, one.value)
      const isNew = table.length > 0 && at === text.length && added.includes(tableHeader(table))
      if (!isNew || !isBeside || names.size === names.add(JSON.stringify(table)).size) break
      tables.push([one])
    }
  }
  return tables
}

/** Each new key goes to the top of its table. */
function append(text: string, tables: readonly (readonly Settable[])[]): string | undefined {
  const eol = lineBreak(text)
  let result = text
  for (const keys of tables) {
    const lines = keys.toReversed().map(({ path, value }) => `  ${assignment(path.slice(-1), value)}${eol}`)
    const gap = result === '' ? '' : result.endsWith('\n') ? eol : eol + eol
    result += `${gap}${tableHeader(keys[0]?.path.slice(0, -1) ?? [])}${eol}${lines.join('')}`
  }
  const set = (root: Parameters<typeof setAt>[0]) => {
    for (const { path, value } of tables.flat()) setAt(root, path, value)
  }
  return proves(text, result, set) ? result : undefined
}
