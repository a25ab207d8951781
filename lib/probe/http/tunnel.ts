/** A way through a proxy: CONNECT, RFC 9110 9.3.6. */
import type net from 'node:net'
import { coded } from './coded-error.ts'
import type { HttpProxy } from './proxy.ts'

/** Code of the error when a proxy does not let us through; its `status` is what it answered. */
export const PROXY_REFUSED = 'PROXY_REFUSED'

const HEAD_LIMIT = 16 * 1024

/** Asks the proxy at the other end of the socket to connect it to `authority` (`host:port`). */
export async function tunnel(
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
  const head = await headOf(socket)
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
  if (status !== '200') throw Object.assign(coded(PROXY_REFUSED), { status })
}

/** Reads up to the empty line; what comes behind it stays in the socket. */
function headOf(socket: net.Socket): Promise<string> {
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
        if (head.length > HEAD_LIMIT) return done(() => reject(coded(PROXY_REFUSED)))
      }
    }
    const gone = () => done(() => reject(coded('ECONNRESET')))
    const done = (settle: () => void) => {
      socket.off('readable', read).off('close', gone).off('end', gone)
      settle()
    }
    socket.on('readable', read).on('close', gone).on('end', gone)
  })
}
