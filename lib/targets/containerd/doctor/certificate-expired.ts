/**
 * A CA or client certificate outside its time: Go refuses a chain to such a CA, and a server refuses such a client
 * (crypto/x509 verify.go isValid@go1.23). A CA file with one valid certificate is no finding. On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { X509Certificate } from 'node:crypto'
import { readableCertificates } from '../../../formats/pem.ts'
import type { Rule } from '../../rule.ts'
import type { NamedCertificate } from './named-certificates.ts'
import type { ObservedNode } from './observed-node.ts'
import { findAtCertificates, placeOfCertificate } from './used-certificates.ts'

export const certificateExpired: Rule<ObservedNode> = {
  code: 'certificate_expired',
  severity: 'error',
  part: 'hosts',
  title: 'a CA or client certificate has expired, or is not valid yet',
  find: observed =>
    findAtCertificates(observed, (named, view) => {
      const problem = problemOf(named, observed)
      if (problem === undefined) return []
      const isCa = named.kind === 'ca'
      return [
        {
          ...placeOfCertificate(named, view),
          about: [named.cert],
          problem: `${named.kind} names ${named.cert}, ${problem}`,
          consequence: isCa
            ? 'containerd trusts no server by it: TLS fails, and the next host is tried'
            : 'the server refuses the connection, and containerd tries the next host',
          cure: isCa
            ? 'replace it with the present CA of the server'
            : 'renew the certificate; a new key needs its certificate',
        },
      ]
    }),
}

function problemOf(
  { kind, cert }: NamedCertificate,
  { files, now, snapshot }: ObservedNode,
): string | undefined {
  const all = readableCertificates(files.get(cert)?.bytes?.toString('latin1') ?? '')
  // Of a client, the first one is its own; the others lead to its CA.
  const counted = kind === 'ca' ? all : all.slice(0, 1)
  const [last] = counted.toSorted((a, b) => endOf(b) - endOf(a))
  if (last === undefined || counted.some(one => isValidAt(one, now))) return undefined
  if (endOf(last) < now) return `which expired on ${day(last.validTo)}`
  // An image is for another day.
  if (!snapshot.onMachine) return undefined
  return `which is not valid before ${day(last.validFrom)}`
}

function isValidAt({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo)
}

function endOf({ validTo }: X509Certificate): number {
  return Date.parse(validTo)
}

function day(time: string): string {
  return new Date(time).toISOString().slice(0, 10)
}
