/** Binds a server to an address as `--listen` takes it, and says in words why that cannot be. */
import type net from 'node:net'
import { Failure, hasErrno } from '../../model/errors.ts'
import { parseListening } from './listen-address.ts'

export async function listen(server: net.Server, address: string): Promise<void> {
  const listening = parseListening(address)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ ...listening, exclusive: true }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    if (!hasErrno(error)) throw error
    const [message, hint] = WORDS[error.code ?? ''] ?? [`the system says ${error.code}`]
    throw new Failure('io', [{ message: `cannot listen at ${address}: ${message}`, hint }])
  }
}

const WORDS: Readonly<Record<string, readonly [message: string, hint?: string]>> = {
  EADDRINUSE: ['something else listens there', 'end it or choose another port'],
  EACCES: ['permission denied', 'choose a port from 1024 on, or run it as root'],
  EADDRNOTAVAIL: ['this machine does not have that address', 'name one that it has'],
  EAFNOSUPPORT: ['this machine does not speak that version of IP', 'name an address of the other'],
  ENOTFOUND: ['nobody knows a machine of that name', 'name an address instead'],
  EAI_AGAIN: ['the name could not be looked up', 'name an address instead'],
}
