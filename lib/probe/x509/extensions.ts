/** Extensions of a certificate that decide about a chain: crypto/x509/parser.go processExtensions@go1.24. Pure. */
import type { CertificateRules } from '../../targets/tls-client.ts'
import { type AlternativeName, readAlternativeNames } from './alternative-names.ts'
import {
  context,
  type Elements,
  readBits,
  readBoolean,
  readElements,
  readNumber,
  readOid,
  readSequence,
  TAG,
} from './der.ts'
import { malformed } from './malformed.ts'
import { type NameConstraints, readNameConstraints } from './name-constraints.ts'

export interface BasicConstraints {
  readonly isCa: boolean
  /** CAs that may follow below it. */
  readonly maxPath: number
}

export interface Extensions {
  readonly basic?: BasicConstraints
  /** Whether the key may sign certificates; undefined: the certificate sets no limit. */
  readonly signsCertificates?: boolean
  /** Undefined: there is no such extension. */
  readonly names?: readonly AlternativeName[]
  readonly constraints?: NameConstraints
  /** Extended key usages; none: any. */
  readonly usages: readonly string[]
  /** Certificates below must follow a policy. */
  readonly needsPolicy: boolean
  /** Critical extensions that Go does not know. */
  readonly unhandled: readonly string[]
}

type Writable = { -readonly [Key in keyof Extensions]: Extensions[Key] }

const OID = {
  subjectKey: '2.5.29.14',
  keyUsage: '2.5.29.15',
  names: '2.5.29.17',
  basic: '2.5.29.19',
  constraints: '2.5.29.30',
  revocationLists: '2.5.29.31',
  policies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKey: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  usages: '2.5.29.37',
  anyPolicy: '2.5.29.54',
  authorityInfo: '1.3.6.1.5.5.7.1.1',
} as const

const IDENTIFIERS: readonly string[] = [OID.subjectKey, OID.authorityKey, OID.authorityInfo]
const POLICIES: readonly string[] = [OID.policyMappings, OID.policyConstraints, OID.anyPolicy]
const ALWAYS_KNOWN: readonly string[] = [
  ...IDENTIFIERS,
  ...[OID.keyUsage, OID.names, OID.basic, OID.constraints, OID.revocationLists, OID.policies, OID.usages],
]

/** `content`: that of the SEQUENCE of extensions. */
export function readExtensions(content: Buffer, rules: CertificateRules): Extensions {
  const part = 'a malformed extension'
  const found: Writable = { usages: [], needsPolicy: false, unhandled: [] }
  const seen = new Set<string>()
  const elements = readElements(content, part)
  while (elements.more()) {
    const extension = readElements(elements.next(TAG.sequence).content, part)
    const oid = readOid(extension.next(TAG.oid).content, part)
    const flag = extension.optional(TAG.boolean)
    const critical = flag !== undefined && readBoolean(flag.content, part)
    if (seen.has(oid)) throw malformed('the same extension twice')
    seen.add(oid)
    readExtension(found, oid, critical, extension.next(TAG.octetString).content, rules)
  }
  return found
}

function readExtension(
  found: Writable,
  oid: string,
  critical: boolean,
  value: Buffer,
  rules: CertificateRules,
): void {
  if (critical && IDENTIFIERS.includes(oid) && !rules.criticalIdentifiers)
    throw malformed('a key identifier or authority information that is marked critical')
  const isKnown = ALWAYS_KNOWN.includes(oid) || (rules.policies && POLICIES.includes(oid))
  const handled = isKnown && readKnown(found, oid, value, rules)
  if (critical && !handled) found.unhandled = [...found.unhandled, oid]
}

/** Whether all of it was understood. */
function readKnown(found: Writable, oid: string, value: Buffer, rules: CertificateRules): boolean {
  switch (oid) {
    case OID.basic:
      found.basic = readBasicConstraints(value, rules)
      break
    case OID.keyUsage:
      Object.assign(found, readKeyUsage(value))
      break
    case OID.names:
      found.names = readAlternativeNames(value, rules)
      return found.names.length > 0
    case OID.constraints:
      found.constraints = readNameConstraints(value)
      return !found.constraints.unhandled
    case OID.usages:
      found.usages = [...oids(readSequence(value, 'malformed extended key usages'))]
      break
    case OID.policyConstraints:
      found.needsPolicy = readSequence(value, 'malformed policy constraints').peek() === context(0)
      break
    case OID.anyPolicy:
      readNumber(readElements(value, 'a malformed policy').next(TAG.integer).content, 'a malformed policy')
      break
    case OID.subjectKey:
      readElements(value, 'a malformed key identifier').next(TAG.octetString)
      break
    case OID.authorityInfo:
    case OID.revocationLists:
      checkSequences(readSequence(value, 'a malformed extension'))
      break
    case OID.policies:
      checkPolicies(readSequence(value, 'malformed policies'), rules)
      break
    default:
      readElements(value, 'a malformed extension').next(TAG.sequence)
  }
  return true
}

function readBasicConstraints(value: Buffer, { negativePaths }: CertificateRules): BasicConstraints {
  const part = 'malformed basic constraints'
  const elements = readSequence(value, part)
  const ca = elements.optional(TAG.boolean)
  const path = elements.optional(TAG.integer)
  const limit = path === undefined ? Number.POSITIVE_INFINITY : readNumber(path.content, part)
  if (limit < 0 && !negativePaths) throw malformed(part)
  return {
    isCa: ca !== undefined && readBoolean(ca.content, part),
    maxPath: limit < 0 ? Number.POSITIVE_INFINITY : limit,
  }
}

/** A usage without any bit limits nothing. */
function readKeyUsage(value: Buffer): Pick<Extensions, 'signsCertificates'> {
  const part = 'a malformed key usage'
  const [first = 0, second = 0] = readBits(readElements(value, part).next(TAG.bitString).content, part)
  // Nine bits are known; the sixth is keyCertSign.
  return first === 0 && (second & 0x80) === 0 ? {} : { signsCertificates: (first & 0x04) !== 0 }
}

function* oids(elements: Elements): Generator<string> {
  const part = 'malformed extended key usages'
  while (elements.more()) yield readOid(elements.next(TAG.oid).content, part)
}

function checkSequences(elements: Elements): void {
  while (elements.more()) elements.next(TAG.sequence)
}

/** Each one is there once; Go 1.19 does not check that. */
function checkPolicies(elements: Elements, { policies }: CertificateRules): void {
  const part = 'malformed policies'
  const seen = new Set<string>()
  while (elements.more()) {
    const { content } = readElements(elements.next(TAG.sequence).content, part).next(TAG.oid)
    const policy = content.toString('latin1')
    if (seen.has(policy) && policies) throw malformed(part)
    seen.add(policy)
  }
}
