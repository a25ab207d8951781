/**
 * A proxy that logs every request and responds 404. It proves that a server got no request, and keeps requests of tests on
 * this machine.
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LoggingProxy {
  /**
   * Proxy settings for the daemon. Go never uses a proxy for loopback addresses; tests also use the documentation network
   * themselves.
   */
  readonly env: Readonly<Record<string, string>>
  /** `registry-1.docker.io:443` for https; the whole URL for http. */
  readonly requests: readonly string[]
  clear(): void
  close(): Promise<void>
}

/** Starts a proxy that appends to this log, in the words of `describe`. */
export async function startLoggingProxy(
  requests: string[] = [],
  describe = (request: http.IncomingMessage) => request.url ?? '',
): Promise<LoggingProxy> {
  const server = http.createServer((request, response) => {
    requests.push(describe(request))
    response.writeHead(404).end()
  })
  server.on('connect', (request, socket) => {
    requests.push(describe(request))
    socket.on('error', () => {})
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    env: { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: '127.0.0.1,localhost,192.0.2.0/24' },
    requests,
    clear: () => void requests.splice(0),
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
