/** How containers/image speaks to registries. Pure. */
import { DOCKER_HUB } from '../../model/registry.ts'
import type { Dialect } from '../dialect.ts'

export const containersDialect: Dialect = {
  namespace: () => undefined,
  // dockerHostname and dockerRegistry, image/docker/docker_client.go:40-50@image/v5.39.2. Loopback has no rule of its own.
  defaultServer: registry => ({
    bases: [
      { origin: registry === 'docker.io' ? DOCKER_HUB : `https://${registry}`, path: '/v2', form: 'root' },
    ],
    skipVerify: false,
  }),
  // image/pkg/tlsclientconfig/tlsclientconfig.go:88-101@image/v5.39.2
  dialTimeoutMs: 30_000,
  ignoresDialTimeout: true,
  // It pings `https://HOST/v2/` before every pull (detectProperties, docker_client.go:961-1008@image/v5.39.2).
  pingDecides: true,
  // `insecure = true`, for http too: https first, http after any failure (detectPropertiesHelper, in the same place).
  triesHttpsFirst: true,
  // A blob that fails ends the pull (docker_image_src.go:57-126@image/v5.39.2).
  pullsFrom: 'first_with_manifest',
  sendsHeaders: false,
}
