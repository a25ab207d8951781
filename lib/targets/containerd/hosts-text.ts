/** The text of a hosts.toml as the TOML parser of each containerd takes it. Pure. */
import { keyNames, parseTomlAst, type TomlAst } from '../../formats/toml/ast.ts'
import type { Generation } from './generation.ts'

/** Why containerd refuses a whole hosts.toml. */
export interface Refusal {
  readonly reason: string
  readonly hint?: string
  readonly line?: number
  readonly column?: number
}

export function parseHostsText(text: string, reader: Generation): { readonly ast: TomlAst } | Refusal {
  return reader.major < 2 ? parseAs1(text) : parseAs2(text)
}

/** go-toml v2 reads TOML 1.0, and no other bytes than UTF-8: those are U+FFFD here. */
function parseAs2(text: string): { readonly ast: TomlAst } | Refusal {
  if (text.includes('\ufffd')) return { reason: 'it is not UTF-8' }
  const parsed = parseTomlAst(text, '1.0')
  return 'fault' in parsed ? refusalOf(parsed.fault) : parsed
}

/** go-toml v1 skips a byte order mark (toml.go LoadBytes@v1.9.5), and reads line breaks in inline tables. */
function parseAs1(text: string): { readonly ast: TomlAst } | Refusal {
  const parsed = parseTomlAst(text.replace(/^\ufeff/, ''), '1.1')
  if ('fault' in parsed) return refusalOf(parsed.fault)
  return bracketInHeader(parsed.ast) ?? parsed
}

function refusalOf({
  message,
  ...rest
}: {
  message: string
  hint?: string
  line: number
  column: number
}): Refusal {
  return { reason: message, ...rest }
}

/** The first `]` ends a header, quoted or not, and a `[` must not stand in it (lexer.go lexInsideTableKey@v1.9.5). */
function bracketInHeader(ast: TomlAst): Refusal | undefined {
  const header = ast.body[0].body.find(
    item => item.type === 'TOMLTable' && keyNames(item.key).some(name => /[[\]]/.test(name)),
  )
  if (header === undefined) return undefined
  const { line, column } = header.loc.start
  return {
    reason: 'containerd 1.x reads no header with "[" or "]" in a name',
    hint: 'give an IPv6 address a name in DNS or /etc/hosts',
    line,
    column: column + 1,
  }
}
