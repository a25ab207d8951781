/** Where the nodes of a YAML document stand in its text. Pure. */
import type { Range } from '../format.ts'
import { keyText } from './find-node.ts'
import { isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from './package.ts'
import { readYaml, type YamlDocument } from './parse.ts'

/** A key with its value. */
export interface YamlPair {
  readonly key: string
  /** Where the key starts. */
  readonly at: number
  /** Behind its colon; behind the key where it has none. */
  readonly colonEnd: number
  readonly value: Node | undefined
  /** Where the last character of the value ends; without a value, the colon. */
  readonly end: number
}

/** Where a path leads. */
export interface Spot {
  /** The value at the end of the path; where the path ends early, the last one on it. Undefined: nothing is written there. */
  readonly node: Node | undefined
  /** The pair of that value; undefined for the document. */
  readonly pair: YamlPair | undefined
  /** Maps from the top to the one with the pair. */
  readonly maps: readonly YAMLMap[]
  /** The keys that are missing. */
  readonly missing: readonly string[]
}

/** Undefined where the text is not YAML, or more than plain data. */
export function parseDocument(text: string): YamlDocument | undefined {
  const read = readYaml(text)
  return 'faults' in read ? undefined : read
}

/** Undefined where the path leads through something else than a map, such as an alias. */
export function findSpot(document: YamlDocument, path: readonly string[]): Spot | undefined {
  let spot: Spot = { node: document.root, pair: undefined, maps: [], missing: [] }
  for (const [depth, key] of path.entries()) {
    const missing = path.slice(depth)
    const { node, maps } = spot
    if (isNothing(document, node)) return { ...spot, node: undefined, missing }
    if (!isMap(node)) return isNull(node) ? { ...spot, missing } : undefined
    const pair = pairsOf(document, node).find(one => one.key === key)
    if (pair === undefined) return { ...spot, missing }
    spot = { node: pair.value, pair, maps: [...maps, node], missing: [] }
  }
  return spot
}

export function pairsOf({ text }: YamlDocument, map: YAMLMap): readonly YamlPair[] {
  return map.items.flatMap(({ key, value }) => {
    const range = isNode(key) ? key.range : undefined
    if (!range) return []
    const end = endOf(text, value)
    const colon = colonEnd(text, range[1])
    return [
      {
        ...{ key: keyText(key), at: range[0], colonEnd: colon },
        ...{ value: isNode(value) ? value : undefined, end: Math.max(end ?? colon, colon) },
      },
    ]
  })
}

/** Behind the colon after a key; only white space and comments are between them. */
function colonEnd(text: string, keyEnd: number): number {
  const found = /^(?:\s|#.*)*:/.exec(text.slice(keyEnd, keyEnd + 1024))
  return keyEnd + (found?.[0].length ?? 0)
}

/** Without the line breaks and comments that the parser counts to it. */
function endOf(text: string, node: unknown): number | undefined {
  if (!isNode(node) || !node.range) return undefined
  const [start, end] = node.range
  if ((isMap(node) || isSeq(node)) && node.flow !== true) return lastEnd(text, node) ?? end
  const { length } = text.slice(start, end).trimEnd()
  return length === 0 ? undefined : start + length
}

function lastEnd(text: string, { items }: Extract<Node, { items: unknown[] }>): number | undefined {
  const last: unknown = items.at(-1)
  if (typeof last !== 'object' || last === null) return undefined
  if (isNode(last)) return endOf(text, last)
  const { key, value } = last as { readonly key?: unknown; readonly value?: unknown }
  const keyEnd = endOf(text, key) ?? 0
  return Math.max(endOf(text, value) ?? 0, colonEnd(text, keyEnd))
}

/** The place of a value that is written; undefined where nothing is. */
export function rangeOf({ text }: YamlDocument, node: Node | undefined): Range | undefined {
  const end = endOf(text, node)
  if (!node?.range || end === undefined || end <= node.range[0]) return undefined
  return [node.range[0], end]
}

/** Whether no character of a value is written. */
export function isNothing(document: YamlDocument, node: Node | undefined): boolean {
  if (node === undefined) return true
  const isBare = !('anchor' in node) || node.anchor === undefined
  return isNull(node) && isBare && rangeOf(document, node) === undefined
}

function isNull(node: Node | undefined): boolean {
  return isScalar(node) && node.value === null
}

/** Whether a map or a list is written with braces. */
export function isFlow(node: Node | undefined): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true
}

/** Whether a value is written on lines of its own, with an indentation. */
export function isBlock(node: Node | undefined): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true
}

/** The column of a place, from 0. */
export function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf('\n', at - 1) + 1)
}
