/** The lines of a text, by offsets. Pure. */
import type { Edit } from './edit.ts'

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

/** The start of the line that `at` is in. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

/** Removes lines with their line breaks; for the last line of a text that is the one before it. */
export function wholeLines(text: string, at: number, end: number): Edit {
  if (end < text.length) return { at, end: end + (text[end] === '\r' ? 2 : 1), text: '' }
  const before = text[at - 1] === '\n' ? (text[at - 2] === '\r' ? 2 : 1) : 0
  return { at: at - before, end, text: '' }
}
