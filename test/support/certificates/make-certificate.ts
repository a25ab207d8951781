/** Makes certificates of every kind, also those that no tool would issue. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { bits, integer, oid, pemOf, sequence, set, tagged, text, time } from './encode-der.ts'
import { alternativeNames, basicConstraints, type Extension } from './extensions.ts'

export interface Made {
  /** PEM. */
  readonly cert: string
  readonly key: string
  /** Of the certificate. */
  readonly der: Buffer
  readonly subject: Buffer
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export interface Order {
  /** Common name; empty: no name at all. */
  readonly name?: string
  /** Undefined: it signs itself. */
  readonly issuer?: Made
  readonly key?: KeyKind
  /** The key and name of another one, as in a cross-signed certificate. */
  readonly of?: Made
  /** Undefined: a certificate for 127.0.0.1. */
  readonly ca?: boolean
  readonly extensions?: readonly Extension[]
  /** OIDs of extensions that are left out. */
  readonly without?: readonly string[]
  /** Years before and after now; the default is one each. */
  readonly from?: number
  readonly until?: number
  readonly signature?: SignatureKind
  readonly serial?: readonly number[]
  /** 1 to 3. */
  readonly version?: number
  /** Changes bytes of the part that is signed. */
  readonly spoil?: (signed: Buffer) => Buffer
}

export type KeyKind =
  | 'p256'
  | 'p256 again'
  | 'p224'
  | 'p384'
  | 'p521'
  | 'secp256k1'
  | 'rsa'
  | 'rsa 512'
  | 'rsa 1024'
  | 'rsa pss'
  | 'ed25519'
  | 'ed448'
export type SignatureKind = 'sha256' | 'sha512' | 'sha1' | 'md5' | 'none'

type Pair = Pick<Made, 'privateKey' | 'publicKey'>

const curve = (namedCurve: string) => () => generateKeyPairSync('ec', { namedCurve })
const rsa = (modulusLength: number) => () => generateKeyPairSync('rsa', { modulusLength })

const MAKERS: Readonly<Record<KeyKind, () => Pair>> = {
  p256: curve('P-256'),
  'p256 again': curve('P-256'),
  p224: curve('P-224'),
  p384: curve('P-384'),
  p521: curve('P-521'),
  secp256k1: curve('secp256k1'),
  rsa: rsa(2048),
  'rsa 512': rsa(512),
  'rsa 1024': rsa(1024),
  'rsa pss': () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
  ed25519: () => generateKeyPairSync('ed25519'),
  ed448: () => generateKeyPairSync('ed448'),
}

/** Keys of RSA are slow to make, and shared. */
const shared = new Map<KeyKind, Pair>()

function pairOf(kind: KeyKind): Pair {
  if (!kind.startsWith('rsa')) return MAKERS[kind]()
  const pair = shared.get(kind) ?? MAKERS[kind]()
  shared.set(kind, pair)
  return pair
}

const YEAR_MS = 365 * 24 * 3600 * 1000
const years = (count: number) => time(new Date(Date.now() + count * YEAR_MS))

export function makeCertificate(order: Order = {}): Made {
  const { of, issuer, name = order.ca === true ? 'Test CA' : 'mirror.test' } = order
  const { privateKey, publicKey } = of ?? pairOf(order.key ?? 'p256')
  const subject = of?.subject ?? nameOf(name)
  const signer = issuer ?? { privateKey, subject }
  const algorithm = algorithmOf(signer.privateKey, order.signature ?? 'sha256')
  const plain = sequence(
    ...(order.version === 1 ? [] : [tagged(0, true, integer((order.version ?? 3) - 1))]),
    integer(
      order.serial ??
        createHash('sha256')
          .update(subject)
          .digest()
          .subarray(0, 8)
          .map(byte => (byte & 0x7f) | 1),
    ),
    algorithm.identifier,
    signer.subject,
    sequence(years(-(order.from ?? 1)), years(order.until ?? 1)),
    subject,
    publicKey.export({ format: 'der', type: 'spki' }),
    ...(order.version === 1
      ? []
      : [tagged(3, true, sequence(...extensionsOf(order).map(({ bytes }) => bytes)))]),
  )
  const signed = order.spoil?.(plain) ?? plain
  const der = sequence(signed, algorithm.identifier, bits(algorithm.sign(signed)))
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  return { cert: pemOf('CERTIFICATE', der), key, der, subject, privateKey, publicKey }
}

function nameOf(name: string): Buffer {
  return name === '' ? sequence() : sequence(set(sequence(oid('2.5.4.3'), text(name))))
}

/** Those of the order replace the usual ones. */
function extensionsOf({ ca = false, extensions = [], without = [] }: Order): readonly Extension[] {
  const usual = ca ? [basicConstraints(true)] : [alternativeNames(['ip:127.0.0.1'])]
  const left = usual.filter(({ id }) => !extensions.some(other => other.id === id))
  return [...left, ...extensions].filter(({ id }) => !without.includes(id))
}

interface Algorithm {
  readonly identifier: Buffer
  sign(signed: Buffer): Buffer
}

const RSA: Readonly<Record<SignatureKind, string>> = {
  sha256: '1.2.840.113549.1.1.11',
  sha512: '1.2.840.113549.1.1.13',
  sha1: '1.2.840.113549.1.1.5',
  md5: '1.2.840.113549.1.1.4',
  none: '1.2.840.113549.1.1.11',
}
const ECDSA: Readonly<Partial<Record<SignatureKind, string>>> = {
  sha256: '1.2.840.10045.4.3.2',
  sha512: '1.2.840.10045.4.3.4',
  sha1: '1.2.840.10045.4.1',
}

function algorithmOf(key: KeyObject, kind: SignatureKind): Algorithm {
  const type = key.asymmetricKeyType
  if (type === 'ed25519' || type === 'ed448') {
    const identifier = sequence(oid(type === 'ed25519' ? '1.3.101.112' : '1.3.101.113'))
    return { identifier, sign: signed => sign(null, signed, key) }
  }
  const id = type === 'ec' ? (ECDSA[kind] ?? '') : RSA[kind]
  const identifier = sequence(oid(id), ...(type === 'ec' ? [] : [Buffer.from([0x05, 0x00])]))
  if (kind === 'none') return { identifier, sign: () => Buffer.alloc(256) }
  return { identifier, sign: signed => sign(kind, signed, key) }
}

/** Certificates as a server sends them, and the key of the first. */
export function chainOf(first: Made, ...others: readonly Made[]) {
  return { key: first.key, cert: [first, ...others].map(({ cert }) => cert).join('') }
}
