/**
 * Explains why a text is not TOML. The parser gives the place where it stopped; common mistakes at such a place give the
 * reason. No message quotes the text, because it may hold a secret. Pure.
 */

/** Line and column count from 1. */
export interface TomlPosition {
  readonly line: number
  readonly column: number
}

/** Why a text is not TOML, and where. */
export interface TomlFault extends TomlPosition {
  readonly message: string
  readonly hint?: string
}

/** The fault at the place where the parser stopped, explained. `reason` is the message of the parser. */
export function tomlFault(reason: string, text: string, { line, column }: TomlPosition): TomlFault {
  const lines = text.split('\n')
  const here = lines[line - 1] ?? ''
  const marked = `${here.slice(0, column - 1)}${STOP}${here.slice(column - 1)}`
  const mistake = MISTAKES.find(([of, where]) => of.test(reason) && where.test(marked))?.[2]
  const [, plain] = REASONS.find(([of]) => of.test(reason)) ?? []
  const words = mistake ?? plain ?? { message: reason.charAt(0).toLowerCase() + reason.slice(1) }
  return openHeader(reason, lines, line) ?? { ...visiblePlace(lines, line, column), ...words }
}

interface Words {
  readonly message: string
  readonly hint?: string
}

/** Where the parser stopped, in the patterns below. */
const STOP = '‸'
const HEADER = /^\s*‸?\[+‸?[\w."'-]+\]+\s*(#.*)?$/

/** Common mistakes: the message of the parser, and the line around the place where it stopped. The first match counts. */
const MISTAKES: readonly (readonly [reason: RegExp, line: RegExp, words: Words])[] = [
  [
    /^Unexpected char/,
    /‸\/\//,
    { message: 'this is not a comment of TOML', hint: 'start a comment with "#"' },
  ],
  [/^Unexpected char/, /‸[“”„‟‘’«»]/, { message: 'this is not a quote of TOML', hint: 'write "…"' }],
  [
    /^(Unexpected char|Expected comma)/,
    HEADER,
    { message: 'an array above is not closed', hint: 'end it with "]" before this table' },
  ],
  [
    /^Unexpected char/,
    /^\s*\[[^\]=,]*‸/,
    { message: 'a name with this character needs quotes', hint: 'write [registries."*"]' },
  ],
  [
    /^Unexpected char/,
    /[\w"']\s*‸:/,
    { message: 'a key and its value need "=", not ":"', hint: 'write key = value' },
  ],
  [
    /^Unexpected char/,
    /(^|[[,])\s*‸[\w-]+\s*=/,
    { message: 'a key is not allowed in an array', hint: 'put { } around it, or end the array before it' },
  ],
  [/^Unexpected char/, /[=[,]\s*‸|^\s*‸[^=]*$/, { message: 'text needs quotes', hint: 'write "text"' }],
  [
    /^Must be a newline/,
    /^\s*\[.*\]\s*‸/,
    { message: 'a table header must be alone on its line', hint: 'start a new line after it' },
  ],
]

/** The message of a key or table that exists already. */
export const DUPLICATE = 'duplicate key'

const REASONS: readonly (readonly [reason: RegExp, words: Words])[] = [
  [/multiple times/, { message: DUPLICATE, hint: 'remove one' }],
  [/^Unspecified values/, { message: 'a value is missing after "="', hint: 'add a value' }],
  [
    /^Unterminated string/,
    { message: 'a string is not closed', hint: 'end it on its line, with the quote that it starts with' },
  ],
  [/^Unterminated array/, { message: 'an array is not closed', hint: 'add its "]"' }],
  [/^Unterminated inline/, { message: 'an inline table is not closed', hint: 'add its "}"' }],
  [/^Must be a newline/, { message: 'two keys on one line', hint: 'start a new line, or quote text' }],
  [
    /^Unterminated table/,
    { message: 'a table header is not closed', hint: 'end it with "]", and join names with "."' },
  ],
  [/^Expected equal/, { message: 'a key needs "=" and a value', hint: 'write key = value' }],
  [/^Expected comma/, { message: 'a comma or a closing bracket is missing', hint: 'add it' }],
  [
    /^Unexpected token/,
    { message: 'this is not allowed here', hint: 'remove it, or add what is missing before it' },
  ],
]

/** For the parser, a header without its bracket continues on the next line. */
function openHeader(reason: string, lines: readonly string[], line: number): TomlFault | undefined {
  if (!/^The key, equals sign|^Unterminated table/.test(reason)) return undefined
  const above = lines.findLastIndex((text, i) => i < line - 1 && !/^\s*(#|$)/.test(text))
  const header = lines[above]?.trimEnd() ?? ''
  const names = header.replace(/"[^"]*"|'[^']*'/g, '')
  if (!/^\s*\[/.test(names) || /^\s*(\[[^[\]]*\]|\[\[[^[\]]*\]\])/.test(names)) return undefined
  const hint = 'close it with as many "]" as it has "["'
  return { line: above + 1, column: header.length + 1, message: 'a table header is not closed', hint }
}

/** Where a value is missing at the end of a line, the parser points at the next line. */
function visiblePlace(lines: readonly string[], line: number, column: number): TomlPosition {
  const before = lines[line - 2] ?? ''
  const isNextLine = column <= 1 && /=\s*$/.test(before)
  return isNextLine ? { line: line - 1, column: before.trimEnd().length + 1 } : { line, column }
}
