/** A TOML text that is read for its value; its syntax tree is made when a position is first needed. */
import type { Table } from '../is-table.ts'
import { rememberRecent } from '../recent.ts'
import { parseTomlAst, tomlValue } from './ast.ts'
import { readValues } from './fast-parser.ts'
import type { TomlFault } from './faults.ts'
import type { TomlAst } from './tree-parser.ts'

export interface TomlDocument {
  /** Plain data. Every key is an own property, `__proto__` too; dates stay Dates. */
  readonly value: Table
  /** Whether the text has no date, no integer of more than 53 bits, and no float without a fraction. */
  readonly isPlain: boolean
  tree(): TomlAst
}

type Read = TomlDocument | { readonly fault: TomlFault }

/** The document, or the first fault. Throws nothing. A byte order mark is a fault, as it is for containerd 2. */
export const readDocument = rememberRecent(parseDocument)

function parseDocument(text: string): Read {
  const value = readValues(text)
  if (value !== undefined) return { value, isPlain: true, tree: treeOf(text) }
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return parsed
  const { ast } = parsed
  return { value: tomlValue(ast), isPlain: false, tree: () => ast }
}

/** The syntax tree of a text that the fast parser reads. */
function treeOf(text: string): () => TomlAst {
  let ast: TomlAst | undefined
  return () => {
    ast ??= validTree(text)
    return ast
  }
}

function validTree(text: string): TomlAst {
  const parsed = parseTomlAst(text)
  if ('ast' in parsed) return parsed.ast
  throw new Error(`the TOML parsers disagree: ${parsed.fault.message}`)
}
