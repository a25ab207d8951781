/** From an error to its meaning. Pure. */
import { shortageOf } from '../system/shortage.ts'
import { SPACE_REFUSED } from './http/address.ts'
import { DIAL_TIMEOUT } from './http/connect.ts'
import { PROXY_SOCKS, type Trace } from './http/dial.ts'
import { WRAPPING_LIMIT } from './http/framing-limit.ts'
import { PROXY_REFUSED } from './http/tunnel.ts'
import { lookupFault } from './names/lookup-fault.ts'
import { type Fault, TLS_WORDS, WORDS } from './reasons.ts'

export interface Limits {
  readonly timeoutMs: number
  readonly dialTimeoutMs: number
}

/** Milliseconds as people say them: `300 ms`, `2.5 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`
}

/** The limit for the whole exchange ran out: how far had it come? */
export function lateFault(trace: Trace, { timeoutMs, dialTimeoutMs }: Limits): Fault {
  const within = duration(timeoutMs)
  switch (trace.phase) {
    case 'lookup':
    case 'connect':
      return dialFault(trace, { timeoutMs, dialTimeoutMs })
    case 'tls':
      return { reason: 'no_answer', what: `it accepts connections and does not finish TLS within ${within}` }
    case 'request':
      return { reason: 'no_answer', what: `it accepts connections and does not answer within ${within}` }
    case 'body':
      return { reason: 'no_answer', what: `it begins an answer and does not end it within ${within}` }
  }
}

/** What an error of an exchange means, by its code and by how far the exchange had come. */
export function faultOf(error: unknown, trace: Trace, limits: Limits): Fault {
  const codes = codesOf(error)
  return (
    firstOf(codes, shortageFault) ??
    lookupFault(error) ??
    firstOf(codes, code => networkFault(code, trace, limits)) ??
    firstOf(codes, code => tlsFault(code, error)) ??
    firstOf(codes, code => httpFault(code, trace)) ?? {
      reason: undefined,
      what: `the probe could not be made (${codes[0] ?? 'no error code'})`,
    }
  )
}

/** What this node lacks is no verdict on a mirror. */
function shortageFault(code: string): Fault | undefined {
  const shortage = shortageOf(code)
  return shortage && { reason: undefined, what: shortage.problem, todo: shortage.remedy }
}

/** Where several addresses failed each has an error of its own. */
function codesOf(error: unknown): readonly string[] {
  const parts = error instanceof AggregateError ? [error, ...error.errors] : [error]
  return parts.map(codeOf).filter(code => typeof code === 'string')
}

/** undici tells some things apart by their words alone. */
function codeOf(error: NodeJS.ErrnoException | undefined): string | undefined {
  if (error?.code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return UNASKED
  if (error?.name !== 'HTTPParserError') return error?.code
  return error.message.includes('(Expected HTTP/') ? NO_HTTP : UNSOUND
}

/** Something else from its first byte on; anything later; 100, 101 or an answer before the question. */
const NO_HTTP = 'NO_HTTP'
const UNSOUND = 'UNSOUND'
const UNASKED = 'UNASKED'

/** A timeout says most, then a refusal: one address may merely lack a route, as IPv6 often does. */
const TELLING: readonly string[] = [DIAL_TIMEOUT, 'ETIMEDOUT', 'ECONNREFUSED']

function firstOf(codes: readonly string[], meaning: (code: string) => Fault | undefined): Fault | undefined {
  const telling = TELLING.filter(code => codes.includes(code))
  return [...telling, ...codes].map(meaning).find(fault => fault !== undefined)
}

function networkFault(code: string, trace: Trace, limits: Limits): Fault | undefined {
  switch (code) {
    case DIAL_TIMEOUT:
    case 'ETIMEDOUT':
      return dialFault(trace, limits)
    case 'ENOTFOUND':
    case 'ENODATA':
      return { reason: 'dns' }
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return { reason: 'dns', what: 'the lookup of its name got no answer' }
    case 'ECONNREFUSED':
      return { reason: 'refused' }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EACCES':
    case 'EPERM':
      return {
        reason: 'refused',
        what: 'the network refuses the way to it',
        todo: 'check route and firewall',
      }
    case PROXY_REFUSED:
      return {
        reason: 'refused',
        what: 'the proxy between does not let this node through to it',
        todo: 'allow it in the proxy, or name it in NO_PROXY of containerd and of regmirror',
      }
    case PROXY_SOCKS:
      return { reason: undefined, what: 'a SOCKS proxy stands between, which only the runtime speaks' }
    case SPACE_REFUSED:
      return { reason: 'redirect_refused', what: 'it redirects into loopback, link-local or private space' }
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return closedFault(trace)
    // Before its body it is what undici makes of every error in a head that has told a length.
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return trace.phase === 'body' ? closedFault(trace) : undefined
  }
  return undefined
}

function dialFault(trace: Trace, { timeoutMs, dialTimeoutMs }: Limits): Fault {
  const within = duration(Math.min(timeoutMs, dialTimeoutMs))
  if (trace.phase === 'lookup') {
    return { reason: 'dns', what: `the lookup of its name got no answer within ${within}` }
  }
  return { reason: 'connect_timeout', what: `no connection came about within ${within}` }
}

function closedFault(trace: Trace): Fault {
  if (trace.phase === 'tls') return { reason: 'reset', what: 'it closed the connection during TLS' }
  if (trace.phase === 'body') return { reason: 'reset', what: 'it closed the connection within its answer' }
  return { reason: 'reset' }
}

function tlsFault(code: string, error: unknown): Fault | undefined {
  if (code === 'CERT_HAS_EXPIRED') return { reason: 'certificate_expired' }
  const words = TLS_WORDS[code]
  if (words !== undefined) {
    return {
      reason: 'tls',
      ...words,
      heard: namesIn(error),
      plainHttp: code === 'ERR_SSL_WRONG_VERSION_NUMBER',
    }
  }
  // createSecureContext, on PEM texts of the list.
  if (code.startsWith('ERR_OSSL_')) {
    return { reason: 'tls', what: 'ca or client in the list cannot be used', todo: `check them (${code})` }
  }
  if (/^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|EPROTO$)/.test(code)) {
    return { reason: 'tls', what: `${WORDS.tls.what} (${code})` }
  }
  return undefined
}

/** The names of the certificate, where Node's error about a wrong name carries it. */
function namesIn(error: unknown): string | undefined {
  return (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname
}

function httpFault(code: string, { phase }: Trace): Fault | undefined {
  switch (code) {
    case WRAPPING_LIMIT:
      if (phase === 'body')
        return { reason: 'not_a_registry', what: 'its answer is more wrapping than content' }
      return { reason: 'not_a_registry', what: 'it sends more header than any registry does' }
    case 'UND_ERR_HEADERS_OVERFLOW':
      return { reason: 'not_a_registry', what: 'it sends more header than any registry does' }
    case NO_HTTP:
      return { reason: 'not_a_registry', what: 'what answers does not speak HTTP', todo: CHECK_PORT }
    case UNASKED:
      return {
        reason: 'not_a_registry',
        what: 'it sends an answer that nobody asked for (100, 101 or too early)',
      }
    case UNSOUND:
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return { reason: 'not_a_registry', what: 'its answer is not sound HTTP', todo: CHECK_PORT }
  }
  return undefined
}

const CHECK_PORT = 'check scheme and port of the url'
