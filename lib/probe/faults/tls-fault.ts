/** Errors of TLS, by the codes of OpenSSL and Node. Pure. */
import { RENEGOTIATION } from '../connection/error-codes.ts'
import { certificateProblem } from '../tls/certificate-error.ts'
import { certificateFault } from './certificate-fault.ts'
import type { Fault, Words } from './fault.ts'

export const CLIENT_CERTIFICATE_REQUIRED: Words = {
  what: 'requires a client certificate',
  todo: 'set client = { cert, key }',
  forUrl: 'add --client-cert FILE and --client-key FILE',
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
  forUrl: 'check the files of --client-cert and --client-key',
}

const WORDS: Readonly<Record<string, Words>> = {
  [RENEGOTIATION]: {
    what: 'starts a second TLS handshake on the connection (renegotiation), which containerd refuses',
    todo: 'configure the server to require a client certificate from the start',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    what: 'does not speak TLS on this port',
    todo: 'check the port, or use http:// in its URL',
  },
  ERR_SSL_UNSUPPORTED_PROTOCOL: {
    what: 'speaks no version of TLS that containerd accepts',
    todo: 'enable TLS 1.2 or 1.3 on the server',
  },
}

/** Alerts of the server; OpenSSL names them differently from release to release, but for their ends. */
const ALERTS: Readonly<Record<string, Words>> = {
  CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE_REQUIRED,
  HANDSHAKE_FAILURE: {
    what: 'aborts the TLS handshake: it accepts no cipher suite, curve or signature of containerd, or requires a client certificate',
    todo: 'enable ECDHE with AES-GCM and a key of RSA or P-256 on the server, or set client = { cert, key }',
  },
  PROTOCOL_VERSION: {
    what: 'speaks no version of TLS that containerd accepts',
    todo: 'enable TLS 1.2 or 1.3 on the server',
  },
  UNRECOGNIZED_NAME: { what: 'does not know the host name of its URL', todo: 'check the name in its URL' },
  BAD_CERTIFICATE: CLIENT_CERTIFICATE_REFUSED,
  UNKNOWN_CA: CLIENT_CERTIFICATE_REFUSED,
  CERTIFICATE_UNKNOWN: CLIENT_CERTIFICATE_REFUSED,
  CERTIFICATE_EXPIRED: CLIENT_CERTIFICATE_REFUSED,
  UNSUPPORTED_CERTIFICATE: CLIENT_CERTIFICATE_REFUSED,
  ACCESS_DENIED: CLIENT_CERTIFICATE_REFUSED,
}

export function tlsFault(code: string, error: unknown): Fault | undefined {
  const problem = certificateProblem(error)
  if (problem !== undefined) return certificateFault(problem)
  const alert = /_ALERT_([A-Z_]+)$/.exec(code)?.[1]
  const words = WORDS[code] ?? ALERTS[alert ?? '']
  if (words !== undefined)
    return { reason: 'tls', ...words, plainHttp: code === 'ERR_SSL_WRONG_VERSION_NUMBER' }
  // createSecureContext, on PEM texts of the list.
  if (code.startsWith('ERR_OSSL_'))
    return { reason: 'tls', what: 'ca or client is invalid', todo: `check the files (${code})` }
  // OpenSSL reads 100 KiB of certificates, Go 256.
  if (code === 'ERR_SSL_EXCESSIVE_MESSAGE_SIZE') return TOO_MANY_CERTIFICATES
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code))
    return { reason: 'tls', what: `the TLS handshake fails (${code})` }
  return undefined
}

const TOO_MANY_CERTIFICATES: Fault = {
  reason: undefined,
  what: 'sends more certificates than probes can read',
  todo: 'configure the server to send its certificate and the intermediate ones only',
}
