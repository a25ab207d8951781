/** A mirror for deep probes that serves one image; a test may replace the response for any path. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Blob, buildImage, type Image } from './image.ts'

/** Responds and returns true, or returns false to leave the response to the registry. */
export type Bend = (request: http.IncomingMessage, response: http.ServerResponse) => boolean

export interface BentMirror extends AsyncDisposable {
  readonly origin: string
  /** The requests: `METHOD path?query`, with ` +auth` for those with an Authorization header. */
  readonly asked: readonly string[]
}

export const CANARY = { repository: 'library/busybox', reference: 'latest', ns: 'docker.io' }
export const IMAGE = buildImage(CANARY.repository, CANARY.reference)

/** Starts it on a free port of 127.0.0.1; the API is at `/v2`. */
export async function startMirror(bend: Bend = () => false, image: Image = IMAGE): Promise<BentMirror> {
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}${request.headers.authorization ? ' +auth' : ''}`)
    request.resume()
    if (!bend(request, response)) serve(image, request, response)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections()
      return new Promise(done => server.close(() => done()))
    },
  }
}

function serve(image: Image, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://mirror.invalid')
  const reference = pathname.slice(pathname.lastIndexOf('/') + 1)
  const known = [image.manifest, ...image.blobs].find(({ digest }) => digest === reference)
  const found = pathname.endsWith(`/manifests/${image.tag}`) ? image.manifest : known
  if (found !== undefined) serveBlob(found, request, response)
  else reply(response, pathname === '/v2/' ? 200 : 404, {}, '{}')
}

/** Without the body for a HEAD request. */
export function serveBlob(
  { mediaType, digest, bytes }: Blob,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  const headers = {
    'Content-Type': mediaType,
    'Docker-Content-Digest': digest,
    'Content-Length': bytes.length,
  }
  reply(response, 200, headers, request.method === 'HEAD' ? '' : bytes)
}

export function reply(
  response: http.ServerResponse,
  status: number,
  headers: http.OutgoingHttpHeaders = {},
  body: string | Buffer = '',
): void {
  response.writeHead(status, headers).end(body)
}
