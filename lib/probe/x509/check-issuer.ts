/** Whether a certificate may be above another one in a chain: crypto/x509/verify.go isValid@go1.24. Pure. */
import type { CertificateRules } from '../../targets/tls-client.ts'
import type { Certificate } from './certificate.ts'
import { isPermitted } from './name-constraints.ts'
import type { CertificateProblem, Role } from './problem.ts'

export interface Position {
  /** The certificates below, the server's own first. */
  readonly below: readonly Certificate[]
  readonly role: Role
  /** Milliseconds since 1970. */
  readonly now: number
  readonly rules: CertificateRules
}

type Broken = Pick<CertificateProblem, 'rule' | 'detail'>

/** The rule that a certificate breaks, wherever it is. */
export function checkCertificate(
  { extensions, notBefore, notAfter }: Certificate,
  now: number,
): Broken | undefined {
  const [unhandled] = extensions.unhandled
  if (unhandled !== undefined) return { rule: 'unhandled_extension', detail: unhandled }
  if (now < notBefore) return { rule: 'not_yet_valid' }
  return now > notAfter ? { rule: 'expired' } : undefined
}

/** The rule that an issuer breaks, or that its signature breaks. */
export function checkIssuer(issuer: Certificate, position: Position): Broken | undefined {
  const child = position.below.at(-1)
  return (
    (child && checkSignature(child, issuer)) ??
    checkCertificate(issuer, position.now) ??
    checkConstraints(issuer, position) ??
    checkPosition(issuer, position)
  )
}

/** crypto/x509/x509.go CheckSignatureFrom, checkSignature@go1.24. */
function checkSignature({ algorithm, parsed }: Certificate, issuer: Certificate): Broken | undefined {
  const { basic, signsCertificates } = issuer.extensions
  if (basic === undefined ? issuer.version === 3 : !basic.isCa) return { rule: 'not_a_ca' }
  if (signsCertificates === false) return { rule: 'no_cert_sign' }
  if ('refused' in algorithm) return { rule: 'weak_signature', detail: algorithm.refused }
  const matches = algorithm.key === issuer.key.type && isSignedBy(parsed, issuer)
  return matches ? undefined : { rule: 'wrong_signature' }
}

function isSignedBy(signed: Certificate['parsed'], { parsed }: Certificate): boolean {
  try {
    return signed.verify(parsed.publicKey)
  } catch {
    return false
  }
}

function checkConstraints({ extensions }: Certificate, position: Position): Broken | undefined {
  const { constraints } = extensions
  const { below, rules } = position
  if (constraints === undefined) return undefined
  const checked = rules.constrainsChain
    ? below.map(certificate => certificate.extensions)
    : [below[0]?.extensions, extensions]
  const names = checked.flatMap(certificate => certificate?.names ?? [])
  return names.every(name => isPermitted(name, constraints, rules)) ? undefined : { rule: 'name_constraints' }
}

function checkPosition({ extensions }: Certificate, { below, role }: Position): Broken | undefined {
  const { basic } = extensions
  if (role === 'intermediate' && basic?.isCa !== true) return { rule: 'not_a_ca' }
  return basic !== undefined && below.length - 1 > basic.maxPath ? { rule: 'path_length' } : undefined
}
