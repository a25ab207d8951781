/** What a TLS handshake shows beside its result. */
import type net from 'node:net'
import type { Duplex } from 'node:stream'
import type tls from 'node:tls'
import { acceptedAuthorities } from './accepted-authorities.ts'
import { tapSocket } from './tap-socket.ts'

export interface HandshakeWatch {
  /** In place of the connection. */
  readonly connection: Duplex
  /** Reads the secrets of the handshake. */
  follow(socket: tls.TLSSocket): void
  /** Authorities whose client certificates are accepted; none: any; undefined: no certificate is requested. */
  authorities(): readonly Buffer[] | undefined
}

/** A handshake is shorter, or its authorities are not read. */
const MAX_BYTES = 512 * 1024

export function watchHandshake(connection: net.Socket): HandshakeWatch {
  const parts: Buffer[] = []
  let size = 0
  let secret: Buffer | undefined
  const keep = (bytes: Buffer) => {
    size += bytes.length
    if (size <= MAX_BYTES) parts.push(bytes)
  }
  return {
    connection: tapSocket(connection, keep),
    follow: socket => {
      socket.on('keylog', line => {
        const [label, , hex = ''] = line.toString('latin1').trim().split(' ')
        if (label === 'SERVER_HANDSHAKE_TRAFFIC_SECRET') secret = Buffer.from(hex, 'hex')
      })
    },
    authorities: () => acceptedAuthorities(Buffer.concat(parts), secret),
  }
}
