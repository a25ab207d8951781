/** PEM files of a mirror: certificates and keys. Pure; messages follow the file's name and quote nothing from it. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { isRefused, type Refused } from '../model/refused.ts'
import type { Attachment } from '../model/registry.ts'

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

const read = new WeakMap<Attachment, readonly X509Certificate[] | Refused>()

/** Every certificate in a PEM file. Each file is parsed once, however many mirrors name it. */
export function certificatesIn(file: Attachment): readonly X509Certificate[] | Refused {
  const found = read.get(file) ?? parseCertificates(file.text)
  read.set(file, found)
  return found
}

function parseCertificates(pem: string): readonly X509Certificate[] | Refused {
  const blocks = pem.match(BLOCK) ?? []
  if (blocks.length === 0)
    return {
      message: 'contains no PEM certificate',
      hint: isDer(pem)
        ? 'convert DER to PEM with openssl x509 -inform der'
        : 'put the certificate in PEM (-----BEGIN CERTIFICATE-----) there',
    }
  const parsed = blocks.map(readCertificate)
  const invalid = parsed.indexOf(undefined)
  if (invalid !== -1)
    return {
      message: `contains an invalid certificate (${invalid + 1} of ${blocks.length})`,
      hint: 'replace it',
    }
  return parsed.filter(certificate => certificate !== undefined)
}

/** Why a certificate and a key do not make a pair; undefined if they do. */
export function pairProblem(
  cert: Attachment,
  key: Attachment,
): (Refused & { readonly at: 'cert' | 'key' }) | undefined {
  const certificates = certificatesIn(cert)
  if (isRefused(certificates)) return { ...certificates, at: 'cert' }
  const parsed = readKey(key.text)
  if (isRefused(parsed)) return { ...parsed, at: 'key' }
  if (certificates[0]?.checkPrivateKey(parsed.key)) return undefined
  return {
    at: 'key',
    message: 'is not the key of this certificate',
    hint: 'use the key that belongs to cert',
  }
}

/** The certificates that can be read; Go skips the others of a CA file (crypto/x509 AppendCertsFromPEM@go1.23). */
export function readableCertificates(pem: string): readonly X509Certificate[] {
  return (pem.match(BLOCK) ?? []).map(readCertificate).filter(certificate => certificate !== undefined)
}

/** When the first of these certificates ends, in milliseconds since 1970. */
export function firstEnd(certificates: readonly X509Certificate[]): number {
  return Math.min(...certificates.map(certificate => Date.parse(certificate.validTo)))
}

function readCertificate(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block)
  } catch {
    return undefined
  }
}

function readKey(pem: string): { readonly key: KeyObject } | Refused {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)) {
    return {
      message: 'is encrypted, and no runtime can enter a passphrase',
      hint: 'decrypt it with openssl pkey',
    }
  }
  try {
    return { key: createPrivateKey(pem) }
  } catch {
    const isKey = isDer(pem) || pem.includes('PRIVATE KEY-----')
    return {
      message: 'contains no PEM private key',
      hint: isKey ? 'convert it with openssl pkey' : 'put the key in PEM (-----BEGIN PRIVATE KEY-----) there',
    }
  }
}

/** DER starts with the tag of a SEQUENCE, 0x30, and no text has the bytes that follow. */
function isDer(text: string): boolean {
  return /^0.*[\0-\x08\ufffd]/s.test(text)
}
