/** Edits of a JSON file of another program: one value is set or taken back, every other byte stays, and JSON.parse proves it. */
import { isDeepStrictEqual } from 'node:util'
import { edited } from '../edit.ts'
import type { Json } from '../format.ts'
import { isTable, setAt } from '../is-table.ts'
import { findSpot, type JsonDocument, parseDocument, parseValue, textOf } from './document.ts'
import { findEdit, findRemoval } from './find-edit.ts'
import { type Spelling, spell } from './style.ts'

type Path = readonly string[]
type Change = (root: Record<string, unknown>) => void

/** The value at a path of a JSON text; undefined where there is none, or the text is not JSON. */
export function valueAt(text: string, path: Path): unknown {
  const document = parseDocument(text)
  const spot = document && findSpot(document, path)
  if (document === undefined || spot === undefined || spot.missing.length > 0) return undefined
  return parseValue(textOf(document, spot.node))
}

export function setValue(text: string, path: Path, value: Json): string | undefined {
  if (isDeepStrictEqual(valueAt(text, path), value)) return text
  return write(text, path, value, spell(value))
}

export function withdrawValue(text: string, original: string, path: Path): string | undefined {
  const before = parseDocument(original)
  const was = before && findSpot(before, path)
  if (before !== undefined && was?.missing.length === 0) {
    const spelling = textOf(before, was.node)
    return write(text, path, parseValue(spelling), () => spelling)
  }
  return remove(text, path, before)
}

function write(text: string, path: Path, value: unknown, spelling: Spelling): string | undefined {
  const document = parseDocument(text)
  const edit = document && findEdit(document, path, spelling)
  if (edit === undefined) return undefined
  return proved(text, edited(text, edit), root => setAt(root, path, value))
}

function remove(text: string, path: Path, original: JsonDocument | undefined): string | undefined {
  const document = parseDocument(text)
  const spot = document && findSpot(document, path)
  if (document === undefined || spot === undefined) return undefined
  const removal = findRemoval(document, path, original)
  if (removal === undefined) return text
  return proved(text, edited(text, removal.edit), root => removeAt(root, removal.path))
}

/** The second text, where its values are those of the first after the change. */
function proved(before: string, after: string, change: Change): string | undefined {
  const root = parseValue(before)
  if (!isTable(root)) return undefined
  change(root)
  return isDeepStrictEqual(root, parseValue(after)) ? after : undefined
}

function removeAt(root: Record<string, unknown>, [key, ...rest]: Path): void {
  if (key === undefined) return
  const below = root[key]
  if (rest.length === 0) delete root[key]
  else if (Object.hasOwn(root, key) && isTable(below)) removeAt(below, rest)
}
