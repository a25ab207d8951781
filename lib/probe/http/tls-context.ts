/** Which certificates are believed, and which are shown: TLS as containerd does it. */
import tls from 'node:tls'
import type { Endpoint } from '../endpoints.ts'
import type { Roots } from './system-roots.ts'

/** Gives the TLS settings of an endpoint; the same CAs and client certificate are read only once. */
export type Trust = (endpoint: Pick<Endpoint, 'ca' | 'client'>) => tls.SecureContext

/**
 * A Trust to share among probes for as long as the system's certificates are the same, since parsing them takes tens of
 * milliseconds. Throws (at use) on a PEM text that cannot be read.
 *
 * Without any (a bare container image), which says nothing about the node, Node's own list stands in.
 */
export function openTrust(system: Roots = []): Trust {
  const roots = system.length > 0 ? system : tls.rootCertificates
  const known = new Map<string, tls.SecureContext>()
  return ({ ca, client }) => {
    const key = JSON.stringify([ca, client])
    const context = known.get(key) ?? tls.createSecureContext({ ca: [...roots, ...ca], ...client })
    known.set(key, context)
    return context
  }
}

/**
 * Node would still accept a name in the subject of a certificate that has no alternative names; Go refuses
 * it (crypto/x509/verify.go), and so must a probe.
 */
export function checkName(name: string, certificate: tls.PeerCertificate): Error | undefined {
  if (certificate.subjectaltname !== undefined) return tls.checkServerIdentity(name, certificate)
  return Object.assign(new Error('no alternative names'), { code: NO_ALTERNATIVE_NAMES })
}

/** The code of checkName's own error. */
const NO_ALTERNATIVE_NAMES = 'NO_ALTERNATIVE_NAMES'
