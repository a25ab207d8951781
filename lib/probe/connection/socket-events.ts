/** Waiting for sockets, and ending them. */
import type net from 'node:net'
import { codedError } from '../../system/coded-error.ts'
import { onAbort } from '../../system/on-abort.ts'

/** Resolves with the event; rejects with the error that ends the socket before it. */
export async function waitUntilReady(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once(event, resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(codedError('ECONNRESET')))
  })
}

/** Destroys the socket with the reason of the signal; returns how to stop listening. */
export function destroyOnAbort(socket: net.Socket, signal: AbortSignal): () => void {
  return onAbort(signal, () => socket.destroy(signal.reason))
}
