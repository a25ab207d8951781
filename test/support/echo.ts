/**
 * Registries, token services and a proxy that repeat every secret that they receive, in every part of a response. The
 * first segment of a path selects the response; a proxy uses the path of the url that is requested.
 */
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buildImage } from './image.ts'

export interface Echo extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  readonly port: number
  /** Request line and header of each request. */
  readonly heard: readonly string[]
}

interface EchoRequest {
  readonly request: http.IncomingMessage
  /** The secrets in the request, in a form for headers. */
  readonly secret: string
  /** Address of the token service. */
  readonly realm: string
}

interface EchoResponse {
  readonly status: number
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string | Buffer
}

const IMAGE = buildImage('library/busybox', 'latest')

/** The response to a ping, by the first segment of the path. */
const PINGS: Readonly<Record<string, (request: EchoRequest) => EchoResponse>> = {
  well: () => ({ status: 200 }),
  'with-a-page': ({ secret }) => ({
    status: 200,
    headers: { 'Content-Type': 'text/html' },
    body: `<html>${secret}`,
  }),
  'with-a-login': ({ secret }) => ({
    status: 401,
    headers: { 'WWW-Authenticate': `Basic realm=${quoted(secret)}` },
  }),
  'without-a-challenge': () => ({ status: 401 }),
  'with-another-place': ({ secret }) => ({
    status: 302,
    headers: { Location: `http://${hostNameIn(secret)}.invalid/?${secret}` },
  }),
  'with-no-place': ({ secret }) => ({
    status: 302,
    headers: { Location: `ftp://${hostNameIn(secret)}/${secret}` },
  }),
  'with-a-strange-realm': ({ secret }) => ({
    status: 401,
    headers: { 'WWW-Authenticate': `Bearer realm="http://${hostNameIn(secret)}.invalid/"` },
  }),
  'with-tokens': ({ realm }) => ({ status: 401, headers: { 'WWW-Authenticate': `Bearer realm="${realm}"` } }),
  'without-tokens': ({ realm }) => ({
    status: 401,
    headers: { 'WWW-Authenticate': `Bearer realm="${realm}-none"` },
  }),
  'with-400': () => ({ status: 400 }),
  'with-403': () => ({ status: 403 }),
  'with-404': () => ({ status: 404 }),
  'with-429': () => ({ status: 429 }),
  'with-500': () => ({ status: 500 }),
  'with-noise': () => ({ status: 0 }),
}

export const WAYS = Object.keys(PINGS)

/**
 * Starts it on a free port of 127.0.0.1. It sends `token` to clients, which it also repeats; `remembered` is repeated
 * to clients that send no secret.
 */
export async function startEcho(token: string, remembered = 'nothing'): Promise<Echo> {
  const heard: string[] = []
  const server = http.createServer((request, response) => {
    heard.push([`${request.method} ${request.url}`, ...pairs(request.rawHeaders)].join('\n'))
    request.resume()
    const secret = secretsIn(request) || remembered
    const realm = `http://${request.headers.host}/token`
    const reply = replyTo({ request, secret, realm }, token)
    if (reply.status === 0) return void request.socket.end(`${secret}\r\n\r\n${secret}`)
    send(response, reply, secret)
  })
  server.on('connect', (request: http.IncomingMessage, socket: Socket) => {
    heard.push([`${request.method} ${request.url}`, ...pairs(request.rawHeaders)].join('\n'))
    const secret = secretsIn(request) || remembered
    socket.on('error', () => {})
    socket.end(`HTTP/1.1 407 ${secret}\r\nX-Secret: ${secret}\r\n\r\n${secret}`)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    heard,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections()
      return new Promise(done => server.close(() => done()))
    },
  }
}

/** Puts the secret in every part of the response, except those that the selected response needs. */
function send(response: http.ServerResponse, { status, headers, body }: EchoResponse, secret: string): void {
  response.writeHead(status, secret, {
    'Content-Type': secret,
    'Docker-Distribution-Api-Version': secret,
    'RateLimit-Limit': secret,
    'RateLimit-Remaining': secret,
    'Docker-Content-Digest': secret,
    Date: secret,
    Server: secret,
    Warning: secret,
    ...headers,
  })
  response.end(response.req.method === 'HEAD' ? undefined : (body ?? secret))
}

function replyTo(echoed: EchoRequest, token: string): EchoResponse {
  const { pathname } = new URL(echoed.request.url ?? '/', 'http://echo.invalid')
  const [, way = '', , ...rest] = pathname.split('/')
  if (pathname === '/token') return { status: 200, body: JSON.stringify({ token }) }
  if (pathname === '/token-none') return { status: 500 }
  const ping = PINGS[way]?.(echoed) ?? { status: 404 }
  // A mirror that refuses a ping alone may be healthy.
  if (rest.join('/') === '' || ping.status === 500) return ping
  const authorized = echoed.request.headers.authorization === `Bearer ${token}`
  if (ping.status === 401 && !authorized) return ping
  // With a token a pull continues up to the layer, which fails.
  if (rest.includes('blobs')) return { status: 500 }
  return way === 'with-tokens'
    ? { status: 200 }
    : { status: 200, headers: { 'Content-Type': IMAGE.manifest.mediaType }, body: IMAGE.manifest.bytes }
}

/** The headers that must stay secret. */
function secretsIn({ headers }: http.IncomingMessage): string {
  const names = /^(authorization|proxy-authorization|x-.*)$/
  const values = Object.entries(headers).flatMap(([name, value]) => (names.test(name) ? [String(value)] : []))
  return values.join(' ')
}

/** The start of it as a host name. */
function hostNameIn(text: string): string {
  return /[a-z0-9]{12,60}/i.exec(text)?.[0] ?? 'nothing'
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

function pairs(raw: readonly string[]): readonly string[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${raw[i + 1]}`] : []))
}
