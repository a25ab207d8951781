/** A tunnel through a proxy: CONNECT, RFC 9110 9.3.6. */
import type net from 'node:net'
import { codedError } from '../../system/coded-error.ts'
import { PROXY_REFUSED } from './error-codes.ts'
import type { HttpProxy } from './proxies.ts'

const HEAD_LIMIT = 16 * 1024

/** Requests the proxy at the other end of the socket to connect it to `authority` (`host:port`). */
export async function openTunnel(
  socket: net.Socket,
  authority: string,
  { authorization }: HttpProxy,
): Promise<void> {
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const head = await readHead(socket)
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
  if (status !== '200') throw Object.assign(codedError(PROXY_REFUSED), { status })
}

/** Reads up to the empty line; what follows it stays in the socket. */
function readHead(socket: net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const read = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        head = Buffer.concat([head, chunk])
        const end = head.indexOf('\r\n\r\n')
        if (end !== -1) {
          socket.unshift(head.subarray(end + 4))
          return done(() => resolve(head.subarray(0, end).toString('latin1')))
        }
        if (head.length > HEAD_LIMIT) return done(() => reject(codedError(PROXY_REFUSED)))
      }
    }
    const closed = () => done(() => reject(codedError('ECONNRESET')))
    const done = (settle: () => void) => {
      socket.off('readable', read).off('close', closed).off('end', closed)
      settle()
    }
    socket.on('readable', read).on('close', closed).on('end', closed)
  })
}
