/** Serves what a watcher knows over HTTP, to people, to Prometheus and to whoever restarts it. Changes nothing. */
import http from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { admit, type Connections, isFirst } from './admission.ts'
import { listen } from './listen.ts'
import type { Listening } from './listen-address.ts'
import { openRenderer } from './render-cache.ts'
import { type Answer, askedAt, PAGES, type PageName, plain } from './responses.ts'
import { openTurns } from './send-queue.ts'
import type { WatchStatus, WatchSummary } from './status.ts'

export interface Serving extends Listening {
  close(): Promise<void>
}

/** What a watcher knows, asked anew for each answer that is not shared. */
export interface Known {
  summary(): WatchSummary
  status(): WatchStatus
}

/** So that a slow client costs little: no request takes longer to be sent. */
const REQUEST_MS = 5000
const HEADER_BYTES = 8192
/** Pages that are sent at once, and how long one may take while others wait. */
const [PAGES_AT_ONCE, PAGE_MS] = [8, 500]
/** How long an answer that is under way may take once the watcher ends. */
const GRACE_MS = 300

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

/** Listens at an address as `--listen` takes it. */
export async function serve(address: string, known: Known): Promise<Serving> {
  const limits = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
  }
  const answerTo = answering(known)
  const server = http.createServer(limits)
  const open: Connections = new Map()
  server.on('connection', socket => admit(socket, open))
  server.on('request', (request, response) => {
    if (isFirst(request.socket, open)) answerTo(request, response)
  })
  await listen(server, address)
  // A connection that could not be accepted, for want of descriptors: the watcher goes on.
  server.on('error', () => {})
  const { address: host, port } = server.address() as AddressInfo
  return { host, port, close: () => close(server, open) }
}

type Respond = (request: http.IncomingMessage, response: http.ServerResponse) => void

/** Checks are answered at once; pages are rendered for all who ask at the same time, and sent a few at a time. */
function answering({ summary, status }: Known): Respond {
  const turns = openTurns(PAGES_AT_ONCE, PAGE_MS)
  const render: Readonly<Record<PageName, (key: string) => Promise<Answer>>> = {
    status: openRenderer(key => PAGES.status(status(), key)),
    metrics: openRenderer(key => PAGES.metrics(status(), key)),
  }
  const sendPage = async (name: PageName, key: string, response: http.ServerResponse) => {
    // A fault of a page must not end the watcher.
    const answer = await render[name](key).catch(() => BROKEN)
    if (response.destroyed) return
    const over = turns.enter({ begin: () => send(response, answer), giveUp: () => response.destroy() })
    response.once('close', over)
  }
  return (request, response) => {
    const asked = askedAt(request.url ?? '')
    const refusal = refusalOf(request, asked !== undefined)
    if (refusal !== undefined) send(response, refusal)
    else if (asked !== undefined && 'page' in asked) void sendPage(asked.page, asked.key, response)
    else if (asked !== undefined)
      send(
        response,
        checked(() => asked.check(summary())),
      )
  }
}

const BROKEN = plain(500, 'this page could not be made; that is a bug of regmirror')

function checked(check: () => Answer): Answer {
  try {
    return check()
  } catch {
    return BROKEN
  }
}

type Refusal = Answer & { readonly headers?: Readonly<Record<string, string>> }

function refusalOf(request: http.IncomingMessage, there: boolean): Refusal | undefined {
  if (!mayAsk(request)) return plain(403, 'ask for it by address or as localhost')
  if (!there) return plain(404, 'there is: / /metrics /healthz /readyz /livez')
  if (request.method === 'GET' || request.method === 'HEAD') return undefined
  return { ...plain(405, 'there is nothing here but to read'), headers: { Allow: 'GET, HEAD' } }
}

function send(response: http.ServerResponse, { code, type, body, headers }: Refusal): void {
  // With its length also to a HEAD, whose body Node leaves out.
  const all = { ...HEADERS, ...headers, 'Content-Type': type, 'Content-Length': body.length }
  response.writeHead(code, all).end(body)
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

function close(server: http.Server, open: Connections): Promise<void> {
  return new Promise(done => {
    const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    server.close(() => {
      clearTimeout(late)
      done()
    })
    for (const { socket, asked } of open.values()) if (!asked) socket.destroy()
  })
}
