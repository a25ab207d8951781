/**
 * A mirror on a raw socket that serves a canary correctly, except at one step of a pull. The path of its url names the
 * step and the misbehaviour, so that one listener serves them all: `/STAGE/NAME/v2` (or `/every/NAME/v2`), and
 * `/via/STAGE/NAME/v2` for the same after a redirect.
 */
import type net from 'node:net'
import { TLSSocket, type TlsOptions } from 'node:tls'
import { sha256 } from '../../lib/probe/api/manifest.ts'
import { platformName } from '../../lib/probe/api/platform.ts'
import { type Blob, buildImage } from './image.ts'
import { type Listener, listen, onRequest } from './sockets.ts'

/** The steps of a pull, in their order; `tag` is the GET that replaces a HEAD without a digest. */
export const STAGES = ['ping', 'challenge', 'token', 'head', 'tag', 'index', 'platform', 'blob'] as const
export type Stage = (typeof STAGES)[number]

/** The response of a healthy mirror. */
export interface NormalResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** What is sent, and what follows it. */
export interface Script {
  readonly send: string | Buffer
  readonly delayMs?: number
  readonly after: 'end' | 'reset' | 'nothing' | { readonly flood: string } | { readonly drip: string }
}

export const end = (send: string | Buffer): Script => ({ send, after: 'end' })
export const reset = (send: string): Script => ({ send, after: 'reset' })
/** Keeps the connection open without sending more. */
export const hold = (send: string): Script => ({ send, after: 'nothing' })
/** Sends the same again and again, as fast as it is read. */
export const flood = (send: string | Buffer, what: string): Script => ({ send, after: { flood: what } })
/** Sends it byte by byte, again and again. */
export const drip = (send: string, what: string): Script => ({ send, after: { drip: what } })

/** Gets the normal response, the API base of this mirror, and the requested url. */
export type Misbehaviour = (normal: NormalResponse, base: string, url: string) => Script

export const CANARY = { repository: 'library/busybox', reference: 'latest', ns: 'docker.io' }
export const IMAGE = buildImage(CANARY.repository, CANARY.reference)
const [CONFIG, LAYER] = IMAGE.blobs as [Blob, Blob]
export const MANIFEST_TYPE = IMAGE.manifest.mediaType
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
const INDEX = indexOf([IMAGE.manifest.digest])
/** Between the bytes of a drip. */
const DRIP_MS = 100

/** An image index for this platform. */
export function indexOf(digests: readonly string[], of = platformName(process.arch)): string {
  const [os, architecture] = of.split('/')
  const manifests = digests.map(digest => ({
    mediaType: MANIFEST_TYPE,
    digest,
    size: digest === IMAGE.manifest.digest ? IMAGE.manifest.bytes.length : 1,
    platform: { os, architecture },
  }))
  return JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests })
}

/** The bytes of a head, without the empty line. `changed` replaces headers; undefined removes one. */
export function headOf(
  { status, headers }: Pick<NormalResponse, 'status' | 'headers'>,
  changed: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = Object.entries({ ...headers, ...changed }).filter(([, value]) => value !== undefined)
  return `HTTP/1.1 ${status} x\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`
}

/** A whole response; its length is correct unless `headers` has another. */
export function respond({ status, headers, body }: NormalResponse): Script {
  const head = headOf({ status, headers: { 'Content-Length': String(Buffer.byteLength(body)), ...headers } })
  return end(Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), Buffer.from(body)]))
}

export async function startHostile(
  misbehaviours: Readonly<Record<string, Misbehaviour>>,
  options?: TlsOptions,
): Promise<Listener> {
  const listener: Listener = await listen(
    socket => onRequest(socket, head => play(socket, scriptFor(head, misbehaviours, listener.origin))),
    options,
  )
  return listener
}

function scriptFor(
  head: string,
  misbehaviours: Readonly<Record<string, Misbehaviour>>,
  origin: string,
): Script {
  const [, method = '', via = '', stage = '', name = '', path = ''] =
    /^(\w+) (\/via)?\/(\w+)\/([^/]+)\/v2\/(\S*) HTTP/.exec(head) ?? []
  const base = `${origin}/${stage}/${name}/v2`
  if (via !== '') return respond({ status: 307, headers: { Location: `${base}/${path}` }, body: 'elsewhere' })
  const current = findStage(method, path, /\r\nauthorization: /i.test(head))
  const normal = normalResponse(current, method, base, stage)
  return current === stage || stage === 'every'
    ? (misbehaviours[name] as Misbehaviour)(normal, base, `${base}/${path}`)
    : respond(normal)
}

/** The step of a pull that a request belongs to. */
function findStage(method: string, path: string, authorized: boolean): Stage | 'config' {
  if (path === '' || path.startsWith('?')) return 'ping'
  if (path.startsWith('token')) return 'token'
  if (!authorized) return 'challenge'
  if (path.includes('/blobs/')) return path.includes(CONFIG.digest) ? 'config' : 'blob'
  if (method === 'HEAD') return 'head'
  if (path.includes('/manifests/latest')) return 'tag'
  return path.includes(IMAGE.manifest.digest) ? 'platform' : 'index'
}

function normalResponse(
  current: Stage | 'config',
  method: string,
  base: string,
  stage: string,
): NormalResponse {
  switch (current) {
    case 'ping':
      return { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' }
    case 'challenge':
      return { status: 401, headers: { 'WWW-Authenticate': `Bearer realm="${base}/token"` }, body: '' }
    case 'token':
      return { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"token":"t0k3n"}' }
    case 'config':
      return { status: 200, headers: {}, body: CONFIG.bytes }
    case 'blob':
      return { status: 200, headers: {}, body: LAYER.bytes }
    case 'platform':
      return { status: 200, headers: { 'Content-Type': MANIFEST_TYPE }, body: IMAGE.manifest.bytes }
    default: {
      const length = method === 'HEAD' ? { 'Content-Length': String(Buffer.byteLength(INDEX)) } : {}
      const digest = stage === 'tag' ? {} : { 'Docker-Content-Digest': sha256(Buffer.from(INDEX)) }
      const headers = { 'Content-Type': INDEX_TYPE, ...length, ...digest }
      return { status: 200, headers, body: method === 'HEAD' ? '' : INDEX }
    }
  }
}

function play(socket: net.Socket, { delayMs = 0, ...script }: Script): void {
  socket.resume()
  if (delayMs > 0) return void setTimeout(() => play(socket, script), delayMs)
  const { send, after } = script
  if (after === 'end') return void socket.end(send, 'latin1')
  socket.write(send, 'latin1')
  if (after === 'reset') setTimeout(() => resetConnection(socket), DRIP_MS)
  if (typeof after === 'string') return
  if ('flood' in after) pour(socket, Buffer.from(after.flood, 'latin1'))
  else trickle(socket, after.drip)
}

/** TLS has no reset of its own. */
function resetConnection(socket: net.Socket): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}

function pour(socket: net.Socket, bytes: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(bytes));
  }
  socket.on('drain', more)
  more()
}

function trickle(socket: net.Socket, text: string): void {
  let sent = 0
  const timer = setInterval(() => socket.write(text.charAt(sent++ % text.length), 'latin1'), DRIP_MS)
  socket.on('close', () => clearInterval(timer))
}
