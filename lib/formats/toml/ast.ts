/** The syntax tree of TOML 1.1, with positions, and its value. */
import { setOwn } from '../is-table.ts'
import { rememberRecent } from '../recent.ts'
import { type TomlFault, type TomlPosition, tomlFault } from './faults.ts'
import {
  type TomlAst,
  type TomlContent,
  type TomlKey,
  type TomlKeyValue,
  type TomlNode,
  treeParser,
} from './tree-parser.ts'

/** Keys from the top of the document; numbers (or their digits) stand for array elements. */
export type TomlPath = readonly (string | number)[]

const MAX_DEPTH = 100

/** Versions of TOML that the parser knows. */
export type TomlVersion = '1.0' | '1.1'

type Parsed = { readonly ast: TomlAst } | { readonly fault: TomlFault }

const parseRecent = rememberRecent<Parsed>(text => parseVersion(text, '1.1'))

/** The syntax tree, or the first fault. Throws nothing. A byte order mark is a fault, as it is for containerd 2. */
export function parseTomlAst(text: string, tomlVersion: TomlVersion = '1.1'): Parsed {
  return tomlVersion === '1.1' ? parseRecent(text) : parseVersion(text, tomlVersion)
}

function parseVersion(text: string, tomlVersion: TomlVersion): Parsed {
  try {
    const ast = treeParser().parseTOML(text, { tomlVersion })
    const deep = tooDeep(ast)
    return deep === undefined ? { ast } : { fault: { ...positionOf(deep), ...TOO_DEEP } }
  } catch (error) {
    return { fault: faultOf(error, text) }
  }
}

/** The plain value of a document. Every key is an own property, `__proto__` too; dates stay Dates. */
export function tomlValue(ast: TomlAst): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const item of ast.body[0].body) {
    if (item.type === 'TOMLKeyValue') assign(root, item)
    else for (const pair of item.body) assign(tableAt(root, item.resolvedKey), pair)
    if (item.type === 'TOMLTable') tableAt(root, item.resolvedKey)
  }
  return root
}

/** Every integer, with all its digits. */
export function integersOf(ast: TomlAst): readonly (TomlPosition & { readonly value: bigint })[] {
  return ast.tokens.flatMap(token =>
    token.type === 'Integer' ? [{ ...positionOf(token), value: token.bigint }] : [],
  )
}

/** The keys of a table header or of a key-value pair, unquoted. */
export function keyNames(key: TomlKey): string[] {
  return key.keys.map(part => (part.type === 'TOMLBare' ? part.name : part.value))
}

function assign(table: Record<string, unknown>, pair: TomlKeyValue): void {
  const names = keyNames(pair.key)
  setOwn(tableAt(table, names.slice(0, -1)), names.at(-1) as string, contentOf(pair.value))
}

function contentOf(node: TomlContent): unknown {
  if (node.type === 'TOMLValue') return node.value
  if (node.type === 'TOMLArray') return node.elements.map(contentOf)
  const table: Record<string, unknown> = {}
  for (const pair of node.body) assign(table, pair)
  return table
}

function tableAt(root: Record<string, unknown>, path: TomlPath): Record<string, unknown> {
  let here = root
  path.forEach((part, i) => {
    if (!Object.hasOwn(here, part)) setOwn(here, part, typeof path[i + 1] === 'number' ? [] : {})
    here = here[part] as Record<string, unknown>
  })
  return here
}

export function positionOf(node: Pick<TomlNode, 'loc'>): TomlPosition {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 }
}

/** Recursion is safe only in a shallow tree. */
function tooDeep(ast: TomlAst) {
  let depth = 0
  return ast.tokens.find(token => {
    if (token.type !== 'Punctuator') return false
    if (token.value === '[' || token.value === '{') depth += 1
    if (token.value === ']' || token.value === '}') depth -= 1
    return depth > MAX_DEPTH
  })
}

const TOO_DEEP = { message: `brackets are nested more than ${MAX_DEPTH} deep`, hint: 'remove some' }

function faultOf(error: unknown, text: string): TomlFault {
  if (error instanceof treeParser().ParseError) {
    return tomlFault(error.message, text, { line: error.lineNumber, column: error.column + 1 })
  }
  if (error instanceof RangeError) return { line: 1, column: 1, ...TOO_DEEP }
  throw error
}
