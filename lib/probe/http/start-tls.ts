/** The TLS handshake on a connection. */
import net from 'node:net'
import tls from 'node:tls'
import { destroyOnAbort, waitUntilReady } from './socket-events.ts'
import { checkName } from './tls-context.ts'
import { recordError, type Trace } from './trace.ts'
import { hostOf } from './url-host.ts'

export interface TlsOptions {
  /** Only its host name counts. */
  readonly url: URL
  readonly secureContext: tls.SecureContext | undefined
  readonly skipVerify: boolean
}

/** Rejects with the error of OpenSSL or Node, or with the reason of the signal. */
export async function startTls(
  connection: net.Socket,
  options: TlsOptions,
  trace: Trace,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  trace.phase = 'tls'
  const socket = tls.connect({ socket: connection, ...connectionOptions(options) })
  destroyOnAbort(recordError(socket, trace), signal)
  await waitUntilReady(socket, 'secureConnect')
  trace.phase = 'request'
  return socket
}

function connectionOptions({ url, secureContext, skipVerify }: TlsOptions): tls.ConnectionOptions {
  const host = hostOf(url)
  return {
    servername: net.isIP(host) === 0 ? host : '',
    secureContext,
    rejectUnauthorized: !skipVerify,
    checkServerIdentity: (_name, certificate) => checkName(host, certificate),
    ALPNProtocols: ['http/1.1'],
  }
}
