/** The smallest edits of a JSON text that set or remove one key. Pure; edit.ts proves the result. */
import type { Edit } from '../edit.ts'
import { indentAt } from '../lines.ts'
import {
  findSpot,
  type JsonDocument,
  type JsonNode,
  type Property,
  propertiesOf,
  rangeOf,
  textOf,
} from './document.ts'
import { braces, hasLines, nested, type Spelling, styleAt } from './style.ts'

/** The edit that gives `path` this value; undefined where there is no place for it. */
export function findEdit(document: JsonDocument, path: readonly string[], value: Spelling): Edit | undefined {
  const spot = findSpot(document, path)
  if (spot === undefined || path.length === 0) return undefined
  if (spot.missing.length === 0) return replacement(document, path, spot.node, value)
  if (spot.node.type !== 'object') return undefined
  return propertiesOf(spot.node).length === 0
    ? intoEmpty(document, spot.node, spot.missing, value)
    : behindLast(document, spot.node, spot.missing, value)
}

/** On as many lines as the old value; on lines of its own where that was a single word on a line of its own. */
function replacement(document: JsonDocument, path: readonly string[], node: JsonNode, value: Spelling): Edit {
  const [at, end] = rangeOf(node)
  const parent = findSpot(document, path.slice(0, -1))?.node ?? document.root
  const isLeaf = (node.children ?? []).length === 0
  const property = propertiesOf(parent).find(({ key }) => key === path.at(-1))
  const ownLine = gapBefore(document, property).includes('\n')
  const onLines = textOf(document, node).includes('\n') || (isLeaf && ownLine)
  const text = value(styleAt(document, parent), indentAt(document.text, at), onLines)
  return { at, end, text }
}

function intoEmpty(document: JsonDocument, object: JsonNode, keys: readonly string[], value: Spelling): Edit {
  const [at, end] = rangeOf(object)
  const [style, onLines] = [styleAt(document, object), hasLines(document)]
  const indent = indentAt(document.text, at)
  const inside = nested(keys, value, style, indent + style.unit, onLines)
  return { at, end, text: braces(inside, style, indent, onLines) }
}

function behindLast(
  document: JsonDocument,
  object: JsonNode,
  keys: readonly string[],
  value: Spelling,
): Edit {
  const properties = propertiesOf(object)
  const last = properties.at(-1)
  const at = last?.range[1] ?? object.offset + 1
  const gap = gapBefore(document, last)
  const style = styleAt(document, object)
  const onLines = gap.includes('\n')
  const space = onLines || properties.length > 1 || style.colon === ':' ? gap : ' '
  const indent = onLines ? gap.slice(gap.lastIndexOf('\n') + 1) : ''
  return { at, end: at, text: `,${space}${nested(keys, value, style, indent, onLines)}` }
}

/** The white space before a property. */
function gapBefore({ text }: JsonDocument, property: Property | undefined): string {
  return /\s*$/.exec(text.slice(0, property?.range[0] ?? 0))?.[0] ?? ''
}

/** What is removed: a key, and the objects above it that regmirror made for it. */
export interface Removal {
  readonly path: readonly string[]
  readonly edit: Edit
}

/** Undefined where there is no such key. */
export function findRemoval(
  document: JsonDocument,
  path: readonly string[],
  original: JsonDocument | undefined,
): Removal | undefined {
  const [above, key] = [path.slice(0, -1), path.at(-1)]
  const object = findObject(document, above)
  if (object === undefined) return undefined
  const before = original && findObject(original, above)
  const properties = propertiesOf(object)
  const index = properties.findIndex(property => property.key === key)
  const property = properties[index]
  if (property === undefined) return undefined
  const [previous, next] = [properties[index - 1], properties[index + 1]]
  const [at, end] = property.range
  if (previous !== undefined) return { path, edit: { at: previous.range[1], end, text: '' } }
  if (next !== undefined) return { path, edit: { at, end: next.range[0], text: '' } }
  if (before === undefined && above.length > 0) return findRemoval(document, above, original)
  return { path, edit: { at: object.offset, end: rangeOf(object)[1], text: emptyText(before, original) } }
}

/** An object without keys, as the original has it. */
function emptyText(before: JsonNode | undefined, original: JsonDocument | undefined): string {
  const isEmpty = before !== undefined && propertiesOf(before).length === 0
  return isEmpty && original !== undefined ? textOf(original, before) : '{}'
}

function findObject(document: JsonDocument, path: readonly string[]): JsonNode | undefined {
  const spot = findSpot(document, path)
  return spot?.missing.length === 0 && spot.node.type === 'object' ? spot.node : undefined
}
