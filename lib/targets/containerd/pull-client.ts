/** What containerd's HTTP client sends and accepts, release by release. Pure. */
import type { PullClient } from '../pull-client.ts'
import { atLeast, isExact, type Release } from '../release.ts'
import { describeTls } from './tls-client.ts'

/** The release that an unknown one is treated as. */
const NEWEST: Release = { name: '2.3.4', major: 2, minor: 3, patch: 4 }

/** A release line stands for its newest patch. Undefined: the newest release. */
export function describePullClient(release: Release = NEWEST): PullClient {
  const newest = isExact(release) ? release : { ...release, patch: Number.POSITIVE_INFINITY }
  const since = (text: string) => atLeast(newest, text)
  const { major, minor, patch } = release
  return {
    userAgent: `containerd/${major}.${minor}.${patch}`,
    // Older releases add the value of the list after their own, and Go sends the first one (resolver.go:156-161@v1.7.24).
    userAgentOfList: since('2.1.0'),
    // Debian builds 1.6 with Go 1.19.
    go: since('1.7.0') ? '1.24' : '1.19',
    // core/remotes/docker/fetcher.go open@v2.0.0
    fetchEncodings: since('2.0.0') ? 'zstd;q=1.0, gzip;q=0.8, deflate;q=0.5' : undefined,
    tokens: {
      // remotes/docker/config/hosts.go:202-206@v2.1.0 WithAuthHeader
      staticHeaders: since('2.1.0'),
      // remotes/docker/authorizer.go:152-157@v1.7.24; before, the old token is sent again and the request fails.
      renewsRefused: since('1.7.16') || (major === 1 && minor === 6 && since('1.6.32')),
      // core/remotes/docker/authorizer.go:288@v2.0.0
      renewsExpired: since('2.0.0'),
    },
    tls: describeTls(release),
    images: {
      // core/remotes/handlers.go FetchHandler@v2.0.0
      schema1: major === 1,
      // remotes/handlers.go Fetch@v1.7.0
      embedded: since('1.7.0'),
      // CRI pulls with the transfer service (internal/cri/server/images/image_pull.go@v2.1.0).
      transferService: since('2.1.0'),
    },
  }
}
