/**
 * The world outside, as a daemon under test sees it: a proxy that writes down who would have been asked
 * and lets nothing through. So "the server was never asked" can be proven, and no test leaves the machine.
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LoggingProxy {
  /**
   * Proxy settings for the daemon. Go never sends loopback addresses through a proxy; the network of documents is a
   * test's own too.
   */
  readonly env: Readonly<Record<string, string>>
  /** `registry-1.docker.io:443` for https; the whole url for http, where a proxy can see it. */
  readonly requests: readonly string[]
  clear(): void
  close(): Promise<void>
}

/** Starts it; it writes into the log that it is given, else into one of its own. */
export async function startLoggingProxy(asked: string[] = []): Promise<LoggingProxy> {
  const server = http.createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end()
  })
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.on('error', () => {})
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    env: { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: '127.0.0.1,localhost,192.0.2.0/24' },
    requests: asked,
    clear: () => void asked.splice(0),
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
