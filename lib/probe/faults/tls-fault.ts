/** Errors of TLS, by the codes of OpenSSL and Node. Pure. */
import { NO_ALTERNATIVE_NAMES } from '../http/error-codes.ts'
import type { Fault, Words } from './fault.ts'

const UNKNOWN_AUTHORITY: Words = {
  what: 'the certificate is signed by an unknown authority',
  todo: 'add the certificate of that authority to ca',
}

export const CLIENT_CERTIFICATE_REQUIRED: Words = {
  what: 'requires a client certificate',
  todo: 'set client = { cert, key }',
}

const CLIENT_CERTIFICATE_REFUSED: Words = {
  what: 'refuses the client certificate',
  todo: 'check client = { cert, key }',
}

const WORDS: Readonly<Record<string, Words>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    what: 'the certificate is self-signed and not trusted',
    todo: 'add that certificate to ca',
  },
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    what: 'the certificate is signed by an unknown authority, or the intermediate certificate is missing',
    todo: 'add that authority to ca, or configure the server to send the whole chain',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: 'the certificate is for another name',
    todo: 'use a name of the certificate in its URL',
  },
  [NO_ALTERNATIVE_NAMES]: {
    what: 'the certificate has no subject alternative name, which the runtime requires',
    todo: 'issue a certificate with a subject alternative name',
  },
  CERT_NOT_YET_VALID: {
    what: 'the certificate is not valid yet',
    todo: 'check the clock of this node',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    what: 'does not speak TLS on this port',
    todo: 'check the port, or use http:// in its URL',
  },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE_REQUIRED,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: {
    what: 'aborts the TLS handshake',
    todo: 'if it requires a client certificate, set client = { cert, key }',
  },
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: CLIENT_CERTIFICATE_REFUSED,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: CLIENT_CERTIFICATE_REFUSED,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: CLIENT_CERTIFICATE_REFUSED,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: CLIENT_CERTIFICATE_REFUSED,
}

export function tlsFault(code: string, error: unknown): Fault | undefined {
  if (code === 'CERT_HAS_EXPIRED') return { reason: 'certificate_expired' }
  const words = WORDS[code]
  if (words !== undefined) {
    const plainHttp = code === 'ERR_SSL_WRONG_VERSION_NUMBER'
    return { reason: 'tls', ...words, quoted: certificateNames(error), plainHttp }
  }
  // createSecureContext, on PEM texts of the list.
  if (code.startsWith('ERR_OSSL_'))
    return { reason: 'tls', what: 'ca or client in the list is invalid', todo: `check the files (${code})` }
  if (/^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|EPROTO$)/.test(code))
    return { reason: 'tls', what: `the TLS handshake fails (${code})` }
  // Node's name for every error of verification that it does not know.
  if (code === 'UNSPECIFIED')
    return { reason: undefined, what: 'the certificate cannot be verified (UNSPECIFIED)', todo: CHECK_CHAIN }
  return undefined
}

const CHECK_CHAIN = 'check each certificate of the chain with openssl verify'

/** The names of the certificate, which Node's error about a wrong name carries. */
function certificateNames(error: unknown): string | undefined {
  return (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname
}
