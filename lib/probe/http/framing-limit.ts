/**
 * Limits the bytes around a body: heads, interim responses, chunk sizes, trailers. An HTTP parser keeps them, or reads
 * them for ever, while a reader of the body can limit only the body.
 */
import type net from 'node:net'
import { codedError } from '../../system/coded-error.ts'
import { FRAMING_LIMIT } from './error-codes.ts'

/** The limit for framing, in bytes. */
export const HEADER_LIMIT = 64 * 1024
/** What the parser keeps for each line in addition to its text. */
const LINE_COST = 256
/** A body pays for framing of a quarter of its size, which is enough for chunks of 24 bytes and more. */
const BODY_CREDIT = 1.25
/** Bytes that are passed to the parser at a time. */
const PIECE = 4 * 1024
const LINE_FEED = 0x0a

/** Must be called with the size of every part of the body as soon as the parser finds it. */
export type CountBody = (bodyBytes: number) => void

/** Makes the socket pass its bytes on in pieces, and destroys it once there is more framing than the limit. */
export function limitFraming(socket: net.Socket): CountBody {
  const read = socket.read
  let framing = 0
  let last = { bytes: 0, lines: 0, body: 0 }
  socket.read = () => {
    const cost = last.bytes + (last.body === 0 ? LINE_COST * last.lines : 0)
    framing = Math.max(0, framing + cost - BODY_CREDIT * last.body)
    if (framing > HEADER_LIMIT) {
      socket.destroy(codedError(FRAMING_LIMIT))
      return null
    }
    const piece = read.call(socket, Math.min(PIECE, socket.readableLength) || undefined)
    last = { bytes: piece?.length ?? 0, lines: piece === null ? 0 : countLines(piece), body: 0 }
    return piece
  }
  return bytes => {
    last.body += bytes
  }
}

/** The rest after the last line feed counts as a line. */
function countLines(piece: Buffer): number {
  let lines = 1
  for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, at + 1)) lines += 1
  return lines
}
