/** Waiting for sockets, and ending them. */
import type net from 'node:net'
import { codedError } from '../../system/coded-error.ts'
import { onAbort } from '../../system/on-abort.ts'

/** Resolves with the event; rejects with the error that ends the socket before it. */
export async function waitUntilReady(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(codedError('ECONNRESET'))
    socket.once('error', reject)
    socket.once('close', fail)
    socket.once(event, () => {
      // Every socket is closed at last, and an error with its stack costs as much as parsing the response.
      socket.off('close', fail)
      resolve()
    })
  })
}

/** Destroys the socket with the reason of the signal; returns how to stop listening. */
export function destroyOnAbort(socket: net.Socket, signal: AbortSignal): () => void {
  return onAbort(signal, () => socket.destroy(signal.reason))
}
