/** The certificates of a server, checked as the runtime checks them. */
import type { X509Certificate } from 'node:crypto'
import type tls from 'node:tls'
import { type Certificate, readCertificate } from '../x509/certificate.ts'
import type { CertificateProblem, Role } from '../x509/problem.ts'
import { verifyChain } from '../x509/verify-chain.ts'
import type { TlsSettings } from './tls-context.ts'

/** Undefined: they are accepted. crypto/tls/handshake_client.go verifyServerCertificate@go1.24. */
export function checkCertificates(
  socket: tls.TLSSocket,
  host: string,
  { roots, client, skipVerify }: TlsSettings,
): CertificateProblem | undefined {
  const sent: Certificate[] = []
  for (const [i, { raw }] of sentCertificates(socket).entries()) {
    const role: Role = i === 0 ? 'leaf' : 'intermediate'
    const certificate = readCertificate(raw, client)
    // They are read even with skip_verify.
    if ('has' in certificate) return { rule: 'malformed', role, detail: certificate.has }
    const { bits = 0 } = certificate.key
    if (bits > (client.maxRsaBits ?? bits)) return { rule: 'key_size', role, certificate }
    sent.push(certificate)
  }
  const [leaf, ...others] = sent
  if (leaf === undefined) return undefined
  const problem = skipVerify
    ? undefined
    : verifyChain([leaf, ...others], { roots, host, now: Date.now(), rules: client })
  if (problem !== undefined) return problem
  return leaf.key.type === 'other' ? { rule: 'key_type', role: 'leaf', certificate: leaf } : undefined
}

/** As they were sent: Node links each to the next. */
function sentCertificates(socket: tls.TLSSocket): readonly X509Certificate[] {
  const sent: X509Certificate[] = []
  for (let next = socket.getPeerX509Certificate(); next !== undefined; next = next.issuerCertificate)
    sent.push(next)
  return sent
}
