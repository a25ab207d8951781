/** The codes of this folder's own errors. All other errors are those of the system, of OpenSSL and of undici. */

/** No connection within dial_timeout. */
export const DIAL_TIMEOUT = 'DIAL_TIMEOUT'
/** An address outside the allowed spaces. */
export const SPACE_REFUSED = 'SPACE_REFUSED'
/** The runtime refuses the certificates of the server; `problem` says why. */
export const CERTIFICATE_REFUSED = 'CERTIFICATE_REFUSED'
/** The server accepts client certificates of other authorities only, so the runtime sends none. */
export const CERTIFICATE_WITHHELD = 'CERTIFICATE_WITHHELD'
/** The server starts a second handshake on a connection. */
export const RENEGOTIATION = 'RENEGOTIATION'
/** The proxy refuses a tunnel; `status` is that of its response, if there was a valid one. */
export const PROXY_REFUSED = 'PROXY_REFUSED'
/** The proxy is a SOCKS proxy. */
export const PROXY_SOCKS = 'PROXY_SOCKS'
/** A response with too much framing. */
export const FRAMING_LIMIT = 'FRAMING_LIMIT'
/** More redirects than `limit`. */
export const REDIRECT_LIMIT = 'REDIRECT_LIMIT'
/** A 3xx that cannot be followed; `status` is that of the response. */
export const REDIRECT_STATUS = 'REDIRECT_STATUS'
/** A redirect to something other than http or https; `location` is the header as it was sent. */
export const REDIRECT_TARGET = 'REDIRECT_TARGET'
