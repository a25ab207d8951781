/** What Docker's HTTP client sends and accepts, release by release. Pure. */
import type { PullClient } from '../pull-client.ts'
import { atLeast, type Release } from '../release.ts'
import { NEWEST_TLS, type TlsClient } from '../tls-client.ts'

/** The release that an unknown one is treated as. */
const NEWEST: Release = { name: '29.7.2', major: 29, minor: 7, patch: 2 }

/** Undefined: the newest release. */
export function describePullClient(release: Release = NEWEST): PullClient {
  const since = (text: string) => atLeast(release, text)
  const { major, minor, patch } = release
  return {
    // dockerversion/useragent.go@v28.5.2; the rest of it names the kernel and the client.
    userAgent: `docker/${major}.${minor}.${patch} os/linux`,
    userAgentOfList: false,
    // 20.10 and 23 are built with Go 1.19.
    go: since('24.0.0') ? '1.24' : '1.19',
    fetchEncodings: undefined,
    tokens: { staticHeaders: false, renewsRefused: false, renewsExpired: true },
    tls: since('24.0.0') ? GO_1_24 : GO_1_19,
    images: { schema1: !since('28.0.0'), embedded: false, transferService: false, getsTags: true },
  }
}

/** Docker has no go.mod of its own release, so that the defaults of Go 1.17 and later stay. */
const GO_1_24: TlsClient = {
  ...NEWEST_TLS,
  negativePaths: true,
  mappedAddresses: true,
  excludesWildcards: false,
}

const GO_1_19: TlsClient = {
  ...GO_1_24,
  criticalIdentifiers: true,
  policies: false,
  constrainsChain: false,
  bareWildcard: true,
  maxRsaBits: undefined,
  rsaKeyExchange: true,
  // crypto/tls/common.go maxHandshake@go1.19
  maxCertificateBytes: 65_536,
}
