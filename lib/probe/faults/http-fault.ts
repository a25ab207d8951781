/** Errors of HTTP: framing, parsing, redirects. Pure. */
import {
  FRAMING_LIMIT,
  INVALID_ENCODING,
  INVALID_HTTP,
  INVALID_REQUEST,
  NO_HTTP,
  REDIRECT_LIMIT,
  REDIRECT_STATUS,
  REDIRECT_TARGET,
  UNKNOWN_ENCODING,
} from '../connection/error-codes.ts'
import type { Trace } from '../connection/trace.ts'
import type { Fault } from './fault.ts'

const CHECK_PORT = 'check the scheme and the port of its URL'

export function httpFault(code: string, { phase }: Trace): Fault | undefined {
  switch (code) {
    case FRAMING_LIMIT:
      if (phase === 'body') return { reason: 'not_a_registry', what: 'sends too many chunk headers' }
      return TOO_MANY_HEADERS
    case NO_HTTP:
      return { reason: 'not_a_registry', what: 'does not speak HTTP', todo: CHECK_PORT }
    case INVALID_HTTP:
      return { reason: 'not_a_registry', what: 'sends an invalid HTTP response', todo: CHECK_PORT }
    case INVALID_REQUEST:
      return {
        reason: 'not_a_registry',
        what: 'the request has characters that HTTP forbids',
        ...CHECK_HEADERS,
      }
  }
  return undefined
}

const CHECK_HEADERS = {
  todo: 'check its URL and its headers in the list',
  forUrl: 'check its URL and the files of --header-file',
} as const satisfies Partial<Fault>

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
      return {
        reason: 'redirect_refused',
        what: `redirects more than ${limit} times`,
        todo: CHECK_REDIRECTS,
      }
    case REDIRECT_STATUS:
      return {
        reason: 'redirect_refused',
        unfollowed: true,
        what: `sends a redirect (${status}) that cannot be followed`,
        todo: NO_TARGET,
      }
    case REDIRECT_TARGET:
      return {
        reason: 'redirect_refused',
        what: 'redirects to an address that is not http or https',
        quoted: location,
      }
  }
  return undefined
}

const CHECK_REDIRECTS =
  'correct the redirects in its web server, or use the address that they should lead to as its URL'
const NO_TARGET = "correct it in its web server: send 307 with a Location, or the registry's own response"

/** A body that the runtime cannot decode. */
export function encodingFault(error: unknown): Fault | undefined {
  const { code, encoding } = (error ?? {}) as { code?: string; encoding?: string }
  switch (code) {
    case UNKNOWN_ENCODING:
      return {
        reason: 'not_a_registry',
        what: 'sends a Content-Encoding that the runtime does not know',
        todo: NO_COMPRESSION,
        quoted: encoding,
      }
    case INVALID_ENCODING:
      return {
        reason: 'not_a_registry',
        what: 'sends content that is not encoded as its Content-Encoding says',
        todo: NO_COMPRESSION,
      }
  }
  return undefined
}

const NO_COMPRESSION = 'turn off compression and Content-Encoding for /v2/ in its web server'
