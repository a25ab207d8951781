/** Lints about how an endpoint is reached: a mirror or a server. Pure. */

import { certificatesIn, firstEnd } from '../../formats/pem.ts'
import { isRefused } from '../../model/refused.ts'
import type { Attachment, Connection } from '../../model/registry.ts'

interface ConnectionLint {
  /** The key that the notice points to, where it is written. */
  readonly key: 'skip_verify' | 'ca'
  lint(connection: Connection, role: 'mirror' | 'server', now: number): string | undefined
}

/** By their codes. */
export const connectionLints: Readonly<Record<string, ConnectionLint>> = {
  skip_verify: {
    key: 'skip_verify',
    lint: ({ skipVerify, ca }, role) => {
      if (!skipVerify) return undefined
      const remedy = ca.length > 0 ? 'remove skip_verify: the CA is set' : 'set its CA with ca = "…" instead'
      return `the certificate of this ${role} is not verified; ${remedy}`
    },
  },
  ca_expired: {
    key: 'ca',
    lint: ({ ca }, _, now) => {
      const expired = ca.find(file => isExpired(file, now))
      return expired && `${expired.path} contains an expired certificate; replace the file`
    },
  },
}

function isExpired(file: Attachment, now: number): boolean {
  const certificates = certificatesIn(file)
  return !isRefused(certificates) && firstEnd(certificates) < now
}
