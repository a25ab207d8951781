/** The tokens of JSON, as encoding/json accepts them. The text is untrusted. Pure. */

export interface Cursor {
  readonly text: string
  at: number
  depth: number
  kept: number
}

/** The text is invalid, or one of its values has another type: Go then returns an error. */
export const INVALID = Symbol('invalid')

/** Go's own limit (encoding/json scanner.go maxNestingDepth). */
const MAX_DEPTH = 10_000

export function readMembers(cursor: Cursor, open: string, close: string, readMember: () => void): void {
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
export const COLON = /[ \t\r\n]*:/y
export const LITERAL = /null|true|false/y
export const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y

export function readToken(cursor: Cursor, token: RegExp): string {
  token.lastIndex = cursor.at
  const [text] = token.exec(cursor.text) ?? []
  if (text === undefined) throw INVALID
  cursor.at = token.lastIndex
  return text
}

export function skipSpace(cursor: Cursor): void {
  readToken(cursor, SPACE)
}

function expect(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) throw INVALID
  cursor.at += 1
}

export function readString(cursor: Cursor): string {
  return JSON.parse(readToken(cursor, STRING))
}

/** Without recursion: brackets may be nested deeply. */
export function skipValue(cursor: Cursor): void {
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
