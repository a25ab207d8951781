/** A fresh connection, and how it came about: name, TCP, TLS. */
import net from 'node:net'
import tls from 'node:tls'
import { startPausableTimer } from '../../system/pausable-timer.ts'
import type { NameLookup } from '../names/name-lookup.ts'
import { beginLookup, hostOf, refuseLiteral } from './address.ts'
import type { Space } from './address-space.ts'
import { coded } from './coded-error.ts'
import { connectToAny, DIAL_TIMEOUT, endWith, onEnd, ready } from './connect.ts'
import type { HttpProxy } from './proxy.ts'
import { checkName } from './tls-context.ts'
import { tunnel } from './tunnel.ts'

/** How far an exchange came and when (milliseconds of performance.now); filled in as it goes. */
export interface Trace {
  phase: 'lookup' | 'connect' | 'tls' | 'request' | 'body'
  /** When the lookup of the first connection began. */
  startedAt?: number
  /** Milliseconds that lookups waited in line; they count against nobody. */
  waitedMs?: number
  /** Start of the first connection; what an address costs that does not answer is a part of it, as of a pull. */
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
  readonly lookUp: NameLookup
  /** Holds the limits of the exchange while a lookup waits in line. */
  readonly unhurried: Unhurried
  readonly signal: AbortSignal
}

/** Time during `act` counts against nobody. */
export type Unhurried = <T>(act: () => Promise<T>) => Promise<T>

/** Code of an error of its own. */
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
  const end = new AbortController()
  const timer = startPausableTimer(to.dialTimeoutMs, () => end.abort(coded(DIAL_TIMEOUT)))
  const unhurried: Unhurried = act => to.unhurried(() => timer.pauseDuring(act))
  const release = onEnd(to.signal, () => end.abort(to.signal.reason))
  try {
    return await open({ ...to, unhurried }, { trace, first, end: end.signal, connected: timer.stop })
  } catch (error) {
    // Whatever is still open of it.
    end.abort(error)
    throw end.signal.reason
  } finally {
    timer.stop()
    release()
  }
}

/** One connection as it comes about. */
interface Way {
  readonly trace: Trace
  /** Of the exchange: a redirect opens a second connection; the time of the first is where the wait began. */
  readonly first: boolean
  /** Everything that was opened goes with its reason. */
  readonly end: AbortSignal
  /** Called once TCP is there. */
  readonly connected: () => void
}

async function open(to: Dial, way: Way): Promise<net.Socket> {
  const secure = to.url.protocol === 'https:'
  if (to.proxy === undefined) {
    const socket = await connect(to.url, to, way)
    if (socket.remoteAddress !== undefined) way.trace.address = socket.remoteAddress
    return secure ? await secured(socket, to, way) : socket
  }
  const { url } = to.proxy
  if (url.protocol.startsWith('socks')) throw coded(PROXY_SOCKS)
  const socket = await connect(url, { ...to, spaces: undefined }, way)
  // The transport has one TLS configuration, and Go meets a proxy with it too (net/http/transport.go addTLS).
  const meet = () => secured(socket, { ...to, url }, { ...way, first: false })
  const met = url.protocol === 'https:' ? await meet() : socket
  if (!secure) return met
  await tunnel(met, `${to.url.hostname}:${to.url.port || 443}`, to.proxy)
  return await secured(met, to, way)
}

async function connect(
  url: URL,
  {
    spaces,
    dialTimeoutMs,
    lookUp,
    unhurried,
  }: Pick<Dial, 'spaces' | 'dialTimeoutMs' | 'lookUp' | 'unhurried'>,
  { trace, first, end, connected }: Way,
): Promise<net.Socket> {
  const lookup = await unhurried(() => beginLookup(hostOf(url), spaces, lookUp, end))
  const begun = performance.now()
  if (first) trace.startedAt = begun
  const addresses = await lookup()
  trace.phase = 'connect'
  if (first) trace.dialledAt = performance.now()
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const socket = await connectToAny(addresses, port, begun + dialTimeoutMs, end)
  connected()
  if (first) trace.connectedAt ??= performance.now()
  trace.phase = 'request'
  endWith(socket, end)
  return noting(socket, trace)
}

async function secured(way: net.Socket, to: Dial, { trace, first, end }: Way): Promise<net.Socket> {
  trace.phase = 'tls'
  const socket = tls.connect({ socket: way, ...tlsOf(to) })
  endWith(noting(socket, trace), end)
  await ready(socket, 'secureConnect')
  if (first) noteTls(socket, trace)
  trace.phase = 'request'
  return socket
}

function tlsOf({ url, secureContext, skipVerify }: Dial): tls.ConnectionOptions {
  const host = hostOf(url)
  return {
    servername: net.isIP(host) === 0 ? host : '',
    secureContext,
    rejectUnauthorized: !skipVerify,
    checkServerIdentity: (_name, certificate) => checkName(host, certificate),
    ALPNProtocols: ['http/1.1'],
  }
}

/** A server's alert can come between the handshake and the first listener of whoever uses the socket. */
function noting<S extends net.Socket>(socket: S, trace: Trace): S {
  return socket.on('error', error => {
    trace.error ??= error
  })
}

function noteTls(socket: tls.TLSSocket, trace: Trace): void {
  trace.securedAt = performance.now()
  const { valid_to } = socket.getPeerCertificate()
  trace.tls = { version: socket.getProtocol() ?? 'unknown', expiresAt: Date.parse(valid_to) }
}
