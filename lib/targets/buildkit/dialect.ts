/** How BuildKit speaks to registries (util/resolver/resolver.go@v0.32.2). Pure. */
import { DOCKER_HUB, isLoopback } from '../../model/registry.ts'
import type { Dialect } from '../dialect.ts'

const HUB_HOST = new URL(DOCKER_HUB).host

export const buildkitDialect: Dialect = {
  // isProxy of its resolver, which is that of containerd (core/remotes/docker/registry.go:85-92@v2.3.3).
  namespace: (registry, host) => (host === serverHost(registry) ? undefined : registry),
  defaultServer: registry => ({
    bases: [{ origin: serverOrigin(registry), path: '/v2', form: 'root' }],
    skipVerify: false,
  }),
  setsServerScheme: true,
  // resolver.go:200-204@v0.32.2
  dialTimeoutMs: 30_000,
  ignoresDialTimeout: true,
  pingDecides: false,
  sendsHeaders: false,
}

export function serverHost(registry: string): string {
  return registry === 'docker.io' ? HUB_HOST : registry
}

/** A loopback registry is reached over http (resolver.go:36-41@v0.32.2). */
function serverOrigin(registry: string): string {
  return new URL(`${isLoopback(registry) ? 'http' : 'https'}://${serverHost(registry)}`).origin
}
