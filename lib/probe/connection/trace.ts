/** The history of a request, for its timings and for the reason why it failed. */
import type net from 'node:net'

/** How far a request got, and when (milliseconds of performance.now); filled in as it goes. */
export interface Trace {
  phase: 'lookup' | 'connect' | 'tls' | 'request' | 'body'
  /** When the lookup of the first connection started. */
  startedAt?: number
  /** Milliseconds that lookups waited in a queue; they count against no limit. */
  queuedMs?: number
  /** When the first connection was dialled. Addresses that do not respond delay it, as they delay a pull. */
  dialledAt?: number
  /** When the first connection was established, and when its TLS handshake was complete. */
  connectedAt?: number
  securedAt?: number
  /** Head of the latest response, and the end of what was read of its body. */
  respondedAt?: number
  endedAt?: number
  /** TLS of the first connection. */
  tls?: TlsFacts
  /** The runtime sends no client certificate, since the server accepts those of other authorities only. */
  withheld?: boolean
  /** Name and port of the latest connection, and its address. */
  host?: string
  address?: string
  /** The proxy of the latest connection; `plain` if it sees the requests, and may respond itself. */
  proxy?: { readonly name: string; readonly plain: boolean } | undefined
  /** The first error of a connection: errors that follow from it are less specific. */
  error?: Error
}

/** The version of TLS that was negotiated, and the certificate that the server sent. */
export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly version: string
  /** End of the certificate's validity, ms since 1970. */
  readonly expiresAt: number
}

/** Records errors: a server's alert may arrive after the handshake, before the user of the socket listens for it. */
export function recordError<S extends net.Socket>(socket: S, trace: Trace): S {
  return socket.on('error', error => {
    trace.error ??= error
  })
}
