/** TOML as the parser of containerd 1.x takes it: github.com/pelletier/go-toml v1.9.5. Pure. */
import { parseTomlAst } from '../../../formats/toml/ast.ts'
import { DUPLICATE, type TomlFault } from '../../../formats/toml/faults.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'
import { type Refusal, refusalOf } from './refusal.ts'

/** go-toml v1 skips a byte order mark (toml.go LoadBytes@v1.9.5) and reads line breaks in inline tables. */
export function parseGoToml1(whole: string): { readonly ast: TomlAst } | Refusal {
  const text = whole.replace(/^\ufeff/, '')
  const parsed = parseTomlAst(withRawHeaders(text), '1.1')
  if ('fault' in parsed) {
    const doubtful = repeatsOtherwise(text, parsed.fault) || isLenient1(text)
    return { ...refusalOf(parsed.fault), ...(doubtful && { effect: 'unknown' }) }
  }
  return bracketInHeader(parsed.ast) ?? newerToml(parsed.ast, text) ?? oddValue(parsed.ast) ?? parsed
}

/** Between the brackets of a header, a backslash is only a character (lexer.go lexInsideTableKey@v1.9.5). */
function withRawHeaders(text: string): string {
  const rawNames = (header: string) => header.replace(/"[^"]*"/g, name => name.replaceAll('\\', '\\\\'))
  return text.replace(/^[ \t]*\[[^\]\n]*\]/gm, rawNames)
}

/** The first `]` ends a header, quoted or not, and a `[` must not stand in it (lexer.go lexInsideTableKey@v1.9.5). */
function bracketInHeader(ast: TomlAst): Refusal | undefined {
  const header = ast.body[0].body.find(
    item => item.type === 'TOMLTable' && item.resolvedKey.some(name => /[[\]]/.test(String(name))),
  )
  if (header === undefined) return undefined
  const { line, column } = header.loc.start
  const reason = 'containerd 1.x reads no header with "[" or "]" in a name'
  return { reason, hint: 'give an IPv6 address a name in DNS or /etc/hosts', line, column: column + 1 }
}

/** What TOML 1.1 has besides line breaks in inline tables: a comma at their end, and new escapes. */
function newerToml(ast: TomlAst, text: string): Refusal | undefined {
  const isComma = (i: number) => ast.tokens[i]?.type === 'Punctuator' && ast.tokens[i]?.value === ','
  const token = ast.tokens.find(({ type, value, range }, i) => {
    if (type === 'Punctuator') return value === '}' && isComma(i - 1)
    return /^(MultiLine)?BasicString$/.test(type) && /(^|[^\\])(\\\\)*\\[ex]/.test(text.slice(...range))
  })
  if (token === undefined) return undefined
  return { reason: 'it is not TOML 1.0', line: token.loc.start.line, column: token.loc.start.column + 1 }
}

/** Dates, and numbers beyond 64 bits: go-toml v1 refuses some of them, wherever they stand. */
function oddValue(ast: TomlAst): Refusal | undefined {
  const isLong = (value: bigint) => value > 2n ** 64n - 1n || value < -(2n ** 63n)
  const token = ast.tokens.find(
    token =>
      /Date|Time/.test(token.type) ||
      (token.type === 'Integer' && isLong(token.bigint)) ||
      (token.type === 'Float' && !Number.isFinite(token.number)),
  )
  if (token === undefined) return undefined
  const { line, column } = token.loc.start
  return { reason: 'it holds a date or a number without bounds', line, column: column + 1, effect: 'unknown' }
}

/** go-toml v1 minds a table given twice only where both headers have the same text (parser.go parseGroup@v1.9.5). */
function repeatsOtherwise(text: string, { message, line }: TomlFault): boolean {
  if (message !== DUPLICATE) return false
  const headers = text.split('\n').map(one => /^[ \t]*\[([^\]]*)\]/.exec(one)?.[1])
  const header = headers[line - 1]
  return header !== undefined && headers.filter(other => other === header).length === 1
}

/** What go-toml v1 does not mind, and how it is written without the fault (lexer.go, keysparsing.go@v1.9.5). */
const LENIENCIES: readonly (readonly [fault: RegExp, written: string])[] = [
  // Control characters, in comments and literal strings.
  [/[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, ' '],
  // A key behind a header on its line, a dot before a key, and no dot behind a quoted part of one.
  [/^([ \t]*\[[^\]\n]*\])[ \t]*(?=[^\s#])/gm, '$1\n'],
  [/^([ \t]*)\.(?=[\w"'-])/gm, '$1'],
  [/^([ \t]*(?:"[^"\n]*"|'[^'\n]*'))(?=[\w"'-])/gm, '$1.'],
]

function isLenient1(text: string): boolean {
  const relaxed = LENIENCIES.reduce((all, [fault, written]) => all.replace(fault, written), text)
  return relaxed !== text && 'ast' in parseTomlAst(relaxed, '1.1')
}
