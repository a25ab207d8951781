/** Passes the bytes of a socket to a reading. */
import type net from 'node:net'
import { onAbort } from '../../system/on-abort.ts'
import type { Reading } from './byte-source.ts'

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
  /** Awaited after each piece, so that what uses the bytes can keep up. */
  readonly relief?: (() => Promise<void> | undefined) | undefined
}

/**
 * Resolves with the result of the reading. Rejects with its error, with that of the socket, or with the reason of the
 * signal. Bytes after those that the reading needs are lost if they arrived together with them, as in Go
 * (net/http/transport.go dialConn).
 */
export async function readSocket<T>(
  socket: net.Socket,
  reading: Reading<T>,
  { signal, relief }: ReadOptions = {},
): Promise<T> {
  for (let step = reading.next(); ; ) {
    if (step.done) return step.value
    step = reading.next(await nextPiece(socket, signal))
    await relief?.()
  }
}

/** Undefined at the end of the stream. */
function nextPiece(socket: net.Socket, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      release?.()
      socket.off('readable', read).off('end', end).off('close', close).off('error', fail)
      act()
    }
    const read = () => {
      const piece = socket.read()
      if (piece !== null) settle(() => resolve(piece))
      else if (socket.readableEnded) end()
    }
    const end = () => settle(() => resolve(undefined))
    const fail = (error: unknown) => settle(() => reject(error))
    const close = () => (socket.errored ? fail(socket.errored) : end())
    const release = signal && onAbort(signal, () => fail(signal.reason))
    if (socket.errored) return fail(socket.errored)
    if (socket.destroyed) return end()
    socket.on('readable', read).on('end', end).on('close', close).on('error', fail)
    read()
  })
}
