/**
 * A small OCI registry on loopback whose request log is the witness: it proves who was asked, in which
 * order and with which url. It only serves pulls.
 */
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Image } from './image.ts'

/**
 * How a registry behaves: `silent` reads requests and never answers; `empty` knows no image (404);
 * `broken` answers 500 to everything; `slow` waits that many milliseconds before it answers.
 */
export type Behaviour = 'healthy' | 'empty' | 'broken' | 'silent' | { readonly slow: number }

export interface RegistryOptions {
  readonly images?: readonly Image[]
  readonly behaviour?: Behaviour
  /** Where the API is: `/v2` (default), `/v2/P` (a repository prefix) or `/P/v2` (mounted under a path). */
  readonly base?: string
  /** Requests without exactly this Authorization header get 401, with the challenge if there is one. */
  readonly auth?: { readonly accept: string; readonly challenge?: string }
  /** Serve https with this key and certificate. */
  readonly tls?: https.ServerOptions
  /** An IPv4 address of this machine to listen on, 127.0.0.1 if left out. */
  readonly address?: string
}

/** A request as it came in, logged before it is answered. */
export interface Asked {
  readonly method: string
  /** Path without the query. */
  readonly path: string
  /** The `ns` query parameter: the registry the image name speaks of. */
  readonly ns: string | undefined
  /** The Host header. */
  readonly host: string
  /** Whether an Authorization header came along; its value is not kept. */
  readonly authorization: boolean
}

export interface LoopbackRegistry {
  /** `http://ADDRESS:PORT`. */
  readonly origin: string
  readonly port: number
  /** The API base as one writes it in a list; just the origin for `/v2`. */
  readonly url: string
  /** Every request since the start or the last `clear()`, oldest first. */
  readonly requests: readonly Asked[]
  clear(): void
  /** Changes the behaviour from the next request on. */
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'

interface State {
  readonly options: RegistryOptions
  readonly base: string
  readonly requests: Asked[]
  behaviour: Behaviour
}

interface Answer {
  readonly status: number
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string | Buffer
}

/** Starts a registry on a free port. */
export async function startRegistry(options: RegistryOptions = {}): Promise<LoopbackRegistry> {
  const base = options.base ?? '/v2'
  const state: State = { options, base, requests: [], behaviour: options.behaviour ?? 'healthy' }
  const server = listener(state)
  const { address = LOOPBACK } = options
  const port = await listen(server, address)
  const origin = `${options.tls === undefined ? 'http' : 'https'}://${address}:${port}`
  return {
    origin,
    port,
    url: base === '/v2' ? origin : origin + base,
    requests: state.requests,
    clear: () => void state.requests.splice(0),
    behave: behaviour => {
      state.behaviour = behaviour
    },
    close: () => close(server),
  }
}

/** An origin on 127.0.0.1 that refuses connections: its port was free a moment ago and is closed again. */
export async function refusingOrigin(): Promise<string> {
  const server = http.createServer()
  const port = await listen(server, LOOPBACK)
  await close(server)
  return `http://${LOOPBACK}:${port}`
}

function listener(state: State): http.Server {
  const onRequest: http.RequestListener = (request, response) => void handle(state, request, response)
  return state.options.tls === undefined
    ? http.createServer(onRequest)
    : https.createServer(state.options.tls, onRequest)
}

async function listen(server: http.Server, address: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, address, resolve)
  })
  return (server.address() as AddressInfo).port
}

async function close(server: http.Server): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  server.closeAllConnections()
  await closed
}

async function handle(state: State, request: http.IncomingMessage, response: http.ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://registry.invalid')
  const { authorization, host = '' } = request.headers
  const asked: Asked = {
    method: request.method ?? '',
    path: url.pathname,
    ns: url.searchParams.get('ns') ?? undefined,
    host,
    authorization: authorization !== undefined,
  }
  state.requests.push(asked)
  request.resume()
  const { behaviour } = state
  if (behaviour === 'silent') return
  if (typeof behaviour === 'object') await sleep(behaviour.slow)
  send(asked.method, response, answerTo(state, behaviour, asked.path, authorization))
}

function send(method: string, response: http.ServerResponse, { status, headers, body = '' }: Answer) {
  response.writeHead(status, {
    'Docker-Distribution-Api-Version': 'registry/2.0',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  })
  response.end(method === 'HEAD' ? undefined : body)
}

function answerTo(
  state: State,
  behaviour: Behaviour,
  path: string,
  authorization: string | undefined,
): Answer {
  if (behaviour === 'broken') return refusal(500, 'UNKNOWN')
  const { auth } = state.options
  if (auth !== undefined && authorization !== auth.accept) return unauthorized(auth.challenge)
  if (path === ping(state.base))
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' }
  if (behaviour === 'empty' || !path.startsWith(`${state.base}/`)) return refusal(404, 'NAME_UNKNOWN')
  return content(state.options.images ?? [], path.slice(state.base.length + 1))
}

/** The API root of a base, up to and including its `v2`: what a client asks first. */
function ping(base: string): string {
  return base.startsWith('/v2') ? '/v2/' : `${base}/`
}

function unauthorized(challenge: string | undefined): Answer {
  const headers = challenge === undefined ? {} : { 'WWW-Authenticate': challenge }
  return { ...refusal(401, 'UNAUTHORIZED'), headers }
}

function refusal(status: number, code: string): Answer {
  return { status, body: JSON.stringify({ errors: [{ code }] }) }
}

/** What stands at `<repository>/manifests/<tag or digest>` or `<repository>/blobs/<digest>`. */
function content(images: readonly Image[], path: string): Answer {
  const [, repository, kind, reference] = /^(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? []
  const own = images.filter(image => image.repository === repository)
  const found =
    kind === 'manifests'
      ? own.find(({ tag, manifest }) => reference === tag || reference === manifest.digest)?.manifest
      : own.flatMap(image => image.blobs).find(blob => blob.digest === reference)
  if (found === undefined) return refusal(404, kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN')
  const headers = { 'Content-Type': found.mediaType, 'Docker-Content-Digest': found.digest }
  return { status: 200, headers, body: found.bytes }
}
