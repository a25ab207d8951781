/** Finds secrets in a JSON text: below certain keys, in certain arguments, and in urls that are spelled with escapes. Pure. */
import { hideCredentials } from '../../model/hide-credentials.ts'
import type { Range } from '../format.ts'
import { isSecretArgument, isSecretKey } from '../secret-words.ts'
import {
  type JsonDocument,
  type JsonNode,
  parseDocument,
  parseValue,
  propertiesOf,
  rangeOf,
  textOf,
} from './document.ts'

/** Undefined where the text is not JSON. */
export function jsonSecrets(text: string): readonly Range[] | undefined {
  const document = parseDocument(text)
  return document && secretsIn(document, document.root, false)
}

/** The value of a literal as text; the literal itself where it is not JSON. */
export function unquoteJson(literal: string): string {
  const value = parseValue(literal)
  return value === undefined ? literal : String(value)
}

/** `above`: a key above the node is the name of a secret. */
function secretsIn(document: JsonDocument, node: JsonNode, above: boolean): readonly Range[] {
  if (node.type === 'object')
    return propertiesOf(node).flatMap(({ key, value }) =>
      secretsIn(document, value, above || isSecretKey(key)),
    )
  if (node.type === 'array') return (node.children ?? []).flatMap(item => secretsIn(document, item, above))
  return above || isSecretText(document, node) ? [rangeOf(node)] : []
}

function isSecretText(document: JsonDocument, node: JsonNode): boolean {
  if (node.type !== 'string') return false
  const value = String(node.value)
  return (
    isSecretArgument(value) || (textOf(document, node).includes('\\') && hideCredentials(value) !== value)
  )
}
