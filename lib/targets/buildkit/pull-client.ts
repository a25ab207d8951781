/** What BuildKit's HTTP client sends and accepts. Pure. */

import type { PullClient } from '../pull-client.ts'
import { atLeast, type Release } from '../release.ts'
import { NEWEST_TLS } from '../tls-client.ts'

/** The release that an unknown one is treated as. */
const NEWEST: Release = { name: '0.32', major: 0, minor: 32, patch: 0 }

/** The resolver and the fetcher are those of containerd (vendor/github.com/containerd/containerd/v2@v2.3.3). */
export function describePullClient(release: Release = NEWEST): PullClient {
  const { major, minor } = release
  return {
    // version/ua.go:17-39@v0.32.2: the line of the release. Before 0.12 it is that of containerd.
    userAgent: atLeast(release, '0.12.0') ? `buildkit/v${major}.${minor}` : 'containerd/1.6.20',
    userAgentOfList: false,
    // go.mod@v0.11.6: 1.18.
    go: atLeast(release, '0.12.0') ? '1.24' : '1.19',
    // core/remotes/docker/fetcher.go open@v2.0.0, from 0.19 on.
    fetchEncodings: atLeast(release, '0.19.0') ? 'zstd;q=1.0, gzip;q=0.8, deflate;q=0.5' : undefined,
    // util/resolver/authorizer.go AddResponses, doBearerAuth@v0.32.2; no static header exists.
    tokens: { staticHeaders: false, renewsRefused: true, renewsExpired: true },
    tls: NEWEST_TLS,
    images: {
      schema1: !atLeast(release, '0.23.0'),
      embedded: atLeast(release, '0.12.0'),
      transferService: false,
    },
  }
}
