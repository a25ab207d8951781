/** The lines of a text, by offsets. Pure. */

/** The line break of a text. */
export function lineBreak(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
}

/** The end of the line that `from` is in, before its line break. */
export function lineEnd(text: string, from: number): number {
  const found = text.slice(from).search(/\r?\n/)
  return found === -1 ? text.length : from + found
}

/** The white space at the start of the line that `at` is in. */
export function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}
