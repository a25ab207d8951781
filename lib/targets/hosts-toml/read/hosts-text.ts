/** The text of a hosts.toml as the TOML parser of each containerd takes it. Pure. */

import { rememberRecent } from '../../../formats/recent.ts'
import { keyNames, parseTomlAst } from '../../../formats/toml/ast.ts'
import { flatten, type Pair } from '../../../formats/toml/pairs.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'
import type { Release } from '../../release.ts'
import { parseGoToml1 } from './go-toml-1.ts'
import { type Refusal, refusalOf } from './refusal.ts'

/** Several releases of one major version read a text alike. */
const [parse1, parse2] = [rememberRecent(parseGoToml1), rememberRecent(parseGoToml2)]

export function parseHostsText(text: string, reader: Release): { readonly ast: TomlAst } | Refusal {
  if (reader.major > 1) return loneReturn(text) ?? parse2(text)
  const found = loneReturn(text)
  return found === undefined ? parse1(text) : { ...found, effect: 'unknown' }
}

/** Only 1.x reads a carriage return without a line feed, and not everywhere as a line break. */
function loneReturn(text: string): Refusal | undefined {
  const index = text.search(/\r(?!\n)/)
  if (index === -1) return undefined
  const line = text.slice(0, index).split('\n').length
  return { reason: 'a carriage return stands alone', hint: 'write line breaks as LF or CRLF', line }
}

/** go-toml v2 reads TOML 1.0 without a byte order mark, and no other bytes than UTF-8: those are U+FFFD here. */
function parseGoToml2(text: string): { readonly ast: TomlAst } | Refusal {
  const hint = 'save it as UTF-8 without a byte order mark'
  if (text.startsWith('\ufeff')) return { reason: 'it starts with a byte order mark', hint }
  if (text.includes('\ufffd')) return { reason: 'it is not UTF-8', hint }
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
