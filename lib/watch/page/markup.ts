/** HTML that cannot be broken out of: whatever a template is given is text, unless a template has made it. Pure. */
import { printable } from '../../wording/printable.ts'

export interface Markup {
  readonly markup: string
}

type Part = string | number | Markup | undefined | readonly Part[]

/** A piece of HTML. Text is escaped, for elements and quoted attributes alike; what is undefined is left out. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: fixed.map((text, nth) => text + written(parts[nth])).join('') }
}

function written(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'number') return String(part)
  if (typeof part === 'string') return escaped(part)
  return 'markup' in part ? part.markup : part.map(written).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, character => ENTITIES[character] ?? '')
}
