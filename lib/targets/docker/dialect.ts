/** How Docker speaks to registries: the graph driver store, which is the stricter one, and the containerd store. Pure. */
import { type ApiBase, DOCKER_HUB, isLoopback } from '../../model/registry.ts'
import type { DefaultServer, Dialect } from '../dialect.ts'

export const dockerDialect: Dialect = {
  namespace: () => undefined,
  defaultServer: registry => (isLoopback(registry) ? loopbackServer(registry) : ownServer(registry)),
  // The client of the ping gives up after this time (registry/auth.go:179-182@v28.5.2).
  dialTimeoutMs: 15_000,
  ignoresDialTimeout: true,
  // A ping without a response ends the endpoint; its status does not matter (observed on 20.10.24 and 28.5.2).
  pingDecides: true,
  pingAccepts: 'any_response',
  // basicHandler of the vendored distribution (registry/client/auth/session.go ErrNoBasicAuthCredentials@v28.5.2).
  stopsAtPassword: true,
  // distribution/pull.go:75-140@v28.5.2
  pullsFrom: 'first_with_all',
  sendsHeaders: false,
}

/** With the containerd store and hosts.toml, as containerd does (daemon/containerd/resolver.go:33-82@v28.5.2). */
export const containerdStoreDialect: Dialect = {
  // Observed: every mirror of docker.io is sent `ns=docker.io`.
  namespace: (registry, host) => (host === serverHost(registry) ? undefined : registry),
  defaultServer: dockerDialect.defaultServer,
  // daemon/hosts.go:85-103@v28.5.2 keeps the default of containerd.
  dialTimeoutMs: 30_000,
  pingDecides: false,
  sendsHeaders: true,
}

function serverHost(registry: string): string {
  return registry === 'docker.io' ? new URL(DOCKER_HUB).host : registry
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
