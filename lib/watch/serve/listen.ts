/** Binds a server to an address as `--listen` takes it. */
import type net from 'node:net'
import { Failure, hasErrno } from '../../model/errors.ts'
import { explainErrno } from '../../system/errno.ts'
import { parseListenAddress } from './listen-address.ts'

export async function listen(server: net.Server, address: string): Promise<void> {
  const requested = parseListenAddress(address)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ ...requested, exclusive: true }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    if (!hasErrno(error)) throw error
    const { message, hint } = explainErrno(error.code)
    const remedy = error.code === 'EACCES' ? 'choose a port from 1024 on, or run it as root' : hint
    throw new Failure('io', [{ message: `cannot listen at ${address}: ${message}`, hint: remedy }])
  }
}
