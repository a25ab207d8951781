/** A new connection: name lookup, TCP, proxy, TLS. */
import type net from 'node:net'
import { hostOf, portOf } from '../../model/url-host.ts'
import { codedError } from '../../system/coded-error.ts'
import { onAbort } from '../../system/on-abort.ts'
import { type PausableTimer, startPausableTimer } from '../../system/pausable-timer.ts'
import type { GoRelease } from '../../targets/pull-client.ts'
import { type AllowedHosts, checkLiteralAddress, startLookup } from '../connection/allowed-addresses.ts'
import { connectToAny } from '../connection/connect-to-any.ts'
import {
  CERTIFICATE_WITHHELD,
  CUT_OFF,
  DIAL_TIMEOUT,
  PROXY_CGI,
  PROXY_CLOSED,
} from '../connection/error-codes.ts'
import { destroyOnAbort } from '../connection/socket-events.ts'
import { recordError, type Trace } from '../connection/trace.ts'
import type { NameLookup } from '../dns/name-lookup.ts'
import type { SecureConnection, TlsOptions } from '../tls/start-tls.ts'
import type { HttpProxy } from './proxies.ts'
import { openSocks } from './socks.ts'
import { openTunnel } from './tunnel.ts'

export interface DialOptions extends TlsOptions {
  /** Only scheme, host name and port count. */
  readonly url: URL
  /** Limit for name lookup and TCP together; TLS is limited by `signal` alone, as in Go. */
  readonly dialTimeoutMs: number
  /** Undefined: any host. A proxy resolves names itself. */
  readonly allowed: AllowedHosts | undefined
  /** Undefined: a direct connection. */
  readonly proxy: HttpProxy | undefined
  readonly go: GoRelease
  readonly lookUp: NameLookup
  /** Pauses the limits of the request while a lookup waits in a queue. */
  readonly pauseDuring: PausableTimer['pauseDuring']
  readonly signal: AbortSignal
}

/**
 * Connects; for https up to the end of the handshake. Rejects with an error of the system or of OpenSSL, with one of
 * our error codes, or with the reason of the signal. The caller destroys the socket.
 */
export async function dial(options: DialOptions, trace: Trace): Promise<net.Socket> {
  options.signal.throwIfAborted()
  const first = trace.startedAt === undefined
  trace.phase = 'lookup'
  trace.startedAt ??= performance.now()
  trace.host = options.url.host
  trace.proxy = describeProxy(options)
  checkLiteralAddress(options.url, options.allowed)
  const abort = new AbortController()
  const timer = startPausableTimer(options.dialTimeoutMs, () => abort.abort(codedError(DIAL_TIMEOUT)))
  const pauseDuring: DialOptions['pauseDuring'] = act => options.pauseDuring(() => timer.pauseDuring(act))
  const release = onAbort(options.signal, () => abort.abort(options.signal.reason))
  const attempt = { trace, first, signal: abort.signal, connected: timer.stop }
  try {
    return await openAsRuntime({ ...options, pauseDuring }, attempt)
  } catch (error) {
    // Closes what is still open.
    abort.abort(error)
    throw abort.signal.reason
  } finally {
    timer.stop()
    release()
  }
}

function describeProxy({ url, proxy }: DialOptions): Trace['proxy'] {
  return proxy && { name: proxy.name, plain: proxy.kind === 'http' && url.protocol === 'http:' }
}

/** A connection that is being established. */
interface Attempt {
  readonly trace: Trace
  /** Only the first connection of a request is timed; a redirect opens a second one. */
  readonly first: boolean
  /** Closes everything that was opened. */
  readonly signal: AbortSignal
  /** Called once TCP is connected. */
  readonly connected: () => void
}

/** Connects again without the client certificate where the runtime would not send it. */
async function openAsRuntime(options: DialOptions, attempt: Attempt): Promise<net.Socket> {
  try {
    return await openConnection(options, attempt)
  } catch (error) {
    const { identity } = options.tls ?? {}
    if (identity === undefined || (error as NodeJS.ErrnoException).code !== CERTIFICATE_WITHHELD) throw error
    attempt.trace.withheld = true
    delete attempt.trace.error
    return await openConnection({ ...options, tls: identity.without }, attempt)
  }
}

async function openConnection(options: DialOptions, attempt: Attempt): Promise<net.Socket> {
  const { url, proxy } = options
  const secure = url.protocol === 'https:'
  if (proxy === undefined) {
    const socket = await connect(url, options, attempt)
    if (socket.remoteAddress !== undefined) attempt.trace.address = socket.remoteAddress
    return secure ? await secureConnection(socket, options, attempt) : socket
  }
  if (proxy.kind === 'cgi') throw codedError(PROXY_CGI)
  const connection = await connectToProxy(proxy.url, options, attempt)
  await passProxy(connection, proxy, options)
  return secure ? await secureConnection(connection, options, attempt) : connection
}

/** Up to the point from which the endpoint responds, or the proxy in its place. */
async function passProxy(connection: net.Socket, proxy: HttpProxy, { url, go }: DialOptions): Promise<void> {
  const target = { host: hostOf(url), port: portOf(url) }
  try {
    if (proxy.kind === 'socks5') await openSocks(connection, target, proxy)
    else if (url.protocol === 'https:')
      await openTunnel(connection, `${url.hostname}:${target.port}`, proxy, go)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw [CUT_OFF, 'ECONNRESET', 'EPIPE'].includes(code) ? codedError(PROXY_CLOSED) : error
  }
}

/** Go's transport has one TLS configuration, and uses it for a proxy too (net/http/transport.go addTLS). */
async function connectToProxy(url: URL, options: DialOptions, attempt: Attempt): Promise<net.Socket> {
  const socket = await connect(url, { ...options, allowed: undefined }, attempt)
  if (url.protocol !== 'https:') return socket
  return (await shakeHands(socket, { ...options, url }, attempt)).socket
}

async function shakeHands(
  connection: net.Socket,
  options: TlsOptions,
  { trace, signal }: Attempt,
): Promise<SecureConnection> {
  const { startTls } = await import('../tls/start-tls.ts')
  return await startTls(connection, options, trace, signal)
}

async function connect(
  url: URL,
  { allowed, dialTimeoutMs, lookUp, pauseDuring }: DialOptions,
  { trace, first, signal, connected }: Attempt,
): Promise<net.Socket> {
  const lookup = await pauseDuring(() => startLookup(hostOf(url), { allowed, lookUp, signal }))
  const started = performance.now()
  if (first) trace.startedAt = started
  const addresses = await lookup()
  trace.phase = 'connect'
  if (first) trace.dialledAt = performance.now()
  const deadline = started + dialTimeoutMs
  const socket = await connectToAny({ addresses, port: portOf(url), deadline, signal })
  connected()
  if (first) trace.connectedAt ??= performance.now()
  trace.phase = 'request'
  destroyOnAbort(socket, signal)
  return recordError(socket, trace)
}

async function secureConnection(
  connection: net.Socket,
  options: DialOptions,
  attempt: Attempt,
): Promise<net.Socket> {
  const { trace, first } = attempt
  const { socket, expiresAt } = await shakeHands(connection, options, attempt)
  if (first) {
    trace.securedAt = performance.now()
    trace.tls = { version: socket.getProtocol() ?? 'unknown', expiresAt }
  }
  return socket
}
