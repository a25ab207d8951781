/** How the containerd in k3s and RKE2 speaks to registries. Pure. */
import { DOCKER_HUB } from '../../model/registry.ts'
import type { Dialect } from '../dialect.ts'
import { endpointUrl } from './pull/endpoint-url.ts'

export const k3sDialect: Dialect = {
  // isProxy, core/remotes/docker/registry.go:85-92@v2.3.4
  namespace: (registry, host) => (host === serverHost(registry) ? undefined : registry),
  // The `server` of a generated hosts.toml (defaultHostConfig, pkg/agent/containerd/config.go@06ea261c).
  defaultServer: registry => ({
    bases: [
      {
        origin: endpointUrl(registry)?.origin ?? `https://${serverHost(registry)}`,
        path: '/v2',
        form: 'root',
      },
    ],
    skipVerify: false,
  }),
  dialTimeoutMs: 30_000,
  ignoresDialTimeout: true,
  pingDecides: false,
  // Only a login can be written, which containerd sends after a challenge; every other header is an error of the list.
  sendsHeaders: true,
}

function serverHost(registry: string): string {
  return registry === 'docker.io' ? new URL(DOCKER_HUB).host : registry
}
