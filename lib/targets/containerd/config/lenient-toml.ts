/** What the parser of containerd 1.x reads, though it is no TOML (github.com/pelletier/go-toml@v1.9.5). Pure. */
import { parseTomlAst } from '../../../formats/toml/ast.ts'

/** Control characters in comments and strings. */
const CONTROL = /[^\P{Cc}\t\r\n]/gu
/** `[grpc] address = "/run/x"` on one line. */
const TABLE_AND_KEY = /^([ \t]*\[[^\]\n]*\]+)[ \t]*(?=[^\s#\]])/gm

export function isReadBy1(text: string): boolean {
  return 'ast' in parseTomlAst(text.replace(CONTROL, ' ').replace(TABLE_AND_KEY, '$1\n'))
}
