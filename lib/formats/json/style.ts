/** How a JSON text is laid out, so that what is added looks like the rest. Pure. */
import type { Json } from '../format.ts'
import { indentAt, lineBreak } from '../lines.ts'
import { type JsonDocument, type JsonNode, propertiesOf, textOf } from './document.ts'

export interface Style {
  readonly lineBreak: string
  /** What one level is indented by. */
  readonly unit: string
  /** Between a key and its value. */
  readonly colon: string
}

/** Writes a value whose first line is indented by `indent`. */
export type Spelling = (style: Style, indent: string, onLines: boolean) => string

/** The style around an object, or else that of the document. */
export function styleAt(document: JsonDocument, object: JsonNode): Style {
  const { text, root } = document
  const near = propertiesOf(object).at(-1) ?? propertiesOf(root)[0]
  const colon = near && text.slice(near.keyEnd, near.value.offset)
  return {
    lineBreak: lineBreak(text),
    unit: unitOf(document),
    colon: colon === undefined || /[\r\n]/.test(colon) ? ': ' : colon,
  }
}

/** The indentation of the first key of the document that has a line of its own. */
function unitOf({ text, root }: JsonDocument): string {
  const [first] = propertiesOf(root)
  return first !== undefined && /\n[ \t]*$/.test(text.slice(0, first.range[0]))
    ? indentAt(text, first.range[0])
    : '  '
}

/** Whether the document has more than one line, or nothing in it. */
export function hasLines(document: JsonDocument): boolean {
  const inside = textOf(document, document.root)
  return inside.includes('\n') || propertiesOf(document.root).length === 0
}

/** The keys, one in the other, with the value in the last one. */
export function nested(
  [key, ...rest]: readonly string[],
  value: Spelling,
  style: Style,
  indent: string,
  onLines: boolean,
): string {
  const below = indent + style.unit
  const spelled =
    rest.length === 0
      ? value(style, indent, onLines)
      : braces(nested(rest, value, style, below, onLines), style, indent, onLines)
  return `${JSON.stringify(key)}${style.colon}${spelled}`
}

/** An object with these properties. */
export function braces(inside: string, style: Style, indent: string, onLines: boolean): string {
  if (!onLines) return `{${inside}}`
  return `{${style.lineBreak}${indent}${style.unit}${inside}${style.lineBreak}${indent}}`
}

export function spell(value: Json): Spelling {
  return ({ unit, lineBreak, colon }, indent, onLines) => {
    if (onLines) return JSON.stringify(value, null, unit).replaceAll('\n', lineBreak + indent)
    if (colon === ':') return JSON.stringify(value)
    // No string of JSON has a line break in it.
    return JSON.stringify(value, null, 1).replace(/,\n */g, ', ').replace(/\n */g, '')
  }
}
