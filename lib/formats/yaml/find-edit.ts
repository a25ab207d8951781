/** The smallest edit of a YAML text that sets one key. Pure; edit.ts proves the result. */
import type { Edit } from '../edit.ts'
import type { Json } from '../format.ts'
import { lineBreak, lineEnd } from '../lines.ts'
import { columnOf, findSpot, isBlock, isFlow, isNothing, pairsOf, rangeOf, type Spot } from './document.ts'
import { isMap, isSeq, type YAMLMap } from './package.ts'
import type { YamlDocument } from './parse.ts'
import { isList, listLines, nestedFlow, nestedLines, spellFlow, unitOf } from './spell.ts'

/** The edit that gives `path` this value; undefined where there is no place for it. */
export function findEdit(document: YamlDocument, path: readonly string[], value: Json): Edit | undefined {
  const spot = findSpot(document, path)
  if (spot === undefined || path.length === 0) return undefined
  if (spot.missing.length === 0) return replacement(document, spot, value)
  if (isMap(spot.node))
    return intoEmpty(document, spot, value) ?? intoMap(document, spot.node, spot.missing, value)
  return intoNothing(document, spot, value)
}

/** A list on lines stays on lines. */
function replacement(document: YamlDocument, { node, pair }: Spot, value: Json): Edit | undefined {
  const range = rangeOf(document, node)
  if (pair === undefined) return undefined
  if (range === undefined) return { at: pair.colonEnd, end: pair.colonEnd, text: ` ${spellFlow(value)}` }
  const [at, end] = range
  if (!isSeq(node) || !isBlock(node) || !isList(value)) return { at, end, text: spellFlow(value) }
  const indent = ' '.repeat(columnOf(document.text, at))
  const lines = listLines(value, indent).join(lineBreak(document.text))
  return { at, end, text: lines.slice(indent.length) }
}

/** Empty braces behind a key on a line become lines. */
function intoEmpty(document: YamlDocument, spot: Spot, value: Json): Edit | undefined {
  const { node, pair, maps, missing } = spot
  const above = maps.at(-1)
  const range = rangeOf(document, node)
  if (pair === undefined || range === undefined || !isBlock(above)) return undefined
  const { text } = document
  const isEmpty = /^[ ]*\{[ ]*\}$/.test(text.slice(pair.colonEnd, range[1]))
  if (!isEmpty) return undefined
  const indent = ' '.repeat(columnOf(text, above?.range?.[0] ?? pair.at)) + unitOf(document)
  const { end, text: lines } = behindLine(document, range[1], indent, missing, value)
  return { at: pair.colonEnd, end, text: text.slice(range[1], end) + lines }
}

function intoMap(
  document: YamlDocument,
  map: YAMLMap,
  keys: readonly string[],
  value: Json,
): Edit | undefined {
  const last = pairsOf(document, map).at(-1)
  const [start] = map.range ?? []
  if (start === undefined) return undefined
  if (isFlow(map)) {
    const at = last?.end ?? start + 1
    return { at, end: at, text: `${last === undefined ? '' : ', '}${nestedFlow(keys, value)}` }
  }
  if (last === undefined) return undefined
  return behindLine(document, last.end, ' '.repeat(columnOf(document.text, start)), keys, value)
}

/** Below a key without a value, or into a document without one; `null` is replaced. */
function intoNothing(document: YamlDocument, spot: Spot, value: Json): Edit | undefined {
  const { node, pair, maps, missing } = spot
  if (pair === undefined) return node === undefined ? atEnd(document, missing, value) : undefined
  const above = maps.at(-1)
  const range = rangeOf(document, node)
  const text = `{${nestedFlow(missing, value)}}`
  if (range !== undefined) return { at: range[0], end: range[1], text }
  if (!isNothing(document, node)) return undefined
  if (isFlow(above)) return { at: pair.colonEnd, end: pair.colonEnd, text: ` ${text}` }
  const indent = ' '.repeat(columnOf(document.text, above?.range?.[0] ?? pair.at)) + unitOf(document)
  return behindLine(document, pair.end, indent, missing, value)
}

/** On lines of their own behind the line of `from`. */
function behindLine(
  document: YamlDocument,
  from: number,
  indent: string,
  keys: readonly string[],
  value: Json,
): Edit {
  const { text } = document
  const at = lineEnd(text, from)
  const [eol, lines] = [lineBreak(text), nestedLines(keys, value, indent, unitOf(document))]
  return { at, end: at, text: lines.map(line => eol + line).join('') }
}

function atEnd(document: YamlDocument, keys: readonly string[], value: Json): Edit {
  const { text } = document
  const [eol, at] = [lineBreak(text), text.length]
  const lines = nestedLines(keys, value, '', unitOf(document)).join(eol)
  const isOpen = text !== '' && !text.endsWith('\n')
  return { at, end: at, text: isOpen ? eol + lines : lines + eol }
}
