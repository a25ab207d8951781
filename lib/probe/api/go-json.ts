/** Reads JSON as Go's encoding/json decodes it into a struct. The text is untrusted. Pure. */

/** A Go type. `raw` only shows that there is a value; what is in no shape is checked and skipped. */
export type Shape =
  | 'string'
  | 'int64'
  | 'bytes'
  | 'raw'
  | { readonly list: Shape }
  | { readonly map: Shape }
  /** Names in lower case: Go ignores the case of a key. */
  | { readonly fields: Readonly<Record<string, Shape>> }

/** What a text of that shape holds. What the text does not have, or has as null, is undefined. */
export type Value<S extends Shape> = S extends 'string'
  ? string
  : S extends 'int64'
    ? number
    : S extends 'bytes'
      ? Buffer
      : S extends 'raw'
        ? true
        : S extends { readonly list: infer T extends Shape }
          ? readonly Value<T>[]
          : S extends { readonly map: infer T extends Shape }
            ? Readonly<Record<string, Value<T>>>
            : S extends { readonly fields: infer F extends Readonly<Record<string, Shape>> }
              ? { readonly [K in keyof F]?: Value<F[K]> | undefined }
              : never

/** Go's own limit (encoding/json scanner.go maxNestingDepth). */
const MAX_DEPTH = 10_000
/** Values that are kept: text such as `{},{},…` would take fifty times its size. */
const MAX_KEPT = 20_000

type Found =
  | string
  | number
  | true
  | Buffer
  | readonly Found[]
  | { readonly [name: string]: Found }
  | undefined

interface Cursor {
  readonly text: string
  at: number
  depth: number
  kept: number
}

/** The text is invalid, or one of its values has another type: Go then returns an error. */
const INVALID = Symbol('invalid')
const TOO_MANY = Symbol('too many values')

/** Undefined where Go returns an error; `too_many` where there is more than a probe keeps. */
export function decodeJson<S extends Shape>(text: string, shape: S): Value<S> | undefined | 'too_many' {
  const cursor: Cursor = { text, at: 0, depth: 0, kept: 0 }
  try {
    const value: unknown = readValue(cursor, shape, undefined) ?? emptyOf(shape)
    skipSpace(cursor)
    if (cursor.at < text.length) throw INVALID
    return value as Value<S>
  } catch (error) {
    if (error === TOO_MANY) return 'too_many'
    // RangeError: V8's limit for a regular expression.
    if (error === INVALID || error instanceof RangeError) return undefined
    throw error
  }
}

function emptyOf(shape: Shape): Found {
  return typeof shape === 'object' && 'fields' in shape ? {} : undefined
}

/** `before`: the value of an earlier key of the same name, which Go decodes into. */
function readValue(cursor: Cursor, shape: Shape | undefined, before: Found): Found {
  skipSpace(cursor)
  const first = cursor.text[cursor.at]
  if (shape === undefined || shape === 'raw') {
    skipValue(cursor)
    return true
  }
  if (first === 'n') {
    readToken(cursor, LITERAL)
    return typeof shape === 'object' && !('fields' in shape) ? undefined : before
  }
  cursor.kept += 1
  if (cursor.kept > MAX_KEPT) throw TOO_MANY
  if (shape === 'string') return readString(cursor)
  if (shape === 'int64') return readInteger(cursor)
  if (shape === 'bytes') return readBytes(readString(cursor))
  if ('list' in shape) return readList(cursor, shape.list, Array.isArray(before) ? before : [])
  const fields = typeof before === 'object' ? { ...before } : {}
  return readObject(cursor, fields, shape)
}

function readList(cursor: Cursor, shape: Shape, before: readonly Found[]): readonly Found[] {
  const list: Found[] = []
  readMembers(cursor, '[', ']', () => {
    list.push(readValue(cursor, shape, before[list.length]) ?? emptyOf(shape))
  })
  return list
}

