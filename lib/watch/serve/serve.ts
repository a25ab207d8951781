/** Serves the status of a watcher over HTTP: to people, to Prometheus, and to health checks. Read-only. */
import http from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { admit, type Connections, isFirstRequest } from './admission.ts'
import { listen } from './listen.ts'
import type { ListenAddress } from './listen-address.ts'
import { openRenderer } from './render-cache.ts'
import { findRoute, PAGES, type PageName, type Reply, textReply } from './responses.ts'
import { openSendQueue } from './send-queue.ts'
import type { WatchStatus, WatchSummary } from './status.ts'

export interface StatusServer extends ListenAddress {
  close(): Promise<void>
}

/** Read for every response that is not shared. */
export interface StatusSource {
  summary(): WatchSummary
  status(): WatchStatus
}

/** A slow client costs little: no request may take longer to arrive. */
const REQUEST_MS = 5000
const HEADER_BYTES = 8192
/** Pages that are sent at the same time, and how long one may take while others wait. */
const [PAGES_SENT, PAGE_MS] = [8, 500]
/** How long a response may take once the watcher ends. */
const GRACE_MS = 300

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  // No client needs the next response so quickly that a connection should stay open for it.
  Connection: 'close',
}

/** Listens at an address as `--listen` takes it. */
export async function serve(address: string, source: StatusSource): Promise<StatusServer> {
  const limits = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
  }
  const handle = openHandler(source)
  const server = http.createServer(limits)
  const open: Connections = new Map()
  server.on('connection', socket => admit(socket, open))
  server.on('request', (request, response) => {
    if (isFirstRequest(request.socket, open)) handle(request, response)
  })
  await listen(server, address)
  // A connection cannot be accepted, for lack of descriptors: the watcher goes on.
  server.on('error', () => {})
  const { address: host, port } = server.address() as AddressInfo
  return { host, port, close: () => close(server, open) }
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void

/** A check gets its response immediately; a page is rendered for all who request it at the same time, and queued. */
function openHandler({ summary, status }: StatusSource): Handler {
  const queue = openSendQueue(PAGES_SENT, PAGE_MS)
  const render: Readonly<Record<PageName, (key: string) => Promise<Reply>>> = {
    status: openRenderer(key => PAGES.status(status(), key)),
    metrics: openRenderer(key => PAGES.metrics(status(), key)),
  }
  const sendPage = async (name: PageName, key: string, response: http.ServerResponse) => {
    // A bug in a page must not end the watcher.
    const reply = await render[name](key).catch(() => BROKEN)
    if (response.destroyed) return
    const end = queue.add({ start: () => send(response, reply), abort: () => response.destroy() })
    response.once('close', end)
  }
  return (request, response) => {
    const route = findRoute(request.url ?? '')
    if (!isHostAllowed(request)) send(response, WRONG_HOST)
    else if (route === undefined) send(response, NOT_FOUND)
    else if (request.method !== 'GET' && request.method !== 'HEAD') send(response, WRONG_METHOD)
    else if ('page' in route) void sendPage(route.page, route.key, response)
    else send(response, checkReply(route.check, summary))
  }
}

type FullReply = Reply & { readonly headers?: Readonly<Record<string, string>> }

const BROKEN = textReply(500, 'cannot render this page; this is a bug in regmirror')
const WRONG_HOST = textReply(403, 'this Host header is not allowed; use an IP address or localhost')
const NOT_FOUND = textReply(404, 'not found; the paths are / /metrics /healthz /readyz /livez')
const WRONG_METHOD: FullReply = {
  ...textReply(405, 'method not allowed; use GET or HEAD'),
  headers: { Allow: 'GET, HEAD' },
}

function checkReply(check: (summary: WatchSummary) => Reply, summary: () => WatchSummary): Reply {
  try {
    return check(summary())
  } catch {
    return BROKEN
  }
}

function send(response: http.ServerResponse, { code, type, body, headers }: FullReply): void {
  // HEAD gets the length too; Node leaves out its body.
  const all = { ...HEADERS, ...headers, 'Content-Type': type, 'Content-Length': body.length }
  response.writeHead(code, all).end(body)
}

/**
 * A page of another site may send the request, under a name that resolves to this machine (DNS rebinding): on loopback
 * no client needs a name. A client that sends no Host header is not a browser.
 */
function isHostAllowed({ headers: { host }, socket }: http.IncomingMessage): boolean {
  if (host === undefined || !isLoopback(socket.localAddress ?? '')) return true
  const name = host.replace(/:\d*$/, '').toLowerCase()
  return name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

function close(server: http.Server, open: Connections): Promise<void> {
  return new Promise(resolve => {
    const deadline = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    server.close(() => {
      clearTimeout(deadline)
      resolve()
    })
    for (const { socket, requested } of open.values()) if (!requested) socket.destroy()
  })
}
