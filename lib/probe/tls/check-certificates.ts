/** The certificates of a server, checked as the runtime checks them. */
import type { X509Certificate } from 'node:crypto'
import type tls from 'node:tls'
import { type Certificate, readCertificate } from '../x509/certificate.ts'
import { unreadable } from '../x509/problem.ts'
import { verifyChain } from '../x509/verify-chain.ts'
import { certificateError } from './certificate-error.ts'
import type { TlsSettings } from './tls-context.ts'

/**
 * The certificate of the server; throws CERTIFICATE_REFUSED. Takes the chain from the socket, which has none afterwards.
 * crypto/tls/handshake_client.go verifyServerCertificate@go1.24.
 */
export function checkCertificates(socket: tls.TLSSocket, host: string, settings: TlsSettings): Certificate {
  const { roots, client, skipVerify, now } = settings
  // They are read even with skip_verify.
  const certificates = sentCertificates(socket)
  if (sizeOf(certificates) > client.maxCertificateBytes)
    throw certificateError({ rule: 'chain_size', role: 'leaf' })
  const sent = certificates.map((certificate, i) => readSent(certificate, i, settings))
  const [leaf, ...others] = sent
  if (leaf === undefined) throw certificateError({ rule: 'malformed', role: 'leaf', detail: 'no content' })
  const problem = skipVerify
    ? undefined
    : verifyChain([leaf, ...others], { roots, host, now: now(), rules: client })
  if (problem !== undefined) throw certificateError(problem)
  if (leaf.key.type === 'other')
    throw certificateError({ rule: 'key_type', role: 'leaf', parsed: leaf.parsed })
  return leaf
}

function readSent({ raw }: X509Certificate, i: number, { client }: TlsSettings): Certificate {
  const role = i === 0 ? 'leaf' : 'intermediate'
  const certificate = readCertificate(raw, client)
  if ('has' in certificate) throw certificateError(unreadable(certificate, role))
  const { bits = 0 } = certificate.key
  const { maxRsaBits = bits } = client
  if (bits > maxRsaBits) throw certificateError({ rule: 'key_size', role, parsed: certificate.parsed })
  return certificate
}

/** Of the message that holds them (RFC 5246 §7.4.2). */
function sizeOf(certificates: readonly X509Certificate[]): number {
  return certificates.reduce((size, { raw }) => size + 3 + raw.length, 3)
}

/** As they were sent: Node links each to the next. */
function sentCertificates(socket: tls.TLSSocket): readonly X509Certificate[] {
  const sent: X509Certificate[] = []
  for (let next = socket.getPeerX509Certificate(); next !== undefined; next = next.issuerCertificate)
    sent.push(next)
  return sent
}
