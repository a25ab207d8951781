/** The TLS client of each release line: that of the Go it is built with, and of the GODEBUG of its go.mod. Pure. */
import type { TlsClient } from '../tls-client.ts'
import { atLeast, type Release } from './release.ts'

/** 1.6 is built with Go 1.19. */
const GO_1_19: TlsClient = {
  negativeSerials: true,
  criticalIdentifiers: true,
  policies: false,
  constrainsChain: false,
  bareWildcard: true,
  mappedAddresses: true,
  excludesWildcards: false,
  maxRsaBits: undefined,
  rsaKeyExchange: true,
  tripleDes: true,
  // crypto/tls/common.go maxHandshake@go1.19
  maxCertificateBytes: 65_536,
}

/**
 * 1.7 is built with Go 1.22 to 1.24; `go 1.21` in its go.mod keeps tlsrsakex=1, tls3des=1 and x509negativeserial=1.
 */
const GO_1_24: TlsClient = {
  ...GO_1_19,
  criticalIdentifiers: false,
  policies: true,
  constrainsChain: true,
  bareWildcard: false,
  maxRsaBits: 8192,
  maxCertificateBytes: 262_144,
}

/**
 * 2.x is built with Go 1.23 and later, where RSA key exchange and 3DES are off. Debian builds without go.mod, so that
 * x509negativeserial=1 and rsa1024min=0 stay there; upstream builds of 2.1 refuse such certificates.
 */
const GO_1_27: TlsClient = {
  ...GO_1_24,
  mappedAddresses: false,
  excludesWildcards: true,
  rsaKeyExchange: false,
  tripleDes: false,
}

/** Undefined: the newest. */
export function tlsClientOf(generation: Release | undefined): TlsClient {
  if (generation === undefined || atLeast(generation, '2.0')) return GO_1_27
  return atLeast(generation, '1.7') ? GO_1_24 : GO_1_19
}
