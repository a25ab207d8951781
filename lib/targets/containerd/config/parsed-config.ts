/** A config.toml, or a file that it imports, after parsing. */
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'

export interface ParsedConfig {
  readonly path: string
  /** The text of the file without a byte order mark. */
  readonly text: string
  readonly byteOrderMark: boolean
  readonly value: Readonly<Record<string, unknown>>
  /** `version` of the file; undefined where it has none, which means 1. */
  readonly version: number | undefined
  /** For positions; parsed at its first use. */
  tree(): TomlAst
}
