/** Empty registries on this machine that log their requests. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listeners {
  /** `http://127.0.0.1:PORT` of each. */
  readonly origins: readonly string[]
  close(): Promise<void>
}

/** Starts this many registries, which pass whole URLs to the log. */
export async function listenOnLoopback(count: number, log: (url: string) => void): Promise<Listeners> {
  const servers = await Promise.all(Array.from({ length: count }, () => listener(log)))
  return {
    origins: servers.map(originOf),
    close: async () => {
      await Promise.all(servers.map(closeServer))
    },
  }
}

async function listener(log: (url: string) => void): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    log(originOf(server) + request.url)
    response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}

export function originOf(server: http.Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function closeServer(server: http.Server): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  server.closeAllConnections()
  await closed
}
