/** Public keys as Go reads them: crypto/x509/parser.go parsePublicKey@go1.24. Pure. */
import {
  checkInteger,
  readAlgorithm,
  readBits,
  readElements,
  readNumber,
  readOid,
  readSequence,
  TAG,
} from './der.ts'
import { malformed } from './malformed.ts'

export type KeyType = 'rsa' | 'ecdsa' | 'ed25519' | 'other'

export interface PublicKey {
  /** `other`: a key that Go reads, but that signs nothing for it. */
  readonly type: KeyType
  /** Equal for equal keys. */
  readonly id: string
  /** Of RSA. */
  readonly bits?: number
}

const RSA = '1.2.840.113549.1.1.1'
const ECDSA = '1.2.840.10045.2.1'
const ED25519 = '1.3.101.112'

/** P-224, P-256, P-384, P-521 and the length of their points. */
const CURVES: Readonly<Record<string, number>> = {
  '1.3.132.0.33': 57,
  '1.2.840.10045.3.1.7': 65,
  '1.3.132.0.34': 97,
  '1.3.132.0.35': 133,
}

/** `info`: the content of SubjectPublicKeyInfo. */
export function readPublicKey(info: Buffer): PublicKey {
  const part = 'a malformed public key'
  const elements = readElements(info, part)
  const { oid, parameters = Buffer.alloc(0) } = readAlgorithm(elements.next(TAG.sequence).content, part)
  const key = readBits(elements.next(TAG.bitString).content, part)
  const id = info.toString('latin1')
  if (oid === RSA) return { type: 'rsa', id, bits: readRsaBits(key, parameters) }
  if (oid === ECDSA) {
    checkPoint(key, parameters)
    return { type: 'ecdsa', id }
  }
  if (oid !== ED25519) return { type: 'other', id }
  if (parameters.length > 0 || key.length !== 32) throw malformed('a malformed Ed25519 key')
  return { type: 'ed25519', id }
}

function readRsaBits(key: Buffer, parameters: Buffer): number {
  const part = 'a malformed RSA key'
  const NULL = Buffer.from([0x05, 0x00])
  const elements = readSequence(key, part)
  const modulus = checkInteger(elements.next(TAG.integer).content, part)
  const exponent = readNumber(elements.next(TAG.integer).content, part)
  const isPositive = (modulus[0] ?? 0) < 0x80 && modulus.some(byte => byte !== 0) && exponent > 0
  if (!parameters.equals(NULL) || !isPositive) throw malformed(part)
  return BigInt(`0x${modulus.toString('hex')}`).toString(2).length
}

function checkPoint(key: Buffer, parameters: Buffer): void {
  const part = 'an ECDSA key of a curve that containerd does not know'
  const curve = readOid(readElements(parameters, part).next(TAG.oid).content, part)
  // Go knows only uncompressed points.
  if (CURVES[curve] !== key.length || key[0] !== 4) throw malformed(part)
}
