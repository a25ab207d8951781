/** Edits of a YAML file of another program: one value is set or taken back, every other byte stays, and the parser proves it. */
import { isDeepStrictEqual } from 'node:util'
import { type Edit, edited } from '../edit.ts'
import type { Json } from '../format.ts'
import { isTable, setAt, type Table } from '../is-table.ts'
import { findSpot, parseDocument } from './document.ts'
import { findEdit } from './find-edit.ts'
import { findRemoval, respelling } from './find-removal.ts'
import type { YamlDocument } from './parse.ts'

type Path = readonly string[]

/** The value at a path of a YAML text; undefined where there is none, or the text is not YAML. */
export function valueAt(text: string, path: Path): unknown {
  const document = parseDocument(text)
  return document && valueIn(document, path)
}

export function setValue(text: string, path: Path, value: Json): string | undefined {
  const document = parseDocument(text)
  if (document === undefined) return undefined
  if (isDeepStrictEqual(valueIn(document, path), value)) return text
  return proved(document, findEdit(document, path, value), root => setAt(root, path, value))
}

export function withdrawValue(text: string, original: string, path: Path): string | undefined {
  const document = parseDocument(text)
  const before = parseDocument(original)
  if (document === undefined) return undefined
  const was = before && findSpot(before, path)
  if (before === undefined || was === undefined || was.missing.length > 0)
    return remove(document, path, before)
  const value = valueIn(before, path)
  const change = (root: Table) => setAt(root, path, value)
  return (
    proved(document, respelling(document, path, before, was), change) ??
    proved(document, findEdit(document, path, value as Json), change)
  )
}

function remove(document: YamlDocument, path: Path, original: YamlDocument | undefined): string | undefined {
  const spot = findSpot(document, path)
  if (spot === undefined) return undefined
  if (spot.missing.length > 0) return document.text
  const removal = findRemoval(document, path, original)
  if (removal === undefined) return undefined
  const value = removal.isOriginal && original !== undefined ? valueIn(original, removal.path) : undefined
  return proved(document, removal.edit, root => {
    if (!removal.isOriginal) removeAt(root, removal.path)
    else if (removal.path.length > 0) setAt(root, removal.path, value)
    else for (const key of Object.keys(root)) delete root[key]
  })
}

/** A document of comments only has no keys, as `{}`. */
function tableOf({ source: { value } }: YamlDocument): unknown {
  return value ?? {}
}

/** The text after the edit, where its values are those of the document after the change. */
function proved(
  document: YamlDocument,
  edit: Edit | undefined,
  change: (root: Table) => void,
): string | undefined {
  const root = structuredClone(tableOf(document))
  const text = edit && edited(document.text, edit)
  const after = text === undefined ? undefined : parseDocument(text)
  if (after === undefined || !isTable(root)) return undefined
  change(root)
  return isDeepStrictEqual(root, tableOf(after)) ? text : undefined
}

function valueIn({ source }: YamlDocument, path: Path): unknown {
  let value = source.value
  for (const key of path) {
    if (!isTable(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

function removeAt(root: Table, [key, ...rest]: Path): void {
  if (key === undefined) return
  const below = root[key]
  if (rest.length === 0) delete root[key]
  else if (Object.hasOwn(root, key) && isTable(below)) removeAt(below, rest)
}
