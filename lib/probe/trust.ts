/** Which certificates are believed, and which are shown: TLS as containerd does it. */
import tls from 'node:tls'
import type { Endpoint } from './endpoints.ts'

/** Gives the TLS settings of an endpoint; the same CAs and client certificate are read only once. */
export type Trust = (endpoint: Pick<Endpoint, 'ca' | 'client'>) => tls.SecureContext

/**
 * A Trust to share among the probes of one run, since parsing the system's certificates takes tens of
 * milliseconds. Throws (at use) on a PEM text that cannot be read.
 */
export function openTrust(): Trust {
  const known = new Map<string, tls.SecureContext>()
  return ({ ca, client }) => {
    const key = JSON.stringify([ca, client])
    const context = known.get(key) ?? tls.createSecureContext({ ca: [...systemRoots(), ...ca], ...client })
    known.set(key, context)
    return context
  }
}

/**
 * The node's own certificates, because Go reads those (crypto/x509/root_linux.go; SSL_CERT_FILE and
 * SSL_CERT_DIR count in both) and knows nothing of the list inside Node or of NODE_EXTRA_CA_CERTS. Where
 * there are none at all (a bare container image) that says nothing about the node, so Node's list stands in.
 */
function systemRoots(): readonly string[] {
  const found = new Set(tls.getCACertificates('system'))
  return found.size > 0 ? [...found] : tls.rootCertificates
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
