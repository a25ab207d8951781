/** Breaks sentences into lines. */
import { columnsOf } from './columns.ts'
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

/** Lines of at most `width` columns, broken at spaces. A longer word has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
