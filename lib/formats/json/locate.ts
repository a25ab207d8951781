/** Where values of a JSON text stand, and where a text stops being JSON. Pure. */
import { findFault, type JsonNode, parseDocument, parseValue, propertiesOf } from './document.ts'

export interface JsonPlace {
  readonly line: number
  readonly column: number
}

/** Every place of a key at the top, in the order of the text; empty where the text is not an object. */
export function placesOfKey(text: string, key: string): readonly JsonPlace[] {
  const root = parseDocument(text)?.root
  const found = root === undefined ? [] : propertiesOf(root).filter(property => property.key === key)
  return found.map(({ range: [at] }) => placeAt(text, at))
}

/** The place of a key, or of an element; of a key that is there twice, the last one, which counts. */
export function locateJson(text: string, path: readonly (string | number)[]): JsonPlace | undefined {
  let node: JsonNode | undefined = parseDocument(text)?.root
  let at = node?.offset
  for (const part of path) {
    const next: { at: number; node: JsonNode } | undefined = node && child(node, part)
    node = next?.node
    at = next?.at
  }
  return at === undefined ? undefined : placeAt(text, at)
}

function child(node: JsonNode, part: string | number): { at: number; node: JsonNode } | undefined {
  if (typeof part === 'string') {
    const property = propertiesOf(node).findLast(({ key }) => key === part)
    return property && { at: property.range[0], node: property.value }
  }
  const element = node.type === 'array' ? node.children?.[part] : undefined
  return element && { at: element.offset, node: element }
}

/** Why a text is no JSON, and where; the text is not quoted. Undefined: it is JSON. */
export function jsonFault(text: string): (JsonPlace & { readonly message: string }) | undefined {
  if (parseValue(text) !== undefined) return undefined
  const at = findFault(text)
  const ends = at >= text.trimEnd().length
  return { message: ends ? 'is not JSON: it ends too early' : 'is not JSON here', ...placeAt(text, at) }
}

function placeAt(text: string, at: number): JsonPlace {
  const before = text.slice(0, at)
  const start = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: at - start + 1 }
}
