/**
 * Lists in JSON. Not by JSON.parse: it has the position of only some errors and of no value, and accepts two equal keys.
 */

import type { Parsed, Position, SourceFault } from '../../formats/parsed.ts'
import type { Path } from '../../model/problem.ts'

interface JsonNode {
  readonly at: number
  readonly value: unknown
  readonly items?: readonly JsonNode[]
  readonly members?: ReadonlyMap<string, JsonMember>
}

interface JsonMember {
  readonly keyAt: number
  readonly node: JsonNode
}

/** The position up to which a text is read. */
interface Cursor {
  readonly text: string
  at: number
}

const MAX_DEPTH = 100

export function parseJson(text: string): Parsed {
  const cursor = { text, at: 0 }
  try {
    const root = readValue(cursor, 0)
    if (cursor.at < text.length) stop(cursor, 'text follows the closing brace', 'remove it')
    return { source: sourceOf(root, text) }
  } catch (error) {
    if (isStop(error)) return { faults: [faultAt(error, text)] }
    throw error
  }
}

function sourceOf(root: JsonNode, text: string) {
  let starts: readonly number[] | undefined
  const place = (at: number | undefined) => {
    if (at === undefined) return undefined
    starts ??= lineStarts(text)
    return positionAt(starts, at)
  }
  return {
    value: root.value,
    locate: (path: Path) => place(find(root, path)?.node.at),
    locateKey: (path: Path) => place(find(root, path)?.keyAt),
  }
}

function find(root: JsonNode, path: Path): JsonMember | undefined {
  let here: JsonMember | undefined = { keyAt: root.at, node: root }
  for (const part of path) {
    const item: JsonNode | undefined = here?.node.items?.[Number(part)]
    here = item ? { keyAt: item.at, node: item } : here?.node.members?.get(String(part))
  }
  return here
}

function readValue(cursor: Cursor, depth: number): JsonNode {
  skipSpace(cursor)
  if (depth > MAX_DEPTH) stop(cursor, `more than ${MAX_DEPTH} levels are nested`, 'remove some')
  const { at } = cursor
  const start = cursor.text[at]
  const node =
    start === '{' ? readObject(cursor, depth) : start === '[' ? readArray(cursor, depth) : undefined
  const read = node ?? { at, value: readScalar(cursor) }
  skipSpace(cursor)
  return read
}

function readObject(cursor: Cursor, depth: number): JsonNode {
  const at = cursor.at++
  const value: Record<string, unknown> = {}
  const members = new Map<string, JsonMember>()
  skipSpace(cursor)
  while (cursor.text[cursor.at] !== '}') {
    const keyAt = cursor.at
    const key = readKey(cursor)
    if (members.has(key)) stop({ ...cursor, at: keyAt }, 'duplicate key', 'remove one')
    const node = readValue(cursor, depth + 1)
    members.set(key, { keyAt, node })
    Object.defineProperty(value, key, {
      value: node.value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
    readComma(cursor, '}')
  }
  cursor.at += 1
  return { at, value, members }
}

function readArray(cursor: Cursor, depth: number): JsonNode {
  const at = cursor.at++
  const items: JsonNode[] = []
  skipSpace(cursor)
  while (cursor.text[cursor.at] !== ']') {
    items.push(readValue(cursor, depth + 1))
    readComma(cursor, ']')
  }
  cursor.at += 1
  return { at, value: items.map(item => item.value), items }
}

function readKey(cursor: Cursor): string {
  if (cursor.text[cursor.at] !== '"') stop(cursor, ...unexpected(cursor, 'a key in double quotes'))
  const key = readScalar(cursor) as string
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== ':') stop(cursor, 'a colon is missing after the key', 'add it')
  cursor.at += 1
  return key
}

function readComma(cursor: Cursor, close: string): void {
  if (cursor.text[cursor.at] === close) return
  if (cursor.text[cursor.at] !== ',') stop(cursor, `a comma or "${close}" is missing`, 'add it')
  const comma = cursor.at++
  skipSpace(cursor)
  if (cursor.text[cursor.at] === close)
    stop({ ...cursor, at: comma }, `a comma is not allowed before "${close}"`, 'remove it')
}

/** RFC 8259 sections 3, 6 and 7. */
const SCALAR =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

function readScalar(cursor: Cursor): unknown {
  SCALAR.lastIndex = cursor.at
  const token = SCALAR.exec(cursor.text)?.[0]
  if (token === undefined) return stop(cursor, ...unexpected(cursor))
  cursor.at += token.length
  return JSON.parse(token)
}

function unexpected({ text, at }: Cursor, expected = 'a value'): readonly [message: string, hint: string] {
  if (at >= text.length) return ['the file ends too early', 'add the missing "}" or "]"']
  if (text[at] === '"')
    return ['a string is not closed on its line, or contains an escape that JSON does not have', 'correct it']
  if (text[at] === '/' || text[at] === '#') return ['comments are not allowed in JSON', 'remove it']
  return [`${expected} is missing here`, 'add it']
}

function skipSpace(cursor: Cursor): void {
  while (' \t\r\n'.includes(cursor.text[cursor.at] ?? 'end')) cursor.at += 1
}

interface Stop {
  readonly stoppedAt: number
  readonly message: string
  readonly hint: string
}

function stop(cursor: Cursor, message: string, hint: string): never {
  throw { stoppedAt: cursor.at, message, hint } satisfies Stop
}

function isStop(error: unknown): error is Stop {
  return typeof error === 'object' && error !== null && 'stoppedAt' in error
}

function faultAt({ stoppedAt, ...words }: Stop, text: string): SourceFault {
  return { ...positionAt(lineStarts(text), stoppedAt), ...words }
}

function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), match => match.index + 1)]
}

function positionAt(starts: readonly number[], at: number): Position {
  let [line, after] = [1, starts.length + 1]
  while (after - line > 1) {
    const middle = (line + after) >> 1
    if ((starts[middle - 1] ?? 0) <= at) line = middle
    else after = middle
  }
  return { line, column: at - (starts[line - 1] ?? 0) + 1 }
}
