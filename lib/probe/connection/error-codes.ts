/** The codes of regmirror's own errors of connection/, tls/ and http/. All others are those of the system and of OpenSSL. */

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
/** The proxy refuses a connection; `status` is that of its response, if there was a valid one, `socks` its protocol. */
export const PROXY_REFUSED = 'PROXY_REFUSED'
/** The proxy closes the connection before it responds. */
export const PROXY_CLOSED = 'PROXY_CLOSED'
/** The runtime refuses HTTP_PROXY: it looks as if it ran as a CGI program. */
export const PROXY_CGI = 'PROXY_CGI'
/** A response with too much framing. */
export const FRAMING_LIMIT = 'FRAMING_LIMIT'
/** More redirects than `limit`. */
export const REDIRECT_LIMIT = 'REDIRECT_LIMIT'
/** A 3xx that cannot be followed; `status` is that of the response. */
export const REDIRECT_STATUS = 'REDIRECT_STATUS'
/** A redirect to something other than http or https; `location` is the header as it was sent. */
export const REDIRECT_TARGET = 'REDIRECT_TARGET'
/** A response that does not start with `HTTP/`. */
export const NO_HTTP = 'NO_HTTP'
/** A response that starts with `HTTP/`, and is invalid after that. */
export const INVALID_HTTP = 'INVALID_HTTP'
/** The stream ends before the message does: Go's io.ErrUnexpectedEOF. */
export const CUT_OFF = 'CUT_OFF'
/** A Content-Encoding that the runtime does not know (`encoding`). */
export const UNKNOWN_ENCODING = 'UNKNOWN_ENCODING'
/** A body that is not encoded as its Content-Encoding names. */
export const INVALID_ENCODING = 'INVALID_ENCODING'
/** A request with characters that Go does not send. */
export const INVALID_REQUEST = 'INVALID_REQUEST'
