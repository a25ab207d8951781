/** What the HTTP client of containers/image sends and accepts. Pure. */
import type { PullClient } from '../pull-client.ts'
import { NEWEST_TLS, type TlsClient } from '../tls-client.ts'
import { isBefore, parseRelease, type Release } from './release.ts'

/** The release that an unknown one is treated as. */
const NEWEST = parseRelease('5.8.6') as Release

export function describePullClient(release: Release = NEWEST): PullClient {
  const isOld = isBefore(release, 5)
  return {
    // image/docker/docker_client.go@image/v5.39.2, as Podman and Buildah send it; Skopeo names itself.
    userAgent: `containers/${imageVersion(release)} (github.com/containers/image)`,
    userAgentOfList: false,
    // Debian builds 4.3 with Go 1.19.
    go: isOld ? '1.19' : '1.24',
    fetchEncodings: undefined,
    // A token is fetched again when it is about to expire, not when it is refused (docker_client.go@image/v5.39.2).
    tokens: { staticHeaders: false, renewsRefused: false, renewsExpired: true },
    tls: isOld ? GO_1_19 : NEWEST_TLS,
    // Schema 1 is converted (image/internal/image/docker_schema1.go@image/v5.39.2).
    // GetManifest (docker_image_src.go:315-340@image/v5.39.2).
    images: { schema1: true, embedded: false, transferService: false, getsTags: true },
  }
}

/** The release of containers/image that a line of Podman is built with: Debian's 4.3 and 5.8, and 6.0. */
const IMAGE_VERSIONS: readonly (readonly [major: number, image: string])[] = [
  [6, '5.40.0'],
  [5, '5.39.2'],
]

function imageVersion(release: Release): string {
  const found = IMAGE_VERSIONS.find(([major]) => !isBefore(release, major))
  return found?.[1] ?? '5.23.1'
}

/** Of Go 1.19, which Debian builds Podman 4.3 with. */
const GO_1_19: TlsClient = {
  ...NEWEST_TLS,
  negativePaths: true,
  mappedAddresses: true,
  excludesWildcards: false,
  rsaKeyExchange: true,
  criticalIdentifiers: true,
  policies: false,
  constrainsChain: false,
  bareWildcard: true,
  maxRsaBits: undefined,
  // crypto/tls/common.go maxHandshake@go1.19
  maxCertificateBytes: 65_536,
}
