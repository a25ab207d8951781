/** The text of a hosts.toml as the TOML parser of each containerd takes it. Pure. */
import { keyNames, parseTomlAst, type TomlAst } from '../../formats/toml/ast.ts'
import { GIVEN_TWICE, type TomlFault } from '../../formats/toml/faults.ts'
import { flatten, type Pair } from '../../formats/toml/pairs.ts'
import type { Generation } from './generation.ts'

/** Why containerd refuses a whole hosts.toml. */
export interface Refusal {
  readonly reason: string
  readonly hint?: string
  readonly line?: number
  readonly column?: number
  /** Absent: containerd goes on without the file. `crash`: it crashes. `unknown`: it may read what regmirror cannot. */
  readonly effect?: 'crash' | 'unknown'
}

export function parseHostsText(text: string, reader: Generation): { readonly ast: TomlAst } | Refusal {
  return reader.major < 2 ? parseAs1(text.replace(/^\ufeff/, '')) : parseAs2(text)
}

/** go-toml v2 reads TOML 1.0, and no other bytes than UTF-8: those are U+FFFD here. */
function parseAs2(text: string): { readonly ast: TomlAst } | Refusal {
  if (text.includes('\ufffd')) return { reason: 'it is not UTF-8' }
  const parsed = parseTomlAst(text, '1.0')
  return 'fault' in parsed ? refusalOf(parsed.fault) : (dottedSkipVerify(parsed.ast) ?? parsed)
}

/**
 * go-toml v2 crashes when a dotted key sets skip_verify in a host that another dotted key has made, and newer releases of
 * it do not (unmarshaler.go fieldByIndex@v2.2.4).
 */
function dottedSkipVerify(ast: TomlAst): Refusal | undefined {
  const pairs = flatten(ast).filter(({ path }) => path[0] === 'host' && path.length > 2)
  const isDotted = ({ path, node }: Pair) =>
    /^skip_verify$/i.test(String(path[2])) && keyNames(node.key).length > 1
  const found = pairs.find(
    (pair, i) => isDotted(pair) && pairs.slice(0, i).some(({ path }) => path[1] === pair.path[1]),
  )
  if (found === undefined) return undefined
  const { line, column } = found.node.loc.start
  const reason = 'containerd 2 crashes on this dotted key or ignores it, by its TOML library'
  return { reason, hint: 'write a [host."…"] header', line, column: column + 1, effect: 'unknown' }
}

/** go-toml v1 skips a byte order mark (toml.go LoadBytes@v1.9.5) and reads line breaks in inline tables. */
function parseAs1(text: string): { readonly ast: TomlAst } | Refusal {
  const parsed = parseTomlAst(withRawHeaders(text), '1.1')
  if ('fault' in parsed) {
    const doubtful = repeatsOtherwise(text, parsed.fault) || isLenient1(text)
    return { ...refusalOf(parsed.fault), ...(doubtful && { effect: 'unknown' }) }
  }
  return bracketInHeader(parsed.ast) ?? newerToml(parsed.ast, text) ?? oddValue(parsed.ast) ?? parsed
}

function refusalOf({ message, ...rest }: TomlFault): Refusal {
  return { reason: message, ...rest }
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
  if (message !== GIVEN_TWICE) return false
  const headers = text.split('\n').map(one => /^[ \t]*\[([^\]]*)\]/.exec(one)?.[1])
  const header = headers[line - 1]
  return header !== undefined && headers.filter(other => other === header).length === 1
}

/** Faults that go-toml v1 does not mind: control characters in comments, and a key behind a header on its line. */
function isLenient1(text: string): boolean {
  const relaxed = text
    .replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, ' ')
    .replace(/^([ \t]*\[[^\]\n]*\])[ \t]*(?=[^\s#])/gm, '$1\n')
  return relaxed !== text && 'ast' in parseTomlAst(relaxed, '1.1')
}
