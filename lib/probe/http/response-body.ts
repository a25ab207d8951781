/** The body of a response as Go reads it: net/http/transfer.go body, internal/chunked.go@go1.24. Pure. */
import { codedError } from '../../system/coded-error.ts'
import type { GoRelease } from '../../targets/pull-client.ts'
import { FRAMING_LIMIT, INVALID_HTTP } from '../connection/error-codes.ts'
import { type ByteSource, openSource, peekPiece, type Reading, readLine } from './byte-source.ts'
import type { Framing } from './framing.ts'
import { readHeaderLines } from './header-lines.ts'

/** Receives the body in parts; false: no more is needed. */
export type Receive = (part: Buffer) => boolean

/** Whether the body was read to its end. */
export function* readBody(
  source: ByteSource,
  framing: Framing,
  go: GoRelease,
  receive: Receive,
): Reading<boolean> {
  switch (framing.kind) {
    case 'none':
      return true
    case 'length':
      return yield* readPart(source, framing.length, receive)
    case 'until_close':
      return yield* readRest(source, receive)
    case 'chunked':
      return yield* readChunks(source, go, receive)
  }
}

/** False if no more is needed. */
function* readPart(source: ByteSource, length: number, receive: Receive): Reading<boolean> {
  for (let left = length; left > 0; ) {
    const part = (yield* peekPiece(source)).subarray(0, left)
    left -= part.length
    source.skip(part.length)
    if (!receive(part)) return false
  }
  return true
}

function* readRest(source: ByteSource, receive: Receive): Reading<boolean> {
  for (;;) {
    const piece = yield* source.peek()
    if (piece === undefined) return true
    source.skip(piece.length)
    if (!receive(piece)) return false
  }
}

/** The line of a chunk must fit into Go's buffer. */
const LINE_LIMIT = 4096
/** Go allows 16 bytes of framing for each chunk and twice its size, and this much more (chunked.go beginChunk). */
const EXCESS_LIMIT = 16 * 1024
/** Beyond the size of the body; Go has no such limit, but millions of tiny chunks would keep a probe busy. */
const FRAMING_BYTES = 1024 * 1024

function* readChunks(source: ByteSource, go: GoRelease, receive: Receive): Reading<boolean> {
  let framing = FRAMING_BYTES
  for (let excess = 0; ; ) {
    const line = yield* readLine(source, { left: LINE_LIMIT })
    const size = parseChunkSize(line, go)
    excess = Math.max(0, excess + line.length - 16 - 2 * size)
    framing += Math.min(size, EXCESS_LIMIT) - line.length
    if (excess > EXCESS_LIMIT || framing < 0) throw codedError(FRAMING_LIMIT)
    if (size === 0) break
    if (!(yield* readPart(source, size, receive))) return false
    yield* readLineEnd(source)
  }
  yield* readTrailer(source, go)
  return true
}

/** Since 1.23.8 and 1.24.2 the line must end with CR and LF and hold no other CR; before, an empty size was 0. */
function parseChunkSize(line: string, go: GoRelease): number {
  if (go !== '1.19' && line.indexOf('\r') !== line.length - 2) throw codedError(INVALID_HTTP)
  const [digits = ''] = line.replace(/[ \t\r\n]+$/, '').split(';')
  if (!(go === '1.19' ? /^[0-9a-f]{0,16}$/i : /^[0-9a-f]{1,16}$/i).test(digits))
    throw codedError(INVALID_HTTP)
  return digits === '' ? 0 : Number.parseInt(digits, 16)
}

function* readLineEnd(source: ByteSource): Reading<void> {
  for (const expected of [0x0d, 0x0a]) {
    const [byte] = yield* peekPiece(source)
    if (byte !== expected) throw codedError(INVALID_HTTP)
    source.skip(1)
  }
}

/** An empty line, or header lines that end with one, which must fit into Go's buffer (transfer.go readTrailer). */
function* readTrailer(source: ByteSource, go: GoRelease): Reading<void> {
  let text = ''
  while (text !== '\r\n' && !text.endsWith('\r\n\r\n')) {
    if ((yield* source.peek()) === undefined) throw codedError(INVALID_HTTP)
    text += yield* readLine(source, { left: LINE_LIMIT - text.length })
  }
  if (text !== '\r\n') parseTrailer(text, go)
}

function parseTrailer(text: string, go: GoRelease): void {
  const reading = readHeaderLines(openSource(), { left: LINE_LIMIT * 100 }, go)
  reading.next()
  if (!reading.next(Buffer.from(text, 'latin1')).done) throw codedError(INVALID_HTTP)
}
