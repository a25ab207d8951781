/** Certificates as Go's parser reads them: crypto/x509/parser.go parseCertificate@go1.24. Pure. */
import { X509Certificate } from 'node:crypto'
import type { CertificateRules } from '../../targets/tls-client.ts'
import { checkInteger, constructed, context, readBits, readElements, readNumber, TAG } from './der.ts'
import { checkName } from './distinguished-name.ts'
import { type Extensions, readExtensions } from './extensions.ts'
import { malformed, malformedPart } from './malformed.ts'
import { type PublicKey, readPublicKey } from './public-key.ts'
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts'
import { readValidity, type Validity } from './validity.ts'

export interface Certificate extends Validity {
  readonly raw: Buffer
  /** For what OpenSSL does: signatures, and names for people. */
  readonly parsed: X509Certificate
  readonly version: number
  /** DER as text, so that equal names are equal. */
  readonly issuer: string
  readonly subject: string
  readonly key: PublicKey
  readonly algorithm: SignatureAlgorithm
  readonly extensions: Extensions
}

/** Why Go cannot read a certificate. */
export interface Unreadable {
  /** Undefined: OpenSSL cannot read it either. */
  readonly parsed?: X509Certificate
  /** A noun: "a malformed date". */
  readonly has: string
}

const NO_EXTENSIONS: Extensions = { usages: [], needsPolicy: false, unhandled: [] }

export function readCertificate(raw: Buffer, rules: CertificateRules): Certificate | Unreadable {
  let parsed: X509Certificate | undefined
  try {
    parsed = new X509Certificate(raw)
    return { raw, parsed, ...readFields(raw, rules) }
  } catch (error) {
    const has = malformedPart(error) ?? 'a form that cannot be read'
    return parsed === undefined ? { has } : { has, parsed }
  }
}

/** The subject alone, to find a certificate among many; undefined if it cannot be read. */
export function readSubject(raw: Buffer): string | undefined {
  try {
    const { signed } = openCertificate(raw)
    signed.optional(constructed(0))
    for (const tag of [TAG.integer, TAG.sequence, TAG.sequence, TAG.sequence]) signed.next(tag)
    return signed.next(TAG.sequence).whole.toString('latin1')
  } catch {
    return undefined
  }
}

function openCertificate(raw: Buffer) {
  const outer = readElements(
    readElements(raw, 'a malformed form').next(TAG.sequence).content,
    'a malformed form',
  )
  const signed = readElements(outer.next(TAG.sequence).content, 'a malformed form')
  return { outer, signed }
}

function readFields(raw: Buffer, rules: CertificateRules): Omit<Certificate, 'raw' | 'parsed'> {
  const { outer, signed } = openCertificate(raw)
  const version = readVersion(signed.optional(constructed(0))?.content)
  const serial = checkInteger(signed.next(TAG.integer).content, 'a malformed serial number')
  if ((serial[0] ?? 0) >= 0x80 && !rules.negativeSerials) throw malformed('a negative serial number')
  const identifier = signed.next(TAG.sequence).content
  if (!outer.next(TAG.sequence).content.equals(identifier))
    throw malformed('two different signature algorithms')
  const issuer = readName(signed.next(TAG.sequence))
  const validity = readValidity(readElements(signed.next(TAG.sequence).content, 'a malformed date'))
  const subject = readName(signed.next(TAG.sequence))
  const key = readPublicKey(signed.next(TAG.sequence).content)
  const extensions = readVersion3(signed, version, rules)
  readBits(outer.next(TAG.bitString).content, 'a malformed signature')
  const algorithm = readSignatureAlgorithm(identifier)
  return { version, issuer, subject, ...validity, key, algorithm, extensions }
}

function readVersion(content: Buffer | undefined): number {
  const part = 'a malformed version'
  if (content === undefined) return 1
  const version = readNumber(readElements(content, part).next(TAG.integer).content, part) + 1
  if (version < 1 || version > 3) throw malformed(part)
  return version
}

function readName({ content, whole }: { readonly content: Buffer; readonly whole: Buffer }): string {
  checkName(content, 'a malformed name')
  return whole.toString('latin1')
}

function readVersion3(
  signed: ReturnType<typeof readElements>,
  version: number,
  rules: CertificateRules,
): Extensions {
  if (version < 2) return NO_EXTENSIONS
  signed.optional(context(1))
  signed.optional(context(2))
  const list = version === 3 ? signed.optional(constructed(3)) : undefined
  if (list === undefined) return NO_EXTENSIONS
  const part = 'a malformed extension'
  return readExtensions(readElements(list.content, part).next(TAG.sequence).content, rules)
}
