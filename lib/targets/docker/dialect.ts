/** How Docker speaks to registries: as its graph driver store does, which is the stricter one. Pure. */
import { type ApiBase, DOCKER_HUB, isLoopback } from '../../model/registry.ts'
import type { DefaultServer, Dialect } from '../dialect.ts'

export const dockerDialect: Dialect = {
  namespace: () => undefined,
  defaultServer: registry => (isLoopback(registry) ? loopbackServer(registry) : ownServer(registry)),
  // The client of the ping gives up after this time (registry/auth.go:179-182@v28.5.2).
  dialTimeoutMs: 15_000,
  pingDecides: true,
  sendsHeaders: false,
}

function ownServer(registry: string): DefaultServer {
  const origin = registry === 'docker.io' ? DOCKER_HUB : `https://${registry}`
  return { bases: [baseAt(origin)], skipVerify: false }
}

/** https, then http, without a check of certificates (registry/service_v2.go:47-80@v28.5.2). */
function loopbackServer(registry: string): DefaultServer {
  return { bases: [baseAt(`https://${registry}`), baseAt(`http://${registry}`)], skipVerify: true }
}

function baseAt(url: string): ApiBase {
  return { origin: new URL(url).origin, path: '/v2', form: 'root' }
}
