/** A small OCI registry on loopback that logs its requests, so that tests can check them. It only serves pulls. */
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Image } from './image.ts'

/**
 * How a registry behaves: `silent` reads requests and never responds; `empty` has no images (404); `broken` responds
 * with 500 to everything; `slow` waits that many milliseconds before each response.
 */
export type Behaviour = 'healthy' | 'empty' | 'broken' | 'silent' | { readonly slow: number }

export interface RegistryOptions {
  readonly images?: readonly Image[]
  readonly behaviour?: Behaviour
  /** Path of the API: `/v2` (default), `/v2/P` (a repository prefix) or `/P/v2` (mounted under a path). */
  readonly base?: string
  /** Requests without exactly this Authorization header get 401, with the challenge if there is one. */
  readonly auth?: { readonly accept: string; readonly challenge?: string }
  /** Key and certificate for https. */
  readonly tls?: https.ServerOptions
  /** An IPv4 address of this machine to listen on; 127.0.0.1 by default. */
  readonly address?: string
}

/** A request, logged before the response. */
export interface LoggedRequest {
  readonly method: string
  /** Path without the query. */
  readonly path: string
  /** The query parameter `ns`: the registry of the image. */
  readonly ns: string | undefined
  /** The Host header. */
  readonly host: string
  /** Whether there was an Authorization header; its value is not kept. */
  readonly authorization: boolean
}

export interface LoopbackRegistry {
  /** `http://ADDRESS:PORT`. */
  readonly origin: string
  readonly port: number
  /** The API base as it is written in a list; only the origin for `/v2`. */
  readonly url: string
  /** Every request since the start or the last `clear()`, oldest first. */
  readonly requests: readonly LoggedRequest[]
  clear(): void
  /** Changes the behaviour from the next request on. */
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'

interface State {
  readonly options: RegistryOptions
  readonly base: string
  readonly requests: LoggedRequest[]
  behaviour: Behaviour
}

interface Reply {
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

/** An origin on 127.0.0.1 that refuses connections: its port was free a moment ago. */
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
  const logged: LoggedRequest = {
    method: request.method ?? '',
    path: url.pathname,
    ns: url.searchParams.get('ns') ?? undefined,
    host,
    authorization: authorization !== undefined,
  }
  state.requests.push(logged)
  request.resume()
  const { behaviour } = state
  if (behaviour === 'silent') return
  if (typeof behaviour === 'object') await sleep(behaviour.slow)
  send(logged.method, response, replyTo(state, behaviour, logged.path, authorization))
}

function send(method: string, response: http.ServerResponse, { status, headers, body = '' }: Reply) {
  response.writeHead(status, {
    'Docker-Distribution-Api-Version': 'registry/2.0',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  })
  response.end(method === 'HEAD' ? undefined : body)
}

function replyTo(state: State, behaviour: Behaviour, path: string, authorization: string | undefined): Reply {
  if (behaviour === 'broken') return refusal(500, 'UNKNOWN')
  const { auth } = state.options
  if (auth !== undefined && authorization !== auth.accept) return unauthorized(auth.challenge)
  if (path === pingPath(state.base))
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' }
  if (behaviour === 'empty' || !path.startsWith(`${state.base}/`)) return refusal(404, 'NAME_UNKNOWN')
  return findContent(state.options.images ?? [], path.slice(state.base.length + 1))
}

/** The path of a ping: the base up to and including its `v2`. */
function pingPath(base: string): string {
  return base.startsWith('/v2') ? '/v2/' : `${base}/`
}

function unauthorized(challenge: string | undefined): Reply {
  const headers = challenge === undefined ? {} : { 'WWW-Authenticate': challenge }
  return { ...refusal(401, 'UNAUTHORIZED'), headers }
}

function refusal(status: number, code: string): Reply {
  return { status, body: JSON.stringify({ errors: [{ code }] }) }
}

/** The content at `<repository>/manifests/<tag or digest>` or `<repository>/blobs/<digest>`. */
function findContent(images: readonly Image[], path: string): Reply {
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
