/** Judges the health of an endpoint by a response. Pure. */
import { HEADER_REFUSED } from '../faults/credentials-fault.ts'
import type { Fault } from '../faults/fault.ts'
import { CLIENT_CERTIFICATE_REQUIRED } from '../faults/tls-fault.ts'
import { type HttpResponse, readHeader, readValues } from '../http/response.ts'

/** Undefined: the response of a registry. `authorized`: the request carried a static Authorization header. */
export function judgeResponse(response: HttpResponse, authorized: boolean): Fault | undefined {
  const { status } = response
  if (status === 200) return judgeContent(response)
  if (status === 401) return judgeChallenge(response, authorized)
  const page = findErrorPage(response)
  if (page !== undefined) return page
  if (status === 403) return { reason: 'forbidden' }
  if (status === 404) return { reason: 'not_found' }
  if (status === 429) return { reason: 'rate_limited', retryAfterS: readRetryAfter(response) }
  if (status >= 500) return { reason: 'server_error', what: `responds with ${status}` }
  return {
    reason: 'not_a_registry',
    what: `responds with ${status}, where a registry responds with 200 or 401`,
  }
}

/** Pages of servers that do not close the connection where TLS would be required. */
const ERROR_PAGES: readonly { readonly pattern: RegExp; readonly fault: Fault }[] = [
  // nginx, as 400.
  {
    pattern: /No required SSL certificate was sent/i,
    fault: { reason: 'tls', ...CLIENT_CERTIFICATE_REQUIRED },
  },
  // nginx and Go's net/http, as 400.
  {
    pattern: /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i,
    fault: { reason: 'not_a_registry', what: 'requires https on this port', todo: 'use https:// in its URL' },
  },
]

export function findErrorPage({ body }: HttpResponse): Fault | undefined {
  return ERROR_PAGES.find(({ pattern }) => pattern.test(body.toString('utf8')))?.fault
}

const DAY_S = 86_400

/** Seconds, or a date that is compared with the clock of the same server (RFC 9110 10.2.3); one day at most. */
export function readRetryAfter(response: HttpResponse): number | undefined {
  const text = readHeader(response, 'retry-after')
  const date = readHeader(response, 'date')
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.parse(date)) / 1000
  return seconds >= 0 ? Math.min(DAY_S, Math.round(seconds)) : undefined
}

/**
 * The specification requires only the status (end-1 of the distribution spec), and real registries respond with `{}`,
 * with `true` as text/html and the version header, or with nothing. So the version header is enough, a web page is
 * refused (parked domains and portals: containerd accepts those, and the pull then fails without a fallback), and
 * everything else passes: only a deeper probe shows whether it serves images.
 */
function judgeContent(response: HttpResponse): Fault | undefined {
  if (readHeader(response, 'docker-distribution-api-version').includes('registry/2')) return undefined
  const isPage = /^\s*(text\/html|application\/xhtml)/i.test(readHeader(response, 'content-type'))
  if (!isPage && !/^\s*<(!doctype|html|head|body|script|meta|!--)/i.test(response.body.toString('utf8')))
    return undefined
  return { reason: 'not_a_registry', what: 'responds with a web page' }
}

/**
 * containerd supports Bearer and Basic: core/remotes/docker/authorizer.go:153-196@v2.3.4. A Basic challenge in response
 * to a static Authorization header means that the header was not accepted.
 */
function judgeChallenge(response: HttpResponse, authorized: boolean): Fault | undefined {
  const challenge = readValues(response, 'www-authenticate').join(', ')
  if (/(^|,)\s*bearer(\s|,|$)/i.test(challenge)) return undefined
  if (!/(^|,)\s*basic(\s|,|$)/i.test(challenge)) return { reason: 'unauthorized' }
  return authorized ? HEADER_REFUSED : undefined
}
