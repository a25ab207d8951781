/**
 * JSON with positions. JSON.parse decides what is JSON: dockerd, like most programs, refuses comments and trailing commas.
 * jsonc-parser knows where each value is; this is its only importer.
 */
import type { Node } from 'jsonc-parser'
import type { Range } from '../format.ts'
import { loadPackage } from '../load-package.ts'

export type JsonNode = Node

export interface JsonDocument {
  readonly text: string
  readonly root: JsonNode
  readonly value: unknown
}

export interface Property {
  readonly key: string
  /** Of the key, the colon and the value. */
  readonly range: Range
  readonly keyEnd: number
  readonly value: JsonNode
}

/** Where a path leads. */
export interface Spot {
  /** The node at the end of the path; where the path ends early, the last object on it. */
  readonly node: JsonNode
  /** The keys that are missing. */
  readonly missing: readonly string[]
}

/** Recursion is safe only in a shallow tree. */
const MAX_DEPTH = 100

/** Undefined where the text is not JSON. */
export function parseDocument(text: string): JsonDocument | undefined {
  const value = parseValue(text)
  const root = value === undefined ? undefined : jsonParser().parseTree(text)
  return root && { text, root, value }
}

/** The offset at which a text that is not JSON stops being JSON. */
export function findFault(text: string): number {
  const errors: { readonly offset: number }[] = []
  if (!isDeep(text)) jsonParser().parseTree(text, errors as never[], { disallowComments: true })
  return errors[0]?.offset ?? text.trimEnd().length
}

function jsonParser(): typeof import('jsonc-parser') {
  return loadPackage('jsonc-parser')
}

/** Undefined where the text is not JSON, which has no value that is undefined. */
export function parseValue(text: string): unknown {
  try {
    return isDeep(text) ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Undefined where the path leads through something else than an object, or over a key that is there twice. */
export function findSpot({ root }: JsonDocument, path: readonly string[]): Spot | undefined {
  let node = root
  for (const [depth, key] of path.entries()) {
    if (node.type !== 'object') return undefined
    const [found, second] = propertiesOf(node).filter(property => property.key === key)
    if (second !== undefined) return undefined
    if (found === undefined) return { node, missing: path.slice(depth) }
    node = found.value
  }
  return { node, missing: [] }
}

/** None where the node is not an object. */
export function propertiesOf({ type, children = [] }: JsonNode): readonly Property[] {
  if (type !== 'object') return []
  return children.flatMap(property => {
    const [key, value] = property.children ?? []
    if (key === undefined || value === undefined) return []
    return [{ key: String(key.value), range: rangeOf(property), keyEnd: rangeOf(key)[1], value }]
  })
}

export function rangeOf({ offset, length }: JsonNode): Range {
  return [offset, offset + length]
}

export function textOf({ text }: JsonDocument, node: JsonNode): string {
  return text.slice(...rangeOf(node))
}

function isDeep(text: string): boolean {
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth += 1
    if (token === ']' || token === '}') depth -= 1
    if (depth > MAX_DEPTH) return true
  }
  return false
}
