/** PEM files a mirror needs: do they hold what they should? Pure; messages quote nothing from the files. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Refused } from './refused.ts'

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** Every certificate in a PEM text, or why there is none to be had. */
export function certificatesIn(pem: string): readonly X509Certificate[] | Refused {
  const blocks = pem.match(BLOCK) ?? []
  if (blocks.length === 0)
    return { message: 'holds no PEM certificate', hint: 'openssl x509 -inform der turns DER into PEM' }
  const read = blocks.map(readCertificate)
  const broken = read.indexOf(undefined)
  if (broken !== -1) return { message: `certificate ${broken + 1} of ${blocks.length} is broken` }
  return read as X509Certificate[]
}

/** Why a certificate and a key do not make a pair; undefined if they do. */
export function pairProblem(
  cert: string,
  key: string,
): (Refused & { readonly at: 'cert' | 'key' }) | undefined {
  const certificates = certificatesIn(cert)
  if ('message' in certificates) return { ...certificates, at: 'cert' }
  const read = readKey(key)
  if ('message' in read) return { ...read, at: 'key' }
  if (certificates[0]?.checkPrivateKey(read.key)) return undefined
  return { at: 'key', message: 'is not the key of the certificate beside it' }
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
      message: 'is encrypted, and containerd cannot ask for a passphrase',
      hint: 'openssl pkey writes it without one',
    }
  }
  try {
    return { key: createPrivateKey(pem) }
  } catch {
    return { message: 'holds no PEM private key' }
  }
}
