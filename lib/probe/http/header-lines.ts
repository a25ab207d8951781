/** Header lines as Go reads them: net/textproto/reader.go readMIMEHeader@go1.24. Pure. */
import { codedError } from '../../system/coded-error.ts'
import type { GoRelease } from '../../targets/pull-client.ts'
import { INVALID_HTTP } from '../connection/error-codes.ts'
import { type Allowance, type ByteSource, peekByte, type Reading, readLine } from './byte-source.ts'

/** Values by name in lower case, in the order in which they arrive. */
export type HeaderLines = ReadonlyMap<string, readonly string[]>

/** Reads up to the empty line. Names that are no token are dropped: nothing looks for them. */
export function* readHeaderLines(
  source: ByteSource,
  allowance: Allowance,
  go: GoRelease,
): Reading<HeaderLines> {
  if (isBlank(yield* peekByte(source))) throw codedError(INVALID_HTTP)
  const lines = new Map<string, string[]>()
  for (;;) {
    const first = withoutLineEnd(yield* readLine(source, allowance))
    if (first === '') return lines
    if (!first.includes(':')) throw codedError(INVALID_HTTP)
    const { name, value } = parseLine(trimBlanks(first) + (yield* readContinuation(source, allowance)), go)
    allowance.left -= LINE_COST
    if (TOKEN.test(name)) append(lines, name.toLowerCase(), value)
  }
}

/** What a short line costs in memory in addition to its text. */
const LINE_COST = 64

function append(lines: Map<string, string[]>, name: string, value: string): void {
  const values = lines.get(name)
  if (values === undefined) lines.set(name, [value])
  else values.push(value)
}

/** A line that begins with a blank continues the line before it. */
function* readContinuation(source: ByteSource, allowance: Allowance): Reading<string> {
  let text = ''
  while (isBlank(yield* peekByte(source)))
    text += ` ${trimBlanks(withoutLineEnd(yield* readLine(source, allowance)))}`
  return text
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const INVALID_NAME = /^$|[^ !#$%&'*+.^_`|~0-9A-Za-z-]/
const INVALID_VALUE = /[\0-\x08\x0a-\x1f\x7f]/

/** Go refuses invalid characters since 1.20. */
function parseLine(text: string, go: GoRelease): { readonly name: string; readonly value: string } {
  const colon = text.indexOf(':')
  const name = text.slice(0, colon)
  const value = text.slice(colon + 1)
  if (go !== '1.19' && (INVALID_NAME.test(name) || INVALID_VALUE.test(value))) throw codedError(INVALID_HTTP)
  return { name, value: trimBlanks(value) }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09
}

export function withoutLineEnd(line: string): string {
  return line.replace(/\r?\n$/, '')
}

/** A loop, since a regular expression takes quadratic time on long runs of blanks. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}
