/** The smallest edits of a YAML text that remove one key, or give it the spelling of another text. Pure; edit.ts proves them. */
import type { Edit } from '../edit.ts'
import { lineEnd, lineStart, wholeLines } from '../lines.ts'
import {
  findSpot,
  isBlock,
  isFlow,
  isNothing,
  pairsOf,
  rangeOf,
  type Spot,
  type YamlPair,
} from './document.ts'
import { isMap, type YAMLMap } from './package.ts'
import type { YamlDocument } from './parse.ts'

/** What is removed: a key, and the maps above it that regmirror made for it; or a map that gets its first spelling. */
export interface Removal {
  readonly path: readonly string[]
  readonly edit: Edit
  /** Whether the value at the path becomes that of the original. */
  readonly isOriginal: boolean
}

/** Undefined where there is no such key, or no way to remove it alone. */
export function findRemoval(
  document: YamlDocument,
  path: readonly string[],
  original: YamlDocument | undefined,
): Removal | undefined {
  const above = path.slice(0, -1)
  const map = mapAt(document, above)
  const pairs = map === undefined ? [] : pairsOf(document, map)
  const index = pairs.findIndex(({ key }) => key === path.at(-1))
  if (map === undefined || index === -1) return undefined
  if (pairs.length > 1) return removalOf(path, pairEdit(document, map, pairs, index))
  const before = original && findSpot(original, above)
  const isThere = before?.missing.length === 0
  if (above.length === 0 && !isFlow(map)) return removalOf(path, pairEdit(document, map, pairs, index))
  if (!isThere && above.length > 0) return findRemoval(document, above, original)
  if (original && before && !isFlow(map) && isNothing(original, before.node)) {
    const edit = pairEdit(document, map, pairs, index)
    return edit && { path: above, edit, isOriginal: true }
  }
  const edit = original && before && respelling(document, above, original, before)
  return edit && { path: above, edit, isOriginal: true }
}

function removalOf(path: readonly string[], edit: Edit | undefined): Removal | undefined {
  return edit && { path, edit, isOriginal: false }
}

function mapAt(document: YamlDocument, path: readonly string[]): YAMLMap | undefined {
  const spot = findSpot(document, path)
  return spot?.missing.length === 0 && isMap(spot.node) ? spot.node : undefined
}

/** The value at a path as the original spells it. */
export function respelling(
  document: YamlDocument,
  path: readonly string[],
  original: YamlDocument,
  before: Spot,
): Edit | undefined {
  const now = findSpot(document, path)
  if (now === undefined || now.missing.length > 0) return undefined
  const [range, written] = [rangeOf(document, now.node), rangeOf(original, before.node)]
  const isAlike = isBlock(now.node) === isBlock(before.node)
  if (range !== undefined && written !== undefined && isAlike)
    return { at: range[0], end: range[1], text: original.text.slice(...written) }
  if (now.pair === undefined || before.pair === undefined) return undefined
  const { colonEnd, end } = before.pair
  const text = original.text.slice(colonEnd, end) + commentBefore(document, now, before)
  return { at: now.pair.colonEnd, end: now.pair.end, text }
}

/** What is written behind a key whose value is on the next lines, where the value comes back to the line of its key. */
function commentBefore({ text }: YamlDocument, { node, pair }: Spot, before: Spot): string {
  if (pair === undefined || !isBlock(node) || isBlock(before.node)) return ''
  return text.slice(pair.colonEnd, lineEnd(text, pair.colonEnd))
}

function pairEdit(
  document: YamlDocument,
  map: YAMLMap,
  pairs: readonly YamlPair[],
  index: number,
): Edit | undefined {
  const [previous, pair, next] = [pairs[index - 1], pairs[index], pairs[index + 1]]
  if (pair === undefined) return undefined
  if (isFlow(map)) {
    if (previous !== undefined) return { at: previous.end, end: pair.end, text: '' }
    return next && { at: pair.at, end: next.at, text: '' }
  }
  const { text } = document
  const start = lineStart(text, pair.at)
  if (text.slice(start, pair.at).trim() === '') return wholeLines(text, start, lineEnd(text, pair.end))
  return next && { at: pair.at, end: next.at, text: '' }
}