function readObject(cursor: Cursor, found: object, shape: Exclude<Shape, string | { list: Shape }>): Found {
  const values = new Map<string, Found>(Object.entries(found))
  readMembers(cursor, '{', '}', () => {
    const key = readString(cursor)
    readToken(cursor, COLON)
    const name = 'map' in shape ? key : foldCase(key)
    const member =
      'map' in shape ? shape.map : Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined
    const value = readValue(cursor, member, values.get(name))
    if (member !== undefined) values.set(name, value)
  })
  return Object.fromEntries(values) as Found
}

/** Letters that Go folds into ASCII ones too (encoding/json fold.go). */
function foldCase(key: string): string {
  return key.toLowerCase().replaceAll('ſ', 's')
}

function readMembers(cursor: Cursor, open: string, close: string, readMember: () => void): void {
  expect(cursor, open)
  cursor.depth += 1
  if (cursor.depth > MAX_DEPTH) throw INVALID
  skipSpace(cursor)
  if (cursor.text[cursor.at] === close) cursor.at += 1
  else {
    do {
      skipSpace(cursor)
      readMember()
      skipSpace(cursor)
    } while (cursor.text[cursor.at++] === ',')
    if (cursor.text[cursor.at - 1] !== close) throw INVALID
  }
  cursor.depth -= 1
}

const SPACE = /[ \t\r\n]*/y
const COLON = /[ \t\r\n]*:/y
const LITERAL = /null|true|false/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y

function readToken(cursor: Cursor, token: RegExp): string {
  token.lastIndex = cursor.at
  const [text] = token.exec(cursor.text) ?? []
  if (text === undefined) throw INVALID
  cursor.at = token.lastIndex
  return text
}

function skipSpace(cursor: Cursor): void {
  readToken(cursor, SPACE)
}

function expect(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) throw INVALID
  cursor.at += 1
}

function readString(cursor: Cursor): string {
  return JSON.parse(readToken(cursor, STRING))
}

/** A number with a fraction or an exponent is no integer for Go, nor is one outside 64 bits. */
function readInteger(cursor: Cursor): number {
  const text = readToken(cursor, NUMBER)
  const isShort = text.length <= '-9223372036854775808'.length && /^-?\d+$/.test(text)
  if (!isShort || BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) throw INVALID
  return Number(text)
}

/** Base64 with padding; line feeds and carriage returns are ignored. */
function readBytes(text: string): Buffer {
  const plain = text.replace(/[\r\n]/g, '')
  const bytes = Buffer.from(plain, 'base64')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain) || plain.length !== 4 * Math.ceil(bytes.length / 3)) throw INVALID
  return bytes
}

/** Without recursion: brackets may be nested deeply. */
function skipValue(cursor: Cursor): void {
  const closing: string[] = []
  do {
    skipSpace(cursor)
    const first = cursor.text[cursor.at]
    if (first === '{' || first === '[') {
      cursor.at += 1
      if (closing.push(first === '{' ? '}' : ']') + cursor.depth > MAX_DEPTH) throw INVALID
      skipSpace(cursor)
      if (cursor.text[cursor.at] !== closing.at(-1)) {
        skipKey(cursor, closing.at(-1))
        continue
      }
    } else {
      readToken(cursor, first === '"' ? STRING : /[-0-9]/.test(first ?? '') ? NUMBER : LITERAL)
    }
    endValue(cursor, closing)
  } while (closing.length > 0)
}

/** The brackets that end after a value, up to the comma before the next one. */
function endValue(cursor: Cursor, closing: string[]): void {
  skipSpace(cursor)
  while (closing.length > 0 && cursor.text[cursor.at] === closing.at(-1)) {
    closing.pop()
    cursor.at += 1
    if (closing.length > 0) skipSpace(cursor)
  }
  if (closing.length === 0) return
  expect(cursor, ',')
  skipSpace(cursor)
  skipKey(cursor, closing.at(-1))
}

function skipKey(cursor: Cursor, closing: string | undefined): void {
  if (closing !== '}') return
  readToken(cursor, STRING)
  readToken(cursor, COLON)
}
