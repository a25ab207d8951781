/** The files that a hosts.toml names, whichever release reads it. Pure. */
import { BYTE_ORDER_MARK } from '../../../formats/byte-order-mark.ts'
import { parseTomlAst } from '../../../formats/toml/ast.ts'
import { namedCertificates } from './named-certificates.ts'

export function namedFiles(text: string, directory: string): readonly string[] {
  const parsed = parseTomlAst(text.replace(BYTE_ORDER_MARK, ''))
  if ('fault' in parsed) return []
  return namedCertificates(parsed.ast, directory).flatMap(({ cert, key = cert }) => [cert, key])
}
