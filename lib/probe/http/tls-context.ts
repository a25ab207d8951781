/** Which certificates are trusted, and which are sent: TLS as containerd does it. */
import tls from 'node:tls'
import { codedError } from '../../system/coded-error.ts'
import type { ClientSettings } from './client-settings.ts'
import { NO_ALTERNATIVE_NAMES } from './error-codes.ts'
import type { Roots } from './system-roots.ts'

/** Gives the TLS context for a host; the same CAs and client certificate are parsed only once. */
export type Trust = (settings: Pick<ClientSettings, 'ca' | 'client'>) => tls.SecureContext

/**
 * Parsing the system's certificates takes tens of milliseconds, so a Trust is shared for as long as they stay the same.
 * The Trust throws on a PEM text that cannot be read.
 *
 * Without any system certificates (a bare container image) Node's own list is used.
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
 * Node still accepts a name in the subject of a certificate without alternative names. Go refuses it
 * (crypto/x509/verify.go), so a probe must refuse it too.
 */
export function checkName(name: string, certificate: tls.PeerCertificate): Error | undefined {
  if (certificate.subjectaltname !== undefined) return tls.checkServerIdentity(name, certificate)
  return codedError(NO_ALTERNATIVE_NAMES)
}
