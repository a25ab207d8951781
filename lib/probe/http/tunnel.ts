/** A tunnel through a proxy: CONNECT, as Go requests it (net/http/transport.go dialConn). */
import type net from 'node:net'
import { codedError } from '../../system/coded-error.ts'
import type { GoRelease } from '../../targets/pull-client.ts'
import { CUT_OFF, PROXY_REFUSED } from '../connection/error-codes.ts'
import { openSource } from './byte-source.ts'
import { type HttpProxy, proxyAuthorization } from './proxies.ts'
import { readSocket } from './read-socket.ts'
import { type ResponseHead, readHead } from './response-head.ts'

/** For a response that is read while the connection is kept. */
const HEAD_LIMIT = 64 * 1024

/** Requests the proxy at the other end of the socket to connect it to `authority` (`host:port`). */
export async function openTunnel(
  socket: net.Socket,
  authority: string,
  proxy: HttpProxy,
  go: GoRelease,
): Promise<void> {
  const authorization = proxyAuthorization(proxy)
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    'User-Agent: Go-http-client/1.1',
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const { status } = await readReply(socket, go)
  if (status !== 200) throw Object.assign(codedError(PROXY_REFUSED), { status: String(status) })
}

/** An interim response counts as the reply. */
async function readReply(socket: net.Socket, go: GoRelease): Promise<ResponseHead> {
  try {
    return await readSocket(socket, readHead(openSource(), { left: HEAD_LIMIT }, 'CONNECT', go))
  } catch (error) {
    throw socket.errored ?? replyError(error)
  }
}

/** What follows from a reply that cannot be read; a connection that the proxy closes stays what it is. */
function replyError(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code === CUT_OFF ? error : codedError(PROXY_REFUSED)
}
