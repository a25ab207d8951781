/** The TLS client of each release line: that of the Go it is built with, and of the GODEBUG of its go.mod. Pure. */

import { atLeast, type Release } from '../release.ts'
import { NEWEST_TLS, type TlsClient } from '../tls-client.ts'

/**
 * 2.x is built with Go 1.23 and later, where RSA key exchange is off. Debian builds it without go.mod, so that
 * x509negativeserial=1 and rsa1024min=0 stay; the binaries that containerd publishes refuse such certificates.
 */
const GO_1_27: TlsClient = NEWEST_TLS

/** 1.7 is built with Go 1.22 to 1.24; `go 1.21` in its go.mod keeps tlsrsakex=1 and x509negativeserial=1. */
const GO_1_24: TlsClient = {
  ...GO_1_27,
  negativePaths: true,
  mappedAddresses: true,
  excludesWildcards: false,
  rsaKeyExchange: true,
}

/** 1.6 is built with Go 1.19. */
const GO_1_19: TlsClient = {
  ...GO_1_24,
  criticalIdentifiers: true,
  policies: false,
  constrainsChain: false,
  bareWildcard: true,
  maxRsaBits: undefined,
  // crypto/tls/common.go maxHandshake@go1.19
  maxCertificateBytes: 65_536,
}

export function describeTls(release: Release): TlsClient {
  if (atLeast(release, '2.0')) return GO_1_27
  return atLeast(release, '1.7') ? GO_1_24 : GO_1_19
}
