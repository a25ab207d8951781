/**
 * Listeners on loopback that misbehave on purpose, and what a probe needs to ask them. Each closes itself at
 * the end of the block that opened it, also when the test fails: `await using mirror = await listen(…)`.
 */
import dns from 'node:dns'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import type { Endpoint } from '../../lib/probe/api/endpoint.ts'
import { codedError } from '../../lib/system/coded-error.ts'

/** Limit for whoever is going to answer: no machine is so slow. */
export const PATIENT = 25_000
/** Limit for whoever never answers. */
export const SHORT = 400

export interface Listener extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly origin: string
  readonly port: number
  /** What each connection has sent, oldest first. */
  readonly heard: readonly string[]
}

/** Called with each new connection and its number, from 0. */
export type Talk = (socket: net.Socket, nth: number) => void

/** Listens on a free port of 127.0.0.1. With `options` it speaks TLS and `talk` gets what is inside. */
export async function listen(talk: Talk, options?: tls.TlsOptions): Promise<Listener> {
  const sockets = new Set<net.Socket>()
  const heard: string[] = []
  const accept = (socket: net.Socket) => {
    const nth = heard.push('') - 1
    keep(socket, sockets)
    talk(socket, nth)
    socket.on('data', data => {
      heard[nth] += data.toString('latin1')
    })
  }
  const server = options === undefined ? net.createServer(accept) : tls.createServer(options, accept)
  server.on('connection', (socket: net.Socket) => keep(socket, sockets))
  const port = await portOf(server)
  return {
    origin: `${options === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    heard,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise(done => server.close(() => done()))
    },
  }
}

function keep(socket: net.Socket, sockets: Set<net.Socket>): void {
  if (sockets.has(socket)) return
  sockets.add(socket)
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
}

async function portOf(server: net.Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

/** Answers every request with the same bytes and closes; the bytes are sent once the head of the request is there. */
export function answering(text: string | Buffer): Talk {
  return socket => onRequest(socket, () => socket.end(text))
}

/** Calls `then` once the head of a request has come in. */
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

/** An answer as it stands on the wire, with its length. */
export function response(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const lines = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)) })
  return [`HTTP/1.1 ${status} x`, ...lines.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n')
}

/** What a registry says to a ping. */
export const REGISTRY = response(200, { 'Content-Type': 'application/json' }, '{}')

/** A mirror without anything special at `url`, which is an API base with its path, or an origin. */
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
    dialTimeoutMs,
    ...more,
  }
}

/**
 * Lets names mean these addresses in this process, after `ms`; an error's code in their place is how the lookup ends, and
 * a name that is left out never gets an answer. `asked` is called with each question to DNS.
 */
export function names(
  known: Readonly<Record<string, readonly string[]>>,
  ms = 0,
  asked: (question: string) => void = () => {},
): Disposable {
  const original = dns.lookup
  const { resolve4, resolve6 } = dns.Resolver.prototype
  const lookup = (name: string, options: dns.LookupOptions, callback: (...found: unknown[]) => void) => {
    // A server that is to listen at an address looks that up too.
    if (net.isIP(name) !== 0) return original(name, options, callback)
    const found = known[name]?.map(address => ({ address, family: net.isIP(address) }))
    if (found !== undefined) setTimeout(() => callback(null, found), ms)
  }
  const query = (family: number) => (question: string, callback: (...found: unknown[]) => void) => {
    asked(`${question} ${family}`)
    const given = known[question.replace(/\.$/, '')]
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
