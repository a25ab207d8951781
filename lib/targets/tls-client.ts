/** How a runtime's TLS client behaves, as far as releases differ. */

/** How certificates are read and verified. */
export interface CertificateRules {
  /** A certificate may have a negative serial number. */
  readonly negativeSerials: boolean
  /** Key identifiers and authority information may be marked critical. */
  readonly criticalIdentifiers: boolean
  /** The extensions on policies are known, so they may be critical. */
  readonly policies: boolean
  /** The length of a path may be negative, which limits nothing. */
  readonly negativePaths: boolean
  /** Name constraints apply to every certificate below; else only to the server's own and to the CA itself. */
  readonly constrainsChain: boolean
  /** The name `*` matches every name without a dot. */
  readonly bareWildcard: boolean
  /** An alternative name may be an IPv4 address written as IPv6. */
  readonly mappedAddresses: boolean
  /** A wildcard is excluded together with any name that it covers. */
  readonly excludesWildcards: boolean
  /** The longest RSA key in a chain; undefined: no limit. */
  readonly maxRsaBits: number | undefined
}

export interface TlsClient extends CertificateRules {
  /** Offers cipher suites with RSA key exchange. */
  readonly rsaKeyExchange: boolean
  /** The longest chain of certificates that a server may send, in bytes. */
  readonly maxCertificateBytes: number
}

/** Of Go 1.27. */
export const NEWEST_TLS: TlsClient = {
  negativeSerials: true,
  criticalIdentifiers: false,
  policies: true,
  negativePaths: false,
  constrainsChain: true,
  bareWildcard: false,
  mappedAddresses: false,
  excludesWildcards: true,
  maxRsaBits: 8192,
  rsaKeyExchange: false,
  // crypto/tls/common.go maxHandshakeCertificateMsg@go1.24
  maxCertificateBytes: 262_144,
}
