/** What containerd offers, sends and trusts in a TLS handshake. */
import tls from 'node:tls'
import type { TlsClient } from '../../targets/tls-client.ts'
import type { ClientSettings } from '../connection/client-settings.ts'
import { readCertificate } from '../x509/certificate.ts'
import { certificatesIn } from '../x509/pem.ts'
import { joinPools, openPool, type Pool } from '../x509/pool.ts'
import { unreadable } from '../x509/problem.ts'
import { certificateError } from './certificate-error.ts'
import type { Roots } from './system-roots.ts'

/** TLS to one host. */
export interface TlsSettings {
  readonly context: tls.SecureContext
  readonly roots: Pool
  readonly client: TlsClient
  readonly skipVerify: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Undefined: there is no client certificate. */
  readonly identity?: Identity
}

/** A client certificate. */
export interface Identity {
  /** Issuers of the certificates in its chain, as DER. */
  readonly issuers: readonly string[]
  /** The same without the certificate. */
  readonly without: TlsSettings
}

/** Gives TLS for a host; the same CAs and client certificate are parsed only once. Rejects on a PEM text that cannot be read. */
export type Trust = (
  settings: Pick<ClientSettings, 'ca' | 'client' | 'skipVerify'>,
  client: TlsClient,
) => Promise<TlsSettings>

/**
 * The system's certificates are found by their subjects once, so a Trust is shared for as long as they stay the same.
 *
 * Without any system certificates (a bare container image) Node's own list is used.
 */
export function openTrust(now: () => number, system: Roots = []): Trust {
  const own = once(() => openPool(system.length > 0 ? system : tls.rootCertificates))
  const known = new Map<string, TlsSettings>()
  return async (settings, rules) => {
    const key = JSON.stringify([settings.ca, settings.client, settings.skipVerify, rules])
    const found = known.get(key) ?? openTls(settings, rules, own(), now)
    known.set(key, found)
    return found
  }
}

function openTls(
  { ca, client, skipVerify }: Parameters<Trust>[0],
  rules: TlsClient,
  system: Pool,
  now: () => number,
): TlsSettings {
  for (const text of ca) checkAuthorities(text, rules)
  const offer = offerOf(rules)
  const roots = joinPools([system, openPool(ca)])
  const without = { context: tls.createSecureContext(offer), roots, client: rules, skipVerify, now }
  if (client === undefined) return without
  const context = tls.createSecureContext({ ...offer, ...client })
  const chain = readAll(client.cert, rules)
  checkClient(chain)
  return { ...without, context, identity: { issuers: issuersIn(chain), without } }
}

/** Certificates, or why one cannot be read. */
type Chain = readonly ReturnType<typeof readCertificate>[]

function readAll(text: string, rules: TlsClient): Chain {
  return certificatesIn(text).map(der => readCertificate(der, rules))
}

/** Without a pair that Go can read, containerd pulls through no mirror of the registry (crypto/tls/tls.go X509KeyPair@go1.24). */
function checkClient([leaf]: Chain): void {
  if (leaf === undefined) return
  if ('has' in leaf) throw certificateError(unreadable(leaf, 'client'))
  if (leaf.key.type === 'other')
    throw certificateError({ rule: 'key_type', role: 'client', parsed: leaf.parsed })
}

function issuersIn(chain: Chain): readonly string[] {
  return chain.flatMap(certificate => ('has' in certificate ? [] : [certificate.issuer]))
}

/** containerd refuses a CA file in which it can read no certificate (hosts.go:187@v1.7.24). */
function checkAuthorities(text: string, rules: TlsClient): void {
  const read = readAll(text, rules)
  const [unread] = read.filter(certificate => 'has' in certificate)
  if (unread === undefined || read.some(certificate => !('has' in certificate))) return
  throw certificateError(unreadable(unread, 'root'))
}

const SUITES: readonly string[] = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-RSA-AES256-SHA'],
]
const RSA_SUITES: readonly string[] = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA']

const SIGNATURES: readonly string[] = [
  ...['rsa_pss_rsae_sha256', 'ecdsa_secp256r1_sha256', 'ed25519', 'rsa_pss_rsae_sha384'],
  ...['rsa_pss_rsae_sha512', 'rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512'],
  ...['ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'rsa_pkcs1_sha1', 'ecdsa_sha1'],
]

/** What Go offers: crypto/tls/defaults.go@go1.24, TLS 1.2 and later. */
function offerOf({ rsaKeyExchange }: TlsClient): tls.SecureContextOptions {
  const suites = [...SUITES, ...(rsaKeyExchange ? RSA_SUITES : [])]
  return {
    minVersion: 'TLSv1.2',
    // The list leaves out weak suites; OpenSSL's own levels would refuse more than Go does.
    ciphers: `${suites.join(':')}:@SECLEVEL=0`,
    sigalgs: SIGNATURES.join(':'),
    ecdhCurve: 'X25519:P-256:P-384:P-521',
    // OpenSSL verifies nothing, and adds no certificate to a chain of the client.
    ca: [],
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
