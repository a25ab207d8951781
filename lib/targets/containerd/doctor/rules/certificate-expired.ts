/**
 * A CA or client certificate outside its time: Go refuses a chain to such a CA, and a server refuses such a client
 * (crypto/x509 verify.go isValid@go1.23). A CA file with one valid certificate is no finding. On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { readableCertificates } from '../../../../formats/pem.ts'
import { certificateExpiry, daysUntil } from '../../../../wording/certificate-expiry.ts'
import type { Rule } from '../../../rule.ts'
import type { NamedCertificate } from '../named-certificates.ts'
import type { ObservedNode } from '../observed-node.ts'
import { findAtCertificates, placeOfCertificate } from '../used-certificates.ts'

export const certificateExpired: Rule<ObservedNode> = {
  code: 'certificate_expired',
  severity: 'error',
  also: { warning: 'where it is still valid' },
  part: 'hosts',
  title: 'a CA or client certificate has expired, expires within two weeks, or is not valid yet',
  find: observed =>
    findAtCertificates(observed, (named, view) => {
      const state = stateOf(named, observed)
      if (state === undefined) return []
      const isCa = named.kind === 'ca'
      const then = state.isValid ? 'containerd then' : 'containerd'
      return [
        {
          ...placeOfCertificate(named, view),
          ...(state.isValid && { severity: 'warning' as const }),
          about: [named.cert],
          problem: `${named.kind} names ${named.cert}, which ${state.text}`,
          consequence: isCa
            ? `${then} trusts no server by it: TLS fails, and the next host is tried`
            : `${then} is refused by the server and tries the next host`,
          cure: isCa
            ? 'replace it with the present CA of the server'
            : 'renew the certificate; a new key needs its certificate',
        },
      ]
    }),
}

interface State {
  readonly isValid: boolean
  readonly text: string
}

/** Undefined where there is enough time. */
function stateOf(
  { kind, cert }: NamedCertificate,
  { files, now, snapshot }: ObservedNode,
): State | undefined {
  const all = readableCertificates(files.get(cert)?.bytes?.toString('latin1') ?? '')
  // Of a client, the first one is its own; the others lead to its CA.
  const counted = kind === 'ca' ? all : all.slice(0, 1)
  const valid = counted.filter(({ validFrom }) => Date.parse(validFrom) <= now)
  if (counted.length > 0 && valid.length === 0) {
    // An image is for another day.
    const [first] = counted.map(({ validFrom }) => new Date(validFrom).toISOString().slice(0, 10)).toSorted()
    return snapshot.onMachine ? { isValid: false, text: `is not valid before ${first}` } : undefined
  }
  const days = daysUntil(Math.max(...valid.map(({ validTo }) => Date.parse(validTo))), now)
  const text = valid.length === 0 ? undefined : certificateExpiry(days)
  return text === undefined ? undefined : { isValid: days >= 0, text }
}
