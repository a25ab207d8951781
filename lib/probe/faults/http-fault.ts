/** Errors of HTTP: framing, parsing, redirects. Pure. */
import { FRAMING_LIMIT, REDIRECT_LIMIT, REDIRECT_STATUS, REDIRECT_TARGET } from '../http/error-codes.ts'
import type { Trace } from '../http/trace.ts'
import type { Fault } from './fault.ts'

/** Codes for errors that undici distinguishes only by their messages: invalid from the first byte, or later. */
const NO_HTTP = 'NO_HTTP'
const INVALID_HTTP = 'INVALID_HTTP'
/** 100, 101, or a response before the request. */
const UNEXPECTED = 'UNEXPECTED_RESPONSE'

/** The code of an error. */
export function errorCode(error: NodeJS.ErrnoException | undefined): string | undefined {
  if (error?.code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return UNEXPECTED
  if (error?.name !== 'HTTPParserError') return error?.code
  return error.message.includes('(Expected HTTP/') ? NO_HTTP : INVALID_HTTP
}

const CHECK_PORT = 'check the scheme and the port of the url'

export function httpFault(code: string, { phase }: Trace): Fault | undefined {
  switch (code) {
    case FRAMING_LIMIT:
      if (phase === 'body') return { reason: 'not_a_registry', what: 'sends too many chunk headers' }
      return TOO_MANY_HEADERS
    case 'UND_ERR_HEADERS_OVERFLOW':
      return TOO_MANY_HEADERS
    case NO_HTTP:
      return { reason: 'not_a_registry', what: 'does not speak HTTP', todo: CHECK_PORT }
    case UNEXPECTED:
      return {
        reason: 'not_a_registry',
        what: 'sends an unexpected response (100, 101, or before the request)',
      }
    case INVALID_HTTP:
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return { reason: 'not_a_registry', what: 'sends an invalid HTTP response', todo: CHECK_PORT }
  }
  return undefined
}

const TOO_MANY_HEADERS: Fault = { reason: 'not_a_registry', what: 'sends too many response headers' }

interface RedirectError {
  readonly code?: string
  readonly limit?: number
  readonly status?: number
  readonly location?: string
}

export function redirectFault(error: unknown): Fault | undefined {
  const { code, limit, status, location } = (error ?? {}) as RedirectError
  switch (code) {
    case REDIRECT_LIMIT:
      return { reason: 'redirect_refused', what: `redirects more than ${limit} times` }
    case REDIRECT_STATUS:
      return { reason: 'redirect_refused', what: `sends a redirect (${status}) that cannot be followed` }
    case REDIRECT_TARGET:
      return {
        reason: 'redirect_refused',
        what: 'redirects to an address that is not http or https',
        quoted: location,
      }
  }
  return undefined
}
