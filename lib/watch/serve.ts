/** Serves what a watcher knows over HTTP, to people, to Prometheus and to whoever restarts it. Changes nothing. */
import http from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { Failure, hasErrno } from '../errors.ts'
import { type Listening, parseListening } from './address.ts'
import { type Answer, answerAt, PLAIN } from './answers.ts'
import type { WatchStatus } from './status.ts'

export interface Serving extends Listening {
  close(): Promise<void>
}

/** So that a slow client costs little: no request takes longer to be sent, no connection lives longer. */
const REQUEST_MS = 5000
const CONNECTION_MS = 30_000
const CONNECTIONS = 100
const HEADER_BYTES = 8192
/** How long an answer that is under way may take once the watcher ends. */
const GRACE_MS = 500

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  // Nobody needs the next answer so quickly that a connection should be kept for it.
  Connection: 'close',
}

/** Listens at an address as `--listen` takes it; `status` is asked anew for each answer. */
export async function serve(address: string, status: () => WatchStatus): Promise<Serving> {
  const limits = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
  }
  const server = http.createServer(limits, (request, response) => respond(request, response, status))
  server.maxConnections = CONNECTIONS
  server.on('connection', socket => {
    const end = setTimeout(() => socket.destroy(), CONNECTION_MS)
    socket.once('close', () => clearTimeout(end))
  })
  await listen(server, address)
  // A connection that could not be accepted, for want of descriptors: the watcher goes on.
  server.on('error', () => {})
  const { address: host, port } = server.address() as AddressInfo
  return { host, port, close: () => close(server) }
}

async function listen(server: http.Server, address: string): Promise<void> {
  const listening = parseListening(address)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ ...listening, exclusive: true }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    if (!hasErrno(error)) throw error
    const [message, hint] = WORDS[error.code ?? ''] ?? [`the system says ${error.code}`]
    throw new Failure('io', [{ message: `cannot listen at ${address}: ${message}`, hint }])
  }
}

const WORDS: Readonly<Record<string, readonly [message: string, hint?: string]>> = {
  EADDRINUSE: ['something else listens there', 'end it or choose another port'],
  EACCES: ['permission denied', 'choose a port from 1024 on, or run it as root'],
  EADDRNOTAVAIL: ['this machine does not have that address', 'name one that it has'],
  EAFNOSUPPORT: ['this machine does not speak that version of IP', 'name an address of the other'],
  ENOTFOUND: ['nobody knows a machine of that name', 'name an address instead'],
  EAI_AGAIN: ['the name could not be looked up', 'name an address instead'],
}

function respond(request: http.IncomingMessage, response: http.ServerResponse, status: () => WatchStatus) {
  const { code, type, body, ...more } = answerTo(request, status)
  const headers = { ...HEADERS, ...more.headers, 'Content-Type': type }
  // With its length also to a HEAD, whose body Node leaves out.
  response.writeHead(code, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
}

function answerTo(
  request: http.IncomingMessage,
  status: () => WatchStatus,
): Answer & { readonly headers?: Readonly<Record<string, string>> } {
  if (!mayAsk(request)) return plain(403, 'ask for it by address or as localhost')
  const answer = answerAt(request.url ?? '')
  if (answer === undefined) return plain(404, 'there is: / /metrics /healthz /readyz /livez')
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { ...plain(405, 'there is nothing here but to read'), headers: { Allow: 'GET, HEAD' } }
  try {
    return answer(status())
  } catch {
    // A fault of a page must not end the watcher.
    return plain(500, 'this page could not be made; that is a bug of regmirror')
  }
}

function plain(code: number, sentence: string): Answer {
  return { code, type: PLAIN, body: `${sentence}\n` }
}

/**
 * Whether a page of somewhere else may be behind it, whose name has been made to mean this machine (DNS rebinding):
 * on loopback nobody has a reason to ask by name. A client that names no host at all is not a browser.
 */
function mayAsk({ headers: { host }, socket }: http.IncomingMessage): boolean {
  if (host === undefined || !isLoopback(socket.localAddress ?? '')) return true
  const name = host.replace(/:\d*$/, '').toLowerCase()
  return name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

function close(server: http.Server): Promise<void> {
  return new Promise(done => {
    const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    server.close(() => {
      clearTimeout(late)
      done()
    })
    server.closeIdleConnections()
  })
}
