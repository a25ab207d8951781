/** An empty registry with TLS on this machine. Its CA has two certificates with one key: one that expired, one that did not. */
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { chainOf, makeCertificate } from '../../support/certificates/make-certificate.ts'

export interface TlsListener {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  readonly ca: string
  readonly expiredCa: string
  close(): Promise<void>
}

/** Passes the path of each request to the log, so only of those whose handshake succeeds. */
export async function listenWithTls(log: (path: string) => void): Promise<TlsListener> {
  const expired = makeCertificate({ ca: true, from: 3, until: -1 })
  const ca = makeCertificate({ ca: true, of: expired })
  const server = https.createServer(chainOf(makeCertificate({ issuer: ca })), (request, response) => {
    log(request.url ?? '')
    response.writeHead(404).end()
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: ca.cert,
    expiredCa: expired.cert,
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
