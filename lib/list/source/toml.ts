/** Lists in TOML. */

import type { Parsed, SourceFault } from '../../formats/parsed.ts'
import { readDocument } from '../../formats/toml/document.ts'
import { locateKey, locateToml } from '../../formats/toml/locations.ts'
import type { TomlAst } from '../../formats/toml/tree-parser.ts'

export function parseToml(text: string): Parsed {
  const read = readDocument(text)
  if ('fault' in read) return { faults: [read.fault] }
  const date = read.isPlain ? undefined : dateFault(read.tree())
  if (date !== undefined) return { faults: [date] }
  return {
    source: {
      value: read.value,
      locate: path => locateToml(read.tree(), path),
      locateKey: path => locateKey(read.tree(), path),
    },
  }
}

/** Dates are the only values of TOML that YAML and JSON lack; no key of a list accepts one. */
function dateFault(ast: TomlAst): SourceFault | undefined {
  const token = ast.tokens.find(({ type }) => /Date|Time/.test(type))
  if (token === undefined) return undefined
  const { line, column } = token.loc.start
  return {
    line,
    column: column + 1,
    message: 'a date or time is not allowed here',
    hint: 'quote it',
  }
}
