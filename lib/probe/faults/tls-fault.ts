/** Errors of TLS, by the codes of OpenSSL and Node. Pure. */
import { certificateProblem } from '../http/certificate-error.ts'
import { RENEGOTIATION } from '../http/error-codes.ts'
import { certificateFault } from './certificate-fault.ts'
import type { Fault, Words } from './fault.ts'

export const CLIENT_CERTIFICATE_REQUIRED: Words = {
  what: 'requires a client certificate',
  todo: 'set client = { cert, key }',
}

/** The server required a client certificate, and the runtime has one but sends none. */
export function explainWithheld(fault: Fault): Fault {
  return fault.reason === 'tls' && fault.what === CLIENT_CERTIFICATE_REQUIRED.what
    ? { ...fault, ...CERTIFICATE_WITHHELD }
    : fault
}

const CERTIFICATE_WITHHELD: Words = {
  what: 'accepts client certificates of other authorities only, so containerd sends none',
  todo: 'add the certificates between client.cert and an accepted authority to client.cert',
}

const CLIENT_CERTIFICATE_REFUSED: Words = {
  what: 'refuses the client certificate',
  todo: 'check client = { cert, key }',
}

const WORDS: Readonly<Record<string, Words>> = {
  [RENEGOTIATION]: {
    what: 'starts a second TLS handshake on the connection (renegotiation), which containerd refuses',
    todo: 'configure the server to require a client certificate from the start',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    what: 'does not speak TLS on this port',
    todo: 'check the port, or use http:// in the url',
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
  const problem = certificateProblem(error)
  if (problem !== undefined) return certificateFault(problem)
  const words = WORDS[code]
  if (words !== undefined)
    return { reason: 'tls', ...words, plainHttp: code === 'ERR_SSL_WRONG_VERSION_NUMBER' }
  // createSecureContext, on PEM texts of the list.
  if (code.startsWith('ERR_OSSL_'))
    return { reason: 'tls', what: 'ca or client in the list is invalid', todo: `check the files (${code})` }
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code))
    return { reason: 'tls', what: `the TLS handshake fails (${code})` }
  return undefined
}
