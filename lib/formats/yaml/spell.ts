/** How a YAML text is laid out, so that what is added looks like the rest. Pure. */
import type { Json } from '../format.ts'
import { columnOf, isBlock, pairsOf } from './document.ts'
import { isMap } from './package.ts'
import type { YamlDocument } from './parse.ts'

/** What one level of a document is indented by. */
export function unitOf(document: YamlDocument): string {
  const { root, text } = document
  const pairs = isMap(root) && isBlock(root) ? pairsOf(document, root) : []
  for (const { at, value } of pairs) {
    const inner = isBlock(value) ? value?.range?.[0] : undefined
    const width = inner === undefined ? 0 : columnOf(text, inner) - columnOf(text, at)
    if (width > 0 && isMap(value)) return ' '.repeat(width)
  }
  return '  '
}

/** A string in double quotes has the same escapes in JSON and YAML. */
export function spellFlow(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spellFlow).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${spellFlow(one)}`)
    .join(', ')}}`
}

/** Keys in one another, the value in the last one, in braces. */
export function nestedFlow([key, ...rest]: readonly string[], value: Json): string {
  if (key === undefined) return spellFlow(value)
  const below = nestedFlow(rest, value)
  return `${JSON.stringify(key)}: ${rest.length === 0 ? below : `{${below}}`}`
}

/** The same on lines of their own, the first one indented by `indent`, without a final line break. */
export function nestedLines(
  [key, ...rest]: readonly string[],
  value: Json,
  indent: string,
  unit: string,
): readonly string[] {
  if (key === undefined) return []
  const name = `${indent}${spellKey(key)}:`
  if (rest.length > 0) return [name, ...nestedLines(rest, value, indent + unit, unit)]
  if (!isList(value)) return [`${name} ${spellFlow(value)}`]
  return [name, ...listLines(value, `${indent}${unit}`)]
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value) && value.length > 0
}

export function listLines(values: readonly Json[], indent: string): readonly string[] {
  return values.map(value => `${indent}- ${spellFlow(value)}`)
}

/** Text that no release of YAML reads as something else. */
const PLAIN_KEY = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z_][\w.-]*$/i

function spellKey(key: string): string {
  return PLAIN_KEY.test(key) ? key : JSON.stringify(key)
}
