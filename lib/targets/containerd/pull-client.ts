/** What containerd's HTTP client sends and accepts, release by release. Pure. */
import type { PullClient } from '../pull-client.ts'
import { atLeast, isExact, type Release } from './release.ts'
import { describeTls } from './tls-client.ts'

/** What an unknown release is taken for. */
const NEWEST: Release = { name: '2.3.4', major: 2, minor: 3, patch: 4 }

/** Of a release line, its newest patch counts; undefined: the newest release. */
export function describePullClient(release: Release = NEWEST): PullClient {
  const newest = isExact(release) ? release : { ...release, patch: Number.POSITIVE_INFINITY }
  const since = (text: string) => atLeast(newest, text)
  const { major, minor, patch } = release
  return {
    userAgent: `containerd/${major}.${minor}.${patch}`,
    // Before, the value of the list follows the own one, and Go sends the first (resolver.go:156-161@v1.7.24).
    userAgentOfList: since('2.1.0'),
    tokens: {
      // remotes/docker/config/hosts.go:202-206@v2.1.0 WithAuthHeader
      staticHeaders: since('2.1.0'),
      // remotes/docker/authorizer.go:152-157@v1.7.24; before, the old token is sent again and the request fails.
      renewsRefused: since('1.7.16') || (major === 1 && minor === 6 && since('1.6.32')),
      // core/remotes/docker/authorizer.go:288@v2.0.0
      renewsExpired: since('2.0.0'),
    },
    tls: describeTls(release),
  }
}
