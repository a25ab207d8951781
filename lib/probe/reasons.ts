/** What is said to a person about each reason: what happened; what to do. */
import type { Reason } from '../model/report.ts'

export interface Words {
  readonly what: string
  readonly todo: string
}

/** Why an endpoint cannot be called healthy. Without a reason the probe could not tell. */
export interface Fault {
  readonly reason: Reason | undefined
  /** Said in place of the words of the reason. */
  readonly what?: string | undefined
  readonly todo?: string | undefined
  /** Something the endpoint itself said, unchecked. */
  readonly heard?: string | undefined
  /** Seconds that it wants to be left in peace. */
  readonly retryAfterS?: number | undefined
  /** The proxy between. */
  readonly proxy?: string | undefined
  /** It speaks plain http where https was asked. */
  readonly plainHttp?: boolean
}

export const WORDS: Readonly<Record<Reason, Words>> = {
  dns: { what: 'its name has no address', todo: 'check the spelling and the DNS of this node' },
  refused: { what: 'nothing listens there', todo: 'check the port and that it runs' },
  reset: {
    what: 'it closed the connection without an answer',
    todo: 'look into its log and at what stands between (proxy, firewall)',
  },
  connect_timeout: {
    what: 'no connection came about in time',
    todo: 'packets are lost on the way: check the address, the route and the firewall',
  },
  no_answer: {
    what: 'it accepts connections and does not answer in time',
    todo: 'restart it or take it out of the list: a pull would hang on it',
  },
  tls: { what: 'TLS failed', todo: 'compare its certificate with ca, client and url in the list' },
  certificate_expired: {
    what: 'its certificate has expired',
    todo: 'renew it there; if it is fresh, check the clock of this node',
  },
  not_a_registry: {
    what: 'something answers, but not a registry',
    todo: 'check the url; the name may have changed hands',
  },
  unauthorized: {
    what: 'it answers 401 without a challenge that a runtime can meet',
    todo: 'give the credentials it wants as a header in the list',
  },
  forbidden: {
    what: 'it answers 403',
    todo: 'ask its operator whether this node may use it (allow-list, region, credentials)',
  },
  not_found: { what: 'it answers 404', todo: 'check the path in the url: the registry may be elsewhere' },
  rate_limited: {
    what: 'it answers 429, too many requests',
    todo: 'wait, log in for a higher limit, or list another mirror before it',
  },
  server_error: { what: 'it is up but fails', todo: 'look into its log or tell its operator' },
  wrong_digest: {
    what: 'it serves other bytes than the digest promises',
    todo: 'take it out of the list: pulls fail on it, without trying the next',
  },
  slow: { what: 'it serves layers slowly', todo: 'list a faster mirror before it' },
  stale: {
    what: 'its tag stands for an older image than that of the server',
    todo: 'give it capabilities = ["pull"], so that tags are resolved elsewhere',
  },
  divergent: {
    what: 'its tag stands for another image than elsewhere',
    todo: 'find out whose image that is; until then give it capabilities = ["pull"]',
  },
  redirect_refused: {
    what: 'it redirects to where no registry should',
    todo: 'put the final address in the list if you trust it',
  },
}

/** Failures of TLS by OpenSSL's and Node's codes. */
export const TLS_WORDS: Readonly<Record<string, Words>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    what: 'its certificate is self-signed and not trusted here',
    todo: 'put that certificate in ca',
  },
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority(),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority(),
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority(),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    what: 'its certificate is signed by an authority unknown here, or it leaves out the intermediate one',
    todo: 'put that authority in ca, or have it send the whole chain',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: 'its certificate is for another name',
    todo: 'use the name it is made for in the url',
  },
  NO_ALTERNATIVE_NAMES: {
    what: 'its certificate has no subject alternative name, which containerd requires',
    todo: 'issue one that has',
  },
  CERT_NOT_YET_VALID: { what: 'its certificate is not valid yet', todo: 'check the clock of this node' },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    what: 'it does not speak TLS on this port',
    todo: 'check the port, or use http:// if that is meant',
  },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: clientWanted(),
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: {
    what: 'it broke off the TLS handshake',
    todo: 'it may want a client certificate: give client = { cert, key }',
  },
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: clientRefused(),
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: clientRefused(),
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: clientRefused(),
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: clientRefused(),
}

/** What some servers say in a page of their own where a registry would have closed the connection. */
export const PAGES: readonly (readonly [RegExp, Reason, Words])[] = [
  // nginx, as 400.
  [/No required SSL certificate was sent/i, 'tls', clientWanted()],
  // nginx and Go's net/http, as 400.
  [
    /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i,
    'not_a_registry',
    { what: 'it wants https on this port', todo: 'write https:// in the url' },
  ],
]

/**
 * The one sentence for a person. What the endpoint said is quoted only if `quote`, made plain: an endpoint
 * that was given a secret could say that very secret. The proxy is named by our own environment.
 */
export function sentence(fault: Fault, quote: boolean): string {
  const { what, todo } = wordsFor(fault)
  const heard = quote ? plain(fault.heard ?? '') : ''
  const aside = heard || (fault.proxy && plain(`through the proxy ${fault.proxy}`))
  return `${what}${aside ? ` (${aside})` : ''}; ${todo}`
}

/** Its own words, and for what it leaves out those of its reason. */
export function wordsFor({ reason, what, todo }: Fault): Words {
  const words = reason === undefined ? UNTOLD : WORDS[reason]
  return { what: what ?? words.what, todo: todo ?? words.todo }
}

/**
 * What others wrote, on one line, without control, format or separator characters, and cut: it becomes part of
 * a sentence, so nothing is spelled out as in a diff.
 */
function plain(text: string, limit = 60): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  const characters = [...line]
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : line
}

const UNTOLD: Words = { what: 'the probe could not be made', todo: 'run it again' }

function unknownAuthority(): Words {
  return { what: 'its certificate is signed by an authority unknown here', todo: 'put that authority in ca' }
}

function clientWanted(): Words {
  return { what: 'it requires a client certificate', todo: 'give client = { cert, key }' }
}

function clientRefused(): Words {
  return { what: 'it does not accept the client certificate', todo: 'check client = { cert, key }' }
}
