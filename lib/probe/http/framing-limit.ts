/**
 * How much a stranger may send around what was asked for: heads, interim answers, chunk sizes, trailers. A parser of
 * HTTP keeps all of that, or reads it for ever; whoever reads the body can bound the body alone.
 */
import type net from 'node:net'
import { coded } from './coded-error.ts'

/** Code of the error about an answer that is mostly wrapping. */
export const WRAPPING_LIMIT = 'WRAPPING_LIMIT'

/** What wrapping may cost, in bytes. */
export const HEADER_LIMIT = 64 * 1024
/** What is kept for a line of it besides its text, however short it is. */
const LINE_COST = 256
/** A body makes up for a quarter of itself: chunks of 24 bytes and more are wrapped in less. */
const BODY_WORTH = 1.25
/** Bytes that are handed over at a time. */
const PIECE = 4 * 1024
const LINE_FEED = 0x0a

/** To be told of every part of the body as soon as it is found in what was handed over. */
export type Meter = (bodyBytes: number) => void

/** Has the socket hand over in pieces, and break off once what came is more wrapping than the limit. */
export function meter(socket: net.Socket): Meter {
  const read = socket.read
  let wrapping = 0
  let last = { bytes: 0, lines: 0, body: 0 }
  socket.read = () => {
    const cost = last.bytes + (last.body === 0 ? LINE_COST * last.lines : 0)
    wrapping = Math.max(0, wrapping + cost - BODY_WORTH * last.body)
    if (wrapping > HEADER_LIMIT) {
      socket.destroy(coded(WRAPPING_LIMIT))
      return null
    }
    const piece = read.call(socket, Math.min(PIECE, socket.readableLength) || undefined)
    last = { bytes: piece?.length ?? 0, lines: piece === null ? 0 : linesIn(piece), body: 0 }
    return piece
  }
  return bytes => {
    last.body += bytes
  }
}

/** Whole ones and the rest, which is at least as much. */
function linesIn(piece: Buffer): number {
  let lines = 1
  for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, at + 1)) lines += 1
  return lines
}
