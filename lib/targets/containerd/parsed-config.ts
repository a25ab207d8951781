/** A config.toml, or a file that it imports, that parses. */
import type { TomlAst } from '../../formats/toml/ast.ts'

export interface ParsedConfig {
  readonly path: string
  /** As it stands in the file, a byte order mark left out. */
  readonly text: string
  readonly byteOrderMark: boolean
  readonly ast: TomlAst
  readonly value: Readonly<Record<string, unknown>>
  /** `version` of the file; undefined when it has none, which containerd takes for 1. */
  readonly version: number | undefined
}
