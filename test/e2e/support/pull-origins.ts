/**
 * Registries on loopback for pulls that must visit every endpoint: all but the last one have nothing, and that one has the
 * manifest of every image but not its config, so no pull succeeds. Their log has every request.
 */
import http from 'node:http'
import { digestOf } from '../../support/image.ts'
import { closeServer, originOf } from './loopback.ts'

export interface PullOrigins {
  /** `http://127.0.0.1:PORT` of each; the last one serves manifests. */
  readonly origins: readonly string[]
  /** The origin that serves manifests. */
  readonly serving: string
  close(): Promise<void>
}

/** Starts this many registries, which pass `METHOD URL` to the log. */
export async function startPullOrigins(count: number, log: (line: string) => void): Promise<PullOrigins> {
  const servers = await Promise.all(Array.from({ length: count }, (_, i) => startOne(i === count - 1, log)))
  const origins = servers.map(originOf)
  return {
    origins,
    serving: origins.at(-1) ?? '',
    close: async () => {
      await Promise.all(servers.map(closeServer))
    },
  }
}

/** The digest of the manifest that stands for a repository: every repository has its own, so no content is known before. */
export function manifestDigest(repository: string): string {
  return digestOf(manifestOf(repository))
}

/** The digest of the config that it names, which no registry has. */
export function configDigest(repository: string): string {
  return digestOf(Buffer.from(`config of ${repository}`))
}

const TYPE = 'application/vnd.oci.image.manifest.v1+json'

function manifestOf(repository: string): Buffer {
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: configDigest(repository),
    size: 7,
  }
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: TYPE, config, layers: [] }))
}

async function startOne(serves: boolean, log: (line: string) => void): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    log(`${request.method} ${originOf(server)}${request.url}`)
    const { pathname } = new URL(request.url ?? '/', 'http://registry.invalid')
    const [, repository] = /([a-z]+\/app\d+)\/manifests\/[^/]+$/.exec(pathname) ?? []
    if (!serves || repository === undefined) return void response.writeHead(404).end()
    const bytes = manifestOf(repository)
    response.writeHead(200, {
      'Content-Type': TYPE,
      'Docker-Content-Digest': digestOf(bytes),
      'Content-Length': bytes.length,
    })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}
