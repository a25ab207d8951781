/** Reads JSON as Go's encoding/json decodes it into a struct. The text is untrusted. Pure. */
import {
  COLON,
  type Cursor,
  INVALID,
  LITERAL,
  NUMBER,
  readMembers,
  readString,
  readToken,
  skipSpace,
  skipValue,
} from './json-text.ts'

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
