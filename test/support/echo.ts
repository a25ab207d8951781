/**
 * Registries, token services and a proxy that say back whatever secret they are told, in every place of an answer. As
 * the first part of its path a url says how it is answered; a proxy answers as the url that it is asked for.
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

interface Question {
  readonly request: http.IncomingMessage
  /** What it was told, fit for a header. */
  readonly told: string
  /** Where its tokens are. */
  readonly realm: string
}

interface Answer {
  readonly status: number
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string | Buffer
}

const IMAGE = buildImage('library/busybox', 'latest')

/** What is answered in each way, to the ping. */
const PINGED: Readonly<Record<string, (question: Question) => Answer>> = {
  well: () => ({ status: 200 }),
  'with-a-page': ({ told }) => ({
    status: 200,
    headers: { 'Content-Type': 'text/html' },
    body: `<html>${told}`,
  }),
  'with-a-login': ({ told }) => ({
    status: 401,
    headers: { 'WWW-Authenticate': `Basic realm=${quoted(told)}` },
  }),
  'without-a-challenge': () => ({ status: 401 }),
  'with-another-place': ({ told }) => ({
    status: 302,
    headers: { Location: `http://${nameIn(told)}.invalid/?${told}` },
  }),
  'with-no-place': ({ told }) => ({ status: 302, headers: { Location: `ftp://${nameIn(told)}/${told}` } }),
  'with-a-strange-realm': ({ told }) => ({
    status: 401,
    headers: { 'WWW-Authenticate': `Bearer realm="http://${nameIn(told)}.invalid/"` },
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

export const WAYS = Object.keys(PINGED)

/**
 * Starts it on a free port of 127.0.0.1; the token that it hands out is one more that it says back. `remembered` is
 * what it says to those that tell it nothing.
 */
export async function startEcho(token: string, remembered = 'nothing'): Promise<Echo> {
  const heard: string[] = []
  const server = http.createServer((request, response) => {
    heard.push([`${request.method} ${request.url}`, ...pairs(request.rawHeaders)].join('\n'))
    request.resume()
    const told = toldIn(request) || remembered
    const realm = `http://${request.headers.host}/token`
    const answer = answerTo({ request, told, realm }, token)
    if (answer.status === 0) return void request.socket.end(`${told}\r\n\r\n${told}`)
    send(response, answer, told)
  })
  server.on('connect', (request: http.IncomingMessage, socket: Socket) => {
    heard.push([`${request.method} ${request.url}`, ...pairs(request.rawHeaders)].join('\n'))
    const told = toldIn(request) || remembered
    socket.on('error', () => {})
    socket.end(`HTTP/1.1 407 ${told}\r\nX-Told: ${told}\r\n\r\n${told}`)
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

/** Every place of an answer holds it but what makes the answer the one that is meant. */
function send(response: http.ServerResponse, { status, headers, body }: Answer, told: string): void {
  response.writeHead(status, told, {
    'Content-Type': told,
    'Docker-Distribution-Api-Version': told,
    'RateLimit-Limit': told,
    'RateLimit-Remaining': told,
    'Docker-Content-Digest': told,
    Date: told,
    Server: told,
    Warning: told,
    ...headers,
  })
  response.end(response.req.method === 'HEAD' ? undefined : (body ?? told))
}

function answerTo(question: Question, token: string): Answer {
  const { pathname } = new URL(question.request.url ?? '/', 'http://echo.invalid')
  const [, way = '', , ...rest] = pathname.split('/')
  if (pathname === '/token') return { status: 200, body: JSON.stringify({ token }) }
  if (pathname === '/token-none') return { status: 500 }
  const pinged = PINGED[way]?.(question) ?? { status: 404 }
  if (rest.join('/') === '') return pinged
  const authorized = question.request.headers.authorization === `Bearer ${token}`
  if (pinged.status === 401 && !authorized) return pinged
  // With a token it goes on as far as a layer, which is said to be something else.
  if (rest.includes('blobs')) return { status: 500 }
  return way === 'with-tokens'
    ? { status: 200 }
    : { status: 200, headers: { 'Content-Type': IMAGE.manifest.mediaType }, body: IMAGE.manifest.bytes }
}

/** What a client would not like to hear again. */
function toldIn({ headers }: http.IncomingMessage): string {
  const secret = /^(authorization|proxy-authorization|x-.*)$/
  const values = Object.entries(headers).flatMap(([name, value]) =>
    secret.test(name) ? [String(value)] : [],
  )
  return values.join(' ')
}

/** The start of it as the name of a machine. */
function nameIn(told: string): string {
  return /[a-z0-9]{12,60}/i.exec(told)?.[0] ?? 'nothing'
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

function pairs(raw: readonly string[]): readonly string[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${raw[i + 1]}`] : []))
}
