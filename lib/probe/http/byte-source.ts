/** Reads bytes that arrive in pieces, wherever the pieces are cut. Pure. */
import { codedError } from '../../system/coded-error.ts'
import { CUT_OFF, FRAMING_LIMIT } from '../connection/error-codes.ts'

/** Yields when it needs more bytes, and continues with the next piece; undefined is the end of the stream. */
export type Reading<T> = Generator<undefined, T, Buffer | undefined>

export interface ByteSource {
  /** What has arrived and is not read yet, at least one byte; undefined at the end of the stream. */
  peek(): Reading<Buffer | undefined>
  skip(count: number): void
}

export function openSource(): ByteSource {
  let rest: Buffer = Buffer.alloc(0)
  let ended = false
  return {
    *peek() {
      while (rest.length === 0 && !ended) {
        const piece = yield
        if (piece === undefined) ended = true
        else rest = piece
      }
      return rest.length === 0 ? undefined : rest
    },
    skip: count => {
      rest = rest.subarray(count)
    },
  }
}

/** The next byte, which is not read yet; the stream must not end before it. */
export function* peekByte(source: ByteSource): Reading<number> {
  return (yield* peekPiece(source))[0] as number
}

export function* peekPiece(source: ByteSource): Reading<Buffer> {
  const piece = yield* source.peek()
  if (piece === undefined) throw codedError(CUT_OFF)
  return piece
}

/** What may still be read before the limit. */
export interface Allowance {
  left: number
}

const LINE_FEED = 0x0a

/** A line as Latin-1 text, with its line end. */
export function* readLine(source: ByteSource, allowance: Allowance): Reading<string> {
  for (let line = ''; ; ) {
    const piece = yield* peekPiece(source)
    const end = piece.indexOf(LINE_FEED) + 1
    const part = end === 0 ? piece : piece.subarray(0, end)
    allowance.left -= part.length
    if (allowance.left < 0) throw codedError(FRAMING_LIMIT)
    line += part.toString('latin1')
    source.skip(part.length)
    if (end > 0) return line
  }
}
