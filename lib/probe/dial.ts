/** A fresh connection, and how it came about: name, TCP, TLS. */
import net from 'node:net'
import tls from 'node:tls'
import { hostOf, lookupWithin, refuseLiteral } from './address.ts'
import { coded } from './coded.ts'
import type { HttpProxy } from './proxy.ts'
import type { Space } from './space.ts'
import { checkName } from './trust.ts'
import { tunnel } from './tunnel.ts'

/** How far an exchange came and when (milliseconds of performance.now); filled in as it goes. */
export interface Trace {
  phase: 'lookup' | 'connect' | 'tls' | 'request' | 'body'
  /** When the lookup of the first connection began. */
  startedAt?: number
  /** Start of the first connection: of the address that answered, where the name has several. */
  dialledAt?: number
  /** When it was there, and when TLS was. */
  connectedAt?: number
  securedAt?: number
  /** Head of the latest answer, and the end of what was read of its body. */
  answeredAt?: number
  endedAt?: number
  /** What TLS came to on the first connection. */
  tls?: TlsFacts
  /** Name and port of the latest connection, and the address it went to. */
  host?: string
  /** The first error of a connection: what comes out at the other end may say less. */
  error?: Error
  address?: string
}

/** The certificate that an endpoint shows, and the version of TLS it agrees to. */
export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly version: string
  /** End of the certificate's validity, ms since 1970. */
  readonly expiresAt: number
}

export interface Dial {
  /** Only scheme, host name and port count. */
  readonly url: URL
  readonly secureContext: tls.SecureContext | undefined
  readonly skipVerify: boolean
  /** Limit for name lookup and TCP together; TLS is bound by `signal` alone, as in Go. */
  readonly dialTimeoutMs: number
  /** Spaces the address may lie in; undefined: any. A proxy looks names up itself. */
  readonly spaces: readonly Space[] | undefined
  /** What stands between; undefined: nothing. */
  readonly proxy: HttpProxy | undefined
  readonly signal: AbortSignal
}

/** Codes of dial's own errors. */
export const DIAL_TIMEOUT = 'DIAL_TIMEOUT'
export const PROXY_SOCKS = 'PROXY_SOCKS'

/**
 * Connects; for https up to the end of the handshake. Rejects with the system's or OpenSSL's error, with one
 * of the codes above, or with the reason of the signal. The caller destroys the socket.
 */
export async function dial(to: Dial, trace: Trace): Promise<net.Socket> {
  to.signal.throwIfAborted()
  const first = trace.startedAt === undefined
  trace.phase = 'lookup'
  trace.startedAt ??= performance.now()
  trace.host = to.url.host
  refuseLiteral(to.url, to.spaces)
  const sockets: net.Socket[] = []
  const destroy = (reason: Error) => {
    for (const socket of sockets) socket.destroy(reason)
  }
  const timer = setTimeout(() => destroy(coded(DIAL_TIMEOUT)), to.dialTimeoutMs)
  const stop = () => destroy(to.signal.reason)
  to.signal.addEventListener('abort', stop, { once: true })
  try {
    return await open(to, sockets, socket =>
      follow(socket, to, { trace, first, connected: () => clearTimeout(timer) }),
    )
  } catch (error) {
    destroy(error as Error)
    throw error
  } finally {
    clearTimeout(timer)
    to.signal.removeEventListener('abort', stop)
  }
}

/** Every socket is put into `sockets` and shown to `watch` as soon as it is there. */
async function open(
  to: Dial,
  sockets: net.Socket[],
  watch: (socket: net.Socket) => void,
): Promise<net.Socket> {
  const begin = async (socket: net.Socket) => {
    sockets.push(socket)
    watch(socket)
    return await ready(socket)
  }
  const secure = to.url.protocol === 'https:'
  if (to.proxy === undefined) {
    const place = placeOf(to.url, to)
    return await begin(secure ? tls.connect({ ...place, ...tlsOf(to) }) : net.connect(place))
  }
  const { url } = to.proxy
  if (url.protocol.startsWith('socks')) throw coded(PROXY_SOCKS)
  const place = placeOf(url, { ...to, spaces: undefined })
  // The transport has one TLS configuration, and Go meets a proxy with it too (net/http/transport.go addTLS).
  const securely = { ...place, ...tlsOf({ ...to, url }) }
  const way = await begin(url.protocol === 'https:' ? tls.connect(securely) : net.connect(place))
  if (!secure) return way
  await tunnel(way, `${to.url.hostname}:${to.url.port || 443}`, to.proxy)
  return await begin(tls.connect({ socket: way, ...tlsOf(to) }))
}

function placeOf(url: URL, { spaces, dialTimeoutMs }: Pick<Dial, 'spaces' | 'dialTimeoutMs'>) {
  return {
    host: hostOf(url),
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    noDelay: true,
    lookup: lookupWithin(spaces),
    // Node gives up on an address after 250 ms, less than a round trip to the far side of the world takes.
    // Go shares its dial timeout among the addresses (net/dial.go partialDeadline); so does this.
    autoSelectFamilyAttemptTimeout: Math.max(250, Math.floor(dialTimeoutMs / 3)),
  }
}

function tlsOf({
  url,
  secureContext,
  skipVerify,
}: Pick<Dial, 'url' | 'secureContext' | 'skipVerify'>): tls.ConnectionOptions {
  const host = hostOf(url)
  return {
    servername: net.isIP(host) === 0 ? host : '',
    secureContext,
    rejectUnauthorized: !skipVerify,
    checkServerIdentity: (_name, certificate) => checkName(host, certificate),
    ALPNProtocols: ['http/1.1'],
  }
}

interface Watch {
  readonly trace: Trace
  /** Of the exchange: a redirect opens a second connection; the time of the first is where the wait began. */
  readonly first: boolean
  /** Called once the way is open. */
  readonly connected: () => void
}

function follow(socket: net.Socket, to: Dial, { trace, first, connected }: Watch): void {
  const secure = to.url.protocol === 'https:'
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
    if (first) trace.connectedAt ??= performance.now()
    trace.phase = secure ? 'tls' : 'request'
    if (to.proxy === undefined && socket.remoteAddress !== undefined) trace.address = socket.remoteAddress
  })
  if (first && secure && socket instanceof tls.TLSSocket) {
    socket.once('secureConnect', () => noteTls(socket, trace))
  }
}

function noteTls(socket: tls.TLSSocket, trace: Trace): void {
  trace.securedAt = performance.now()
  const { valid_to } = socket.getPeerCertificate()
  trace.tls = { version: socket.getProtocol() ?? 'unknown', expiresAt: Date.parse(valid_to) }
}

function ready(socket: net.Socket): Promise<net.Socket> {
  const event = socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect'
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket))
    socket.once('error', reject)
    socket.once('close', () => reject(coded('ECONNRESET')))
  })
}
