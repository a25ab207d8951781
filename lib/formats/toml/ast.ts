/**
 * TOML with positions: the syntax tree, its value, and the place of each key path. The only importer of toml-eslint-parser,
 * which reads TOML 1.1 and keeps ranges.
 */
import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'
import { setOwn } from '../is-table.ts'
import { type TomlFault, type TomlPosition, tomlFault } from './faults.ts'

export type TomlAst = AST.TOMLProgram
export type TomlNode = AST.TOMLNode
export type TomlTable = AST.TOMLTable
export type TomlKeyValue = AST.TOMLKeyValue
export type TomlContent = AST.TOMLContentNode

/** Keys from the top of the document; numbers (or their digits) stand for array elements. */
export type TomlPath = readonly (string | number)[]

const MAX_DEPTH = 100

/** Versions of TOML that the parser knows. */
export type TomlVersion = '1.0' | '1.1'

/** The syntax tree, or the first fault. Throws nothing. A byte order mark is a fault, as it is for containerd 2. */
export function parseTomlAst(
  text: string,
  tomlVersion: TomlVersion = '1.1',
): { readonly ast: TomlAst } | { readonly fault: TomlFault } {
  try {
    const ast = parseTOML(text, { tomlVersion })
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

/** The position of the value at a key path; for a table, of its header. */
export function locateToml(ast: TomlAst, path: TomlPath): TomlPosition | undefined {
  const spot = find(ast.body[0].body, path)
  return spot && positionOf(spot.value)
}

/** The position of the last key of a path where it is written first; for an array element, of the element. */
export function locateKey(ast: TomlAst, path: TomlPath): TomlPosition | undefined {
  const spot = find(ast.body[0].body, path)
  return spot && positionOf(spot.key)
}

/** Every integer, with all its digits. */
export function integersOf(ast: TomlAst): readonly (TomlPosition & { readonly value: bigint })[] {
  return ast.tokens.flatMap(token =>
    token.type === 'Integer' ? [{ ...positionOf(token), value: token.bigint }] : [],
  )
}

/** The keys of a table header or of a key-value pair, unquoted. */
export function keyNames(key: AST.TOMLKey): string[] {
  return key.keys.map(part => (part.type === 'TOMLBare' ? part.name : part.value))
}

interface Spot {
  readonly key: TomlNode
  readonly value: TomlNode
}

function find(items: readonly (TomlKeyValue | TomlTable)[], path: TomlPath): Spot | undefined {
  for (const item of items) {
    const spot = findIn(item, path)
    if (spot !== undefined) return spot
  }
  return undefined
}

function findIn(item: TomlKeyValue | TomlTable, path: TomlPath): Spot | undefined {
  const own = item.type === 'TOMLTable' ? item.resolvedKey : keyNames(item.key)
  const shared = Math.min(own.length, path.length)
  for (let i = 0; i < shared; i++) if (String(own[i]) !== String(path[i])) return undefined
  if (own.length > path.length) {
    const key = keyPart(item, own.slice(0, path.length))
    return { key, value: key }
  }
  const key = keyPart(item, own)
  const rest = path.slice(own.length)
  if (rest.length === 0) return { key, value: item.type === 'TOMLTable' ? item : item.value }
  return item.type === 'TOMLTable' ? find(item.body, rest) : findInValue(item.value, rest)
}

function findInValue(value: TomlContent, path: TomlPath): Spot | undefined {
  if (value.type === 'TOMLInlineTable') return find(value.body, path)
  if (value.type !== 'TOMLArray') return undefined
  const element = value.elements[Number(path[0])]
  if (element === undefined) return undefined
  return path.length === 1 ? { key: element, value: element } : findInValue(element, path.slice(1))
}

/** The key in the text that the last name of `own` comes from; numbers in `own` are not in the text. */
function keyPart(item: TomlKeyValue | TomlTable, own: TomlPath): TomlNode {
  const written = own.filter(part => typeof part === 'string').length
  return item.key.keys[Math.max(written - 1, 0)] ?? item
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

function positionOf(node: Pick<TomlNode, 'loc'>): TomlPosition {
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
  if (error instanceof ParseError) {
    return tomlFault(error.message, text, { line: error.lineNumber, column: error.column + 1 })
  }
  if (error instanceof RangeError) return { line: 1, column: 1, ...TOO_DEEP }
  throw error
}
