/** HTML that text cannot break out of: every value in a template is text, unless another template has made it. Pure. */
import { printable } from '../../wording/printable.ts'

export interface Markup {
  readonly markup: string
}

type Value = string | number | Markup | undefined | readonly Value[]

/** A piece of HTML. Text is escaped, for elements and quoted attributes alike; undefined is left out. */
export function html(fixed: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { markup: fixed.map((text, i) => text + renderValue(values[i])).join('') }
}

function renderValue(value: Value): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeHtml(value)
  return 'markup' in value ? value.markup : value.map(renderValue).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, character => ENTITIES[character] ?? '')
}
