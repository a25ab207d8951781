/**
 * Listeners on loopback that misbehave on purpose, and endpoints to probe them. Each is closed at the end of the block
 * that opened it, also when the test fails: `await using mirror = await listen(…)`.
 */
import dns from 'node:dns'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import type { Endpoint } from '../../lib/probe/api/endpoint.ts'
import { codedError } from '../../lib/system/coded-error.ts'

/** Time limit for a response that is going to come: no machine is so slow. */
export const PATIENT = 25_000
/** Time limit for a response that never comes. */
export const SHORT = 400

export interface Listener extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly origin: string
  readonly port: number
  /** What each connection has received, oldest first. */
  readonly received: readonly string[]
}

/** Called with each new connection and its index. */
export type OnConnection = (socket: net.Socket, nth: number) => void

/** Listens on a free port of 127.0.0.1. With `options` it speaks TLS and `onConnection` gets the decrypted socket. */
export async function listen(onConnection: OnConnection, options?: tls.TlsOptions): Promise<Listener> {
  const sockets = new Set<net.Socket>()
  const received: string[] = []
  const accept = (socket: net.Socket) => {
    const nth = received.push('') - 1
    track(socket, sockets)
    onConnection(socket, nth)
    socket.on('data', data => {
      received[nth] += data.toString('latin1')
    })
  }
  const server = options === undefined ? net.createServer(accept) : tls.createServer(options, accept)
  server.on('connection', (socket: net.Socket) => track(socket, sockets))
  const port = await listenOnFreePort(server)
  return {
    origin: `${options === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    received,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise(done => server.close(() => done()))
    },
  }
}

function track(socket: net.Socket, sockets: Set<net.Socket>): void {
  if (sockets.has(socket)) return
  sockets.add(socket)
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
}

async function listenOnFreePort(server: net.Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

/** Sends the same bytes in response to every request and closes, once the head of the request is there. */
export function respondWith(text: string | Buffer): OnConnection {
  return socket => onRequest(socket, () => socket.end(text))
}

/** Calls `then` once the head of a request is there. */
export function onRequest(socket: net.Socket, then: (head: string) => void): void {
  let head = ''
  const read = (data: Buffer) => {
    head += data.toString('latin1')
    if (!head.includes('\r\n\r\n')) return
    socket.off('data', read)
    then(head)
  }
  socket.on('data', read)
}

/** The bytes of a response, with its length. */
export function response(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const lines = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)) })
  return [`HTTP/1.1 ${status} x`, ...lines.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n')
}

/** The response of a registry to a ping. */
export const REGISTRY = response(200, { 'Content-Type': 'application/json' }, '{}')

/** A mirror with default settings at `url`, which is an API base with its path, or an origin. */
export function endpointAt(url: string, more: Partial<Endpoint> = {}): Endpoint {
  const { origin, pathname } = new URL(url)
  const base = { origin, path: pathname === '/' ? '/v2' : pathname, form: 'root' as const }
  const dialTimeoutMs = PATIENT
  return {
    registry: 'r.test',
    role: 'mirror',
    resolves: true,
    base,
    ca: [],
    skipVerify: false,
    header: {},
    redirects: [],
    dialTimeoutMs,
    ...more,
  }
}

/**
 * Replaces name lookups in this process: names resolve to these addresses after `ms`, or fail with the code of an error
 * in their place; a lookup of any other name never ends. `onQuery` is called with each DNS query.
 */
export function resolveNames(
  known: Readonly<Record<string, readonly string[]>>,
  ms = 0,
  onQuery: (query: string) => void = () => {},
): Disposable {
  const original = dns.lookup
  const { resolve4, resolve6 } = dns.Resolver.prototype
  const lookup = (name: string, options: dns.LookupOptions, callback: (...found: unknown[]) => void) => {
    // A server that listens on an address looks it up too.
    if (net.isIP(name) !== 0) return original(name, options, callback)
    const found = known[name]?.map(address => ({ address, family: net.isIP(address) }))
    if (found !== undefined) setTimeout(() => callback(null, found), ms)
  }
  const query = (family: number) => (name: string, callback: (...found: unknown[]) => void) => {
    onQuery(`${name} ${family}`)
    const given = known[name.replace(/\.$/, '')]
    if (given === undefined) return
    const found = given.filter(address => net.isIP(address) === family)
    const code = given.find(address => net.isIP(address) === 0) ?? 'ENODATA'
    setTimeout(() => (found.length > 0 ? callback(null, found) : callback(codedError(code))), ms)
  }
  dns.lookup = lookup as unknown as typeof dns.lookup
  Object.assign(dns.Resolver.prototype, { resolve4: query(4), resolve6: query(6) })
  return {
    [Symbol.dispose]: () => {
      dns.lookup = original
      Object.assign(dns.Resolver.prototype, { resolve4, resolve6 })
    },
  }
}
