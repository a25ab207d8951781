/** A fresh connection, and how it came about: name, TCP, TLS. */
import dns from 'node:dns'
import net from 'node:net'
import tls from 'node:tls'
import { type Space, spaceOf } from './space.ts'
import { checkName } from './trust.ts'

/** How far an exchange came and when (milliseconds of performance.now); filled in as it goes. */
export interface Trace {
  phase: 'lookup' | 'connect' | 'tls' | 'request' | 'body'
  /** Start of the first connection: of the address that answered, where the name has several. */
  dialledAt?: number
  /** Head of the latest answer. */
  answeredAt?: number
  /** Name and port of the latest connection, and the address it went to. */
  host?: string
  /** The first error of a connection: what comes out at the other end may say less. */
  error?: Error
  address?: string
}

export interface Dial {
  /** Only scheme, host name and port count. */
  readonly url: URL
  readonly secureContext: tls.SecureContext | undefined
  readonly skipVerify: boolean
  /** Limit for name lookup and TCP together; TLS is bound by `signal` alone, as in Go. */
  readonly dialTimeoutMs: number
  /** Spaces the address may lie in; undefined: any. */
  readonly spaces: readonly Space[] | undefined
  readonly signal: AbortSignal
}

/** Codes of dial's own errors. */
export const DIAL_TIMEOUT = 'DIAL_TIMEOUT'
export const SPACE_REFUSED = 'SPACE_REFUSED'

/**
 * Connects; for https up to the end of the handshake. Rejects with the system's or OpenSSL's error, with one
 * of the codes above, or with the reason of the signal. The caller destroys the socket.
 */
export async function dial(to: Dial, trace: Trace): Promise<net.Socket> {
  to.signal.throwIfAborted()
  trace.phase = 'lookup'
  trace.host = to.url.host
  refuseLiteral(to)
  const socket = open(to)
  const timer = setTimeout(() => socket.destroy(coded(DIAL_TIMEOUT)), to.dialTimeoutMs)
  const stop = () => socket.destroy(to.signal.reason)
  to.signal.addEventListener('abort', stop, { once: true })
  follow(socket, to, trace, () => clearTimeout(timer))
  try {
    await ready(socket)
    return socket
  } finally {
    clearTimeout(timer)
    to.signal.removeEventListener('abort', stop)
  }
}

function open(to: Dial): net.Socket {
  const secure = to.url.protocol === 'https:'
  const host = hostOf(to.url)
  const options = {
    host,
    port: Number(to.url.port || (secure ? 443 : 80)),
    noDelay: true,
    lookup: lookupWithin(to.spaces),
    // Node gives up on an address after 250 ms, less than a round trip to the far side of the world takes.
    // Go shares its dial timeout among the addresses (net/dial.go partialDeadline); so does this.
    autoSelectFamilyAttemptTimeout: Math.max(250, Math.floor(to.dialTimeoutMs / 3)),
  }
  if (!secure) return net.connect(options)
  return tls.connect({
    ...options,
    servername: net.isIP(host) === 0 ? host : '',
    secureContext: to.secureContext,
    rejectUnauthorized: !to.skipVerify,
    checkServerIdentity: (_name, certificate) => checkName(host, certificate),
    ALPNProtocols: ['http/1.1'],
  })
}

function follow(socket: net.Socket, to: Dial, trace: Trace, connected: () => void): void {
  // A redirect opens a second connection; the time of the first is where the wait began.
  const first = trace.dialledAt === undefined
  // A server's alert can come between the handshake and the first listener of whoever uses the socket.
  socket.on('error', error => {
    trace.error ??= error
  })
  socket.on('connectionAttempt', () => {
    trace.phase = 'connect'
    if (first) trace.dialledAt = performance.now()
  })
  socket.once('connect', () => {
    connected()
    trace.phase = to.url.protocol === 'https:' ? 'tls' : 'request'
    if (socket.remoteAddress !== undefined) trace.address = socket.remoteAddress
  })
}

function ready(socket: net.Socket): Promise<void> {
  const event = socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect'
  return new Promise((resolve, reject) => {
    socket.once(event, resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(coded('ECONNRESET')))
  })
}

/** A name is judged by what it resolves to: names are cheap, and may mean another address a second later. */
function lookupWithin(spaces: readonly Space[] | undefined): net.LookupFunction {
  if (spaces === undefined) return dns.lookup as net.LookupFunction
  return (name, options, callback) => {
    dns.lookup(name, { ...options, all: true }, (error, found) => {
      const refused =
        error ?? (found.every(({ address }) => allowed(address, spaces)) ? null : coded(SPACE_REFUSED))
      if (options.all || refused !== null) callback(refused, found)
      else callback(null, found[0]?.address ?? '', found[0]?.family)
    })
  }
}

/** Literal addresses are connected to without a lookup. */
function refuseLiteral({ url, spaces }: Dial): void {
  const host = hostOf(url)
  if (spaces !== undefined && net.isIP(host) !== 0 && !allowed(host, spaces)) throw coded(SPACE_REFUSED)
}

function allowed(address: string, spaces: readonly Space[]): boolean {
  return spaces.includes(spaceOf(address))
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** An error as the system gives them, told by its code. */
export function coded(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}
