/**
 * Mirrors in a process of their own, so that what they cost is not taken for ours. Given as JSON in the first
 * argument; their origins are printed as one line of JSON, and they end with standard input.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildImage } from '../../support/image.ts'

export interface Manner {
  /** Before the head of every answer; undefined: it accepts and never answers. */
  readonly delayMs?: number | undefined
  /** What it says to a question for a manifest, 200 if left out. */
  readonly manifests?: number | undefined
  /** At which it serves layers; undefined: as fast as it can. */
  readonly bytesPerSecond?: number | undefined
}

export const CANARY = 'library/busybox:latest'

/** Mirrors of one image; `stop` ends them. */
export async function startMirrors(
  manners: readonly Manner[],
): Promise<{ origins: readonly string[]; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(manners)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const stop = async () => {
    child.stdin.end()
    await once(child, 'exit')
  }
  return { origins: JSON.parse(String(line)), stop }
}

const LAYER_BYTES = 2 * 1024 * 1024
const PIECES_PER_SECOND = 20

async function serveAll(manners: readonly Manner[]): Promise<void> {
  const image = buildImage('library/busybox', 'latest', noise(LAYER_BYTES))
  const servers = manners.map(manner =>
    http.createServer((request, response) => serve(manner, request, response)),
  )
  const serve = async (manner: Manner, request: http.IncomingMessage, response: http.ServerResponse) => {
    if (manner.delayMs === undefined) return
    await sleep(manner.delayMs)
    const { pathname } = new URL(request.url ?? '/', 'http://mirror.invalid')
    if (pathname === '/v2/') return response.end('{}')
    const asksManifest = pathname.includes('/manifests/')
    if (asksManifest && manner.manifests !== undefined) return response.writeHead(manner.manifests).end()
    const reference = pathname.slice(pathname.lastIndexOf('/') + 1)
    const known = [image.manifest, ...image.blobs]
    const blob = reference === image.tag ? image.manifest : known.find(({ digest }) => digest === reference)
    if (blob === undefined) return response.writeHead(404).end()
    response.writeHead(200, {
      'Content-Type': blob.mediaType,
      'Content-Length': blob.bytes.length,
      'Docker-Content-Digest': blob.digest,
    })
    if (request.method === 'HEAD') return response.end()
    return await send(blob.bytes, asksManifest ? undefined : manner.bytesPerSecond, response)
  }
  for (const server of servers) server.listen(0, '127.0.0.1', 1024)
  await Promise.all(servers.map(server => once(server, 'listening')))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  process.stdout.write(`${JSON.stringify(ports.map(port => `http://127.0.0.1:${port}`))}\n`)
  process.stdin.on('end', () => process.exit()).resume()
}

/** Text that does not compress well, the same every time. */
function noise(bytes: number): string {
  const pieces = Array.from({ length: Math.ceil(bytes / 44) }, (_, i) =>
    createHash('sha256').update(String(i)).digest('base64'),
  )
  return pieces.join('')
}

async function send(bytes: Buffer, bytesPerSecond: number | undefined, response: http.ServerResponse) {
  const piece = bytesPerSecond === undefined ? bytes.length : Math.ceil(bytesPerSecond / PIECES_PER_SECOND)
  for (let at = 0; at < bytes.length && !response.destroyed; at += piece) {
    response.write(bytes.subarray(at, at + piece))
    if (piece < bytes.length) await sleep(1000 / PIECES_PER_SECOND)
  }
  response.end()
}

if (import.meta.main) await serveAll(JSON.parse(process.argv[2] ?? '[]'))
