/** Trusted certificates, found by their subject. Pure. */
import type { CertificateRules } from '../../targets/tls-client.ts'
import { type Certificate, readCertificate, readSubject } from './certificate.ts'
import { certificatesIn } from './pem.ts'

export interface Pool {
  /** Those that Go can read; it skips the others. */
  find(subject: string, rules: CertificateRules): readonly Certificate[]
}

/** Every certificate of PEM texts. Each is read in full only when it is looked for. */
export function openPool(texts: readonly string[]): Pool {
  const found = new Map<string, Buffer[]>()
  for (const der of texts.flatMap(certificatesIn)) {
    const subject = readSubject(der) ?? ''
    found.set(subject, [...(found.get(subject) ?? []), der])
  }
  return {
    find: (subject, rules) =>
      (found.get(subject) ?? []).map(der => readCertificate(der, rules)).filter(isCertificate),
  }
}

export function joinPools(pools: readonly Pool[]): Pool {
  return { find: (subject, rules) => pools.flatMap(pool => pool.find(subject, rules)) }
}

function isCertificate(read: ReturnType<typeof readCertificate>): read is Certificate {
  return !('has' in read)
}
