/** Lists in TOML. */
import { locateKey, locateToml, parseTomlAst, type TomlAst, tomlValue } from '../../formats/toml/ast.ts'
import type { Parsed, SourceFault } from './parsed.ts'

export function parseToml(text: string): Parsed {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return { faults: [parsed.fault] }
  const { ast } = parsed
  const date = dateFault(ast)
  if (date !== undefined) return { faults: [date] }
  return {
    source: {
      value: tomlValue(ast),
      locate: path => locateToml(ast, path),
      locateKey: path => locateKey(ast, path),
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
