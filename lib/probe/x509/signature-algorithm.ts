/** Algorithms of signatures that Go accepts in a chain: crypto/x509/x509.go getSignatureAlgorithmFromAI@go1.24. Pure. */
import {
  constructed,
  type Elements,
  readAlgorithm,
  readElements,
  readNumber,
  readOid,
  readSequence,
  TAG,
} from './der.ts'
import type { KeyType } from './public-key.ts'

/** The type of key that made it; or why it is refused, after "with". */
export type SignatureAlgorithm = { readonly key: KeyType } | { readonly refused: string }

const UNKNOWN: SignatureAlgorithm = { refused: 'an unknown algorithm' }
const SHA1: SignatureAlgorithm = { refused: 'SHA-1' }

const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.2': { refused: 'MD2' },
  '1.2.840.113549.1.1.4': { refused: 'MD5' },
  '1.2.840.113549.1.1.5': SHA1,
  '1.3.14.3.2.29': SHA1,
  '1.2.840.10045.4.1': SHA1,
  '1.2.840.113549.1.1.11': { key: 'rsa' },
  '1.2.840.113549.1.1.12': { key: 'rsa' },
  '1.2.840.113549.1.1.13': { key: 'rsa' },
  '1.2.840.10045.4.3.2': { key: 'ecdsa' },
  '1.2.840.10045.4.3.3': { key: 'ecdsa' },
  '1.2.840.10045.4.3.4': { key: 'ecdsa' },
}

const ED25519 = '1.3.101.112'
const RSA_PSS = '1.2.840.113549.1.1.10'
const MGF1 = '1.2.840.113549.1.1.8'
/** SHA-256, SHA-384 and SHA-512: their lengths, which the salt must have. */
const SALTS: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.2.1': 32,
  '2.16.840.1.101.3.4.2.2': 48,
  '2.16.840.1.101.3.4.2.3': 64,
}

/** `identifier`: the content of an AlgorithmIdentifier. */
export function readSignatureAlgorithm(identifier: Buffer): SignatureAlgorithm {
  const { oid, parameters } = readAlgorithm(identifier, 'a malformed signature algorithm')
  if (oid === ED25519) return parameters === undefined ? { key: 'ed25519' } : UNKNOWN
  if (oid === RSA_PSS) return isKnownPss(parameters ?? Buffer.alloc(0)) ? { key: 'rsa' } : UNKNOWN
  return ALGORITHMS[oid] ?? UNKNOWN
}

/** The hash of the mask is that of the message, and the salt has its length. */
function isKnownPss(parameters: Buffer): boolean {
  try {
    const values = readSequence(parameters, '')
    const hash = values.optional(constructed(0))
    const mask = values.optional(constructed(1))
    const salt = values.optional(constructed(2))
    if (hash === undefined || mask === undefined || salt === undefined || values.more()) return false
    const maskElements = readSequence(mask.content, '')
    const isMgf1 = readOid(maskElements.next(TAG.oid).content, '') === MGF1
    const hashOid = hashIn(readElements(hash.content, ''))
    const length = readNumber(readElements(salt.content, '').next(TAG.integer).content, '')
    return isMgf1 && hashOid === hashIn(maskElements) && SALTS[hashOid] === length
  } catch {
    return false
  }
}

function hashIn(elements: Elements): string {
  return readOid(readElements(elements.next(TAG.sequence).content, '').next(TAG.oid).content, '')
}
