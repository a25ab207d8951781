/**
 * The fast TOML parser: values without positions, only of texts that it reads exactly as ast.ts does. The only importer of
 * smol-toml.
 */
import { parse } from 'smol-toml'
import { BYTE_ORDER_MARK } from '../byte-order-mark.ts'
import { isTable, setOwn, type Table } from '../is-table.ts'

/** Nested less deeply than ast.ts allows. */
const MAX_DEPTH = 90

/**
 * The value of a document. Undefined where the text is not TOML, or where the value depends on the syntax tree: dates, integers
 * of more than 53 bits, and floats that would look like integers.
 */
export function readValues(text: string): Table | undefined {
  if (text.startsWith(BYTE_ORDER_MARK) || !text.isWellFormed()) return undefined
  try {
    return plainTable(parse(text, { maxDepth: MAX_DEPTH, integersAsBigInt: true }), 0)
  } catch {
    return undefined
  }
}

const NEEDS_TREE = new Error('this needs the syntax tree')

function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return plainInteger(value)
  if (Array.isArray(value)) return value.map(item => plainValue(item, depth + 1))
  if (isTable(value)) return plainTable(value, depth)
  if (typeof value === 'number' && !Number.isInteger(value)) return value
  throw NEEDS_TREE
}

/** An object with a prototype: others are not deeply equal to those of ast.ts. */
function plainTable(read: Table, depth: number): Table {
  if (depth > MAX_DEPTH) throw NEEDS_TREE
  const table: Table = {}
  for (const key of Object.keys(read)) {
    const value = plainValue(read[key], depth + 1)
    if (key === '__proto__') setOwn(table, key, value)
    else table[key] = value
  }
  return table
}

function plainInteger(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw NEEDS_TREE
  return number
}
