/** How nerdctl speaks to registries: as containerd does, but with loopback registries over http. Pure. */
import { DOCKER_HUB, isLoopback } from '../../model/registry.ts'
import type { Dialect } from '../dialect.ts'

export const nerdctlDialect: Dialect = {
  // isProxy, core/remotes/docker/registry.go:85-92@v2.3.4
  namespace: (registry, host) => (host === serverHost(registry) ? undefined : registry),
  // pkg/imgutil/transfer.go:94@v2.3.5, dockerconfigresolver.go:139@v2.3.5
  defaultServer: registry => ({
    bases: [
      {
        origin: new URL(`${isLoopback(registry) ? 'http' : 'https'}://${serverHost(registry)}`).origin,
        ...{ path: '/v2', form: 'root' },
      },
    ],
    skipVerify: false,
  }),
  // core/remotes/docker/registry.go:256@v2.3.4
  dialTimeoutMs: 30_000,
  pingDecides: false,
  sendsHeaders: true,
}

function serverHost(registry: string): string {
  return registry === 'docker.io' ? new URL(DOCKER_HUB).host : registry
}
