/** How containerd speaks to registries. Pure. */
import { type ApiBase, DOCKER_HUB, isLoopback } from '../../model/registry.ts'
import type { DefaultServer, Dialect } from '../dialect.ts'

export const containerdDialect: Dialect = {
  namespace: (registry, host) => (host === serverHost(registry) ? undefined : registry),
  defaultServer: registry => (isLoopback(registry) ? loopbackServer(registry) : ownServer(registry)),
  // core/remotes/docker/registry.go:256@v2.3.4
  dialTimeoutMs: 30_000,
  // It never requests `/v2/`.
  pingDecides: false,
  sendsHeaders: true,
}

/** The registry itself gets no `ns` (isProxy, core/remotes/docker/registry.go:85-92@v2.3.4). */
function serverHost(registry: string): string {
  return registry === 'docker.io' ? new URL(DOCKER_HUB).host : registry
}

function ownServer(registry: string): DefaultServer {
  return { bases: [baseAt(`https://${serverHost(registry)}`)], skipVerify: false }
}

/**
 * https unless the port is 80, then http unless the port is 443, without a check of certificates
 * (core/remotes/docker/config/hosts.go:105-122@v2.3.4).
 */
function loopbackServer(registry: string): DefaultServer {
  const [https, http] = [baseAt(`https://${registry}`), baseAt(`http://${registry}`)]
  const { port } = new URL(`tcp://${registry}`)
  if (port === '80') return { bases: [http], skipVerify: true }
  return { bases: port === '' || port === '443' ? [https] : [https, http], skipVerify: true }
}

function baseAt(url: string): ApiBase {
  return { origin: new URL(url).origin, path: '/v2', form: 'root' }
}
