/** The TLS handshake on a connection. */
import net from 'node:net'
import { setImmediate } from 'node:timers/promises'
import tls from 'node:tls'
import { hostOf } from '../../model/url-host.ts'
import { codedError } from '../../system/coded-error.ts'
import { CERTIFICATE_WITHHELD, RENEGOTIATION } from '../connection/error-codes.ts'
import { destroyOnAbort, waitUntilReady } from '../connection/socket-events.ts'
import { recordError, type Trace } from '../connection/trace.ts'
import { checkCertificates } from './check-certificates.ts'
import type { TlsSettings } from './tls-context.ts'
import { type HandshakeWatch, watchHandshake } from './watch-handshake.ts'

export interface TlsOptions {
  /** Only its host name counts. */
  readonly url: URL
  /** Undefined: TLS is not used. */
  readonly tls: TlsSettings | undefined
}

export interface SecureConnection {
  readonly socket: tls.TLSSocket
  /** End of the certificate's validity, ms since 1970. */
  readonly expiresAt: number
}

/**
 * Rejects with the error of OpenSSL, with CERTIFICATE_REFUSED, CERTIFICATE_WITHHELD or RENEGOTIATION, or with the reason
 * of the signal.
 */
export async function startTls(
  connection: net.Socket,
  { url, tls: settings }: TlsOptions,
  trace: Trace,
  signal: AbortSignal,
): Promise<SecureConnection> {
  if (settings === undefined) throw new Error('TLS without settings')
  trace.phase = 'tls'
  const host = hostOf(url)
  const watch = settings.identity && watchHandshake(connection)
  const options = connectionOptions(host, settings)
  const socket = tls.connect({ socket: watch?.connection ?? connection, ...options })
  destroyOnAbort(recordError(socket, trace), signal)
  refuseRenegotiation(socket)
  watch?.follow(socket)
  await completeHandshake(socket, settings, watch)
  const { notAfter } = checkCertificates(socket, host, settings)
  trace.phase = 'request'
  return { socket, expiresAt: notAfter }
}

/** Whether the certificate is withheld shows also where the handshake fails because it was sent. */
async function completeHandshake(
  socket: tls.TLSSocket,
  { identity }: TlsSettings,
  watch: HandshakeWatch | undefined,
): Promise<void> {
  const result = await waitUntilReady(socket, 'secureConnect').then(
    () => ({}),
    (error: unknown) => ({ error }),
  )
  // The event comes while OpenSSL reads, and Node crashes on a socket that is destroyed then.
  await setImmediate()
  if (withholds(identity, watch?.authorities())) {
    socket.destroy()
    throw codedError(CERTIFICATE_WITHHELD)
  }
  if ('error' in result) throw result.error
}

/** Go sends a certificate only if one of its chain is of an accepted authority (crypto/tls/common.go SupportsCertificate@go1.24). */
function withholds(
  identity: TlsSettings['identity'],
  authorities: readonly Buffer[] | undefined = [],
): boolean {
  const accepted = authorities.map(name => name.toString('latin1'))
  return (
    identity !== undefined && accepted.length > 0 && !identity.issuers.some(name => accepted.includes(name))
  )
}

/** Go sends neither ALPN here (its transport has a dialer of its own) nor an address or a final dot as SNI. */
function connectionOptions(host: string, { context }: TlsSettings): tls.ConnectionOptions {
  return {
    servername: net.isIP(host) === 0 ? host.replace(/\.+$/, '') : '',
    secureContext: context,
    // OpenSSL refuses chains that Go accepts and the reverse, so they are checked after the handshake.
    rejectUnauthorized: false,
  }
}

/** A second handshake makes new keys; Go refuses it (crypto/tls/conn.go handleRenegotiation@go1.24). */
function refuseRenegotiation(socket: tls.TLSSocket): void {
  let handshakes = 0
  socket.on('keylog', line => {
    if (!line.toString('latin1').startsWith('CLIENT_RANDOM')) return
    handshakes++
    if (handshakes > 1) globalThis.setImmediate(() => socket.destroy(codedError(RENEGOTIATION)))
  })
}
