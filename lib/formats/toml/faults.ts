/**
 * What is wrong with a text that is not TOML. The parser says where it stopped; what is usual at that place says why.
 * No message quotes the text, for it may hold a secret. Pure.
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

/** The fault that the parser found at a place, in our words. */
export function tomlFault(said: string, text: string, { line, column }: TomlPosition): TomlFault {
  const lines = text.split('\n')
  const here = lines[line - 1] ?? ''
  const marked = `${here.slice(0, column - 1)}${SPOT}${here.slice(column - 1)}`
  const slip = SLIPS.find(([of, where]) => of.test(said) && where.test(marked))?.[2]
  const [, plain] = WORDS.find(([of]) => of.test(said)) ?? []
  const words = slip ?? plain ?? { message: said.charAt(0).toLowerCase() + said.slice(1) }
  return broken(said, lines, line) ?? { ...visible(lines, line, column), ...words }
}

interface Words {
  readonly message: string
  readonly hint?: string
}

/** Where the parser stopped, in the patterns below. */
const SPOT = '‸'
const HEADER = /^\s*‸?\[+‸?[\w."'-]+\]+\s*(#.*)?$/

/** What people write: what the parser says of it, and how the line then looks. The first that fits counts. */
const SLIPS: readonly (readonly [said: RegExp, line: RegExp, words: Words])[] = [
  [/^Unexpected char/, /‸\/\//, { message: 'a comment begins with "#"' }],
  [
    /^Unexpected char/,
    /‸[“”„‟‘’«»]/,
    { message: 'TOML does not know this quote', hint: 'write plain ones: "…"' },
  ],
  [
    /^(Unexpected char|Expected comma)/,
    HEADER,
    { message: 'an array above is not closed', hint: 'end it with "]" before this table' },
  ],
  [
    /^Unexpected char/,
    /^\s*\[[^\]=,]*‸/,
    { message: 'a name with this character needs quotes', hint: 'such as [registries."*"]' },
  ],
  [/^Unexpected char/, /[\w"']\s*‸:/, { message: 'a key and its value need "=", not ":"' }],
  [
    /^Unexpected char/,
    /(^|[[,])\s*‸[\w-]+\s*=/,
    { message: 'a key cannot stand in an array', hint: 'put { } around it, or end the array before it' },
  ],
  [
    /^Unexpected char/,
    /[=[,]\s*‸|^\s*‸[^=]*$/,
    { message: 'text needs quotes', hint: 'only numbers, true and false stand without' },
  ],
  [/^Must be a newline/, /^\s*\[.*\]\s*‸/, { message: 'nothing may follow a table header on its line' }],
]

/** The message of a key or table that stands there already. */
export const GIVEN_TWICE = 'this key or table is given twice'

const WORDS: readonly (readonly [said: RegExp, words: Words])[] = [
  [/multiple times/, { message: GIVEN_TWICE }],
  [/^Unspecified values/, { message: 'a value is missing after "="' }],
  [/^Unterminated string/, { message: 'a string is not closed', hint: 'end it as it begins, on its line' }],
  [/^Unterminated array/, { message: 'an array is not closed', hint: 'add its "]"' }],
  [/^Unterminated inline/, { message: 'an inline table is not closed', hint: 'add its "}"' }],
  [/^Must be a newline/, { message: 'only one key and value fit on a line', hint: 'text stands in quotes' }],
  [
    /^Unterminated table/,
    { message: 'a table header is not closed', hint: 'end it with "]", and join names with "."' },
  ],
  [/^Expected equal/, { message: 'a key needs "=" and a value' }],
  [/^Expected comma/, { message: 'a comma is missing', hint: 'or the bracket before it is not closed' }],
  [/^Unexpected token/, { message: 'this cannot stand here', hint: 'take it out, or add what is before it' }],
]

/** A header without its bracket goes on, to the parser, on the next line. */
function broken(said: string, lines: readonly string[], line: number): TomlFault | undefined {
  if (!/^The key, equals sign|^Unterminated table/.test(said)) return undefined
  const above = lines.findLastIndex((text, i) => i < line - 1 && !/^\s*(#|$)/.test(text))
  const header = lines[above]?.trimEnd() ?? ''
  const names = header.replace(/"[^"]*"|'[^']*'/g, '')
  if (!/^\s*\[/.test(names) || /^\s*(\[[^[\]]*\]|\[\[[^[\]]*\]\])/.test(names)) return undefined
  const hint = 'it ends with as many "]" as it begins with "["'
  return { line: above + 1, column: header.length + 1, message: 'a table header is not closed', hint }
}

/** The parser points behind the end of a line for what is missing on it; people look at the line itself. */
function visible(lines: readonly string[], line: number, column: number): TomlPosition {
  const before = lines[line - 2] ?? ''
  const behind = column <= 1 && /=\s*$/.test(before)
  return behind ? { line: line - 1, column: before.trimEnd().length + 1 } : { line, column }
}
