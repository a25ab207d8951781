/** Sentences that fit the page. Pure. */
import { wrap } from '../wording/wrap.ts'
import type { TerminalStyle } from './terminal.ts'

/** Lines that fit a terminal, the second and further ones indented; in a pipe the one line. */
export function fitted(
  text: string,
  { wrapped, width }: Pick<TerminalStyle, 'wrapped' | 'width'>,
  indent = '',
): readonly string[] {
  if (!wrapped) return [text]
  const lead = /^ */.exec(text)?.[0] ?? ''
  const [first = '', ...rest] = wrap(text.slice(lead.length), width - Math.max(lead.length, indent.length))
  return [lead + first, ...rest.map(line => indent + line)]
}
