/** What else a response shows about a server. Pure. */
import type { Probe } from '../model/report.ts'
import { daysUntil } from '../wording/certificate-expiry.ts'
import type { PingResult } from './api/ping.ts'
import type { PullResult } from './api/pull.ts'
import type { Trace } from './connection/trace.ts'
import { type HttpResponse, readHeader } from './http/response.ts'

/** `now` is in milliseconds since 1970, and `at` is performance.now() at that moment. */
export interface ClockReading {
  readonly now: number
  readonly at: number
}

type Facts = Pick<Probe, 'tls' | 'api_version' | 'rate_limit' | 'clock_skew_s' | 'redirects' | 'challenges'>

/**
 * Of headers only numbers are reported, in the formats that registries use: other text could be anything, such as the
 * secret that was sent.
 */
export function describeServer(
  { final, traces }: PingResult,
  pull: PullResult | undefined,
  clock: ClockReading,
): Facts {
  const response = final?.response ?? pull?.response
  const trace = traces[0] ?? pull?.traces[0]
  if (response === undefined || trace === undefined) return {}
  const redirects = final?.redirects ?? 0
  const api = matchHeader(response, 'docker-distribution-api-version', /^registry\/\d{1,4}\.\d{1,4}$/)
  const skew = clockSkew(response, trace, clock)
  return {
    ...certificateFacts(trace.tls, clock),
    ...(api && { api_version: api }),
    ...rateLimit(pull?.response ?? response),
    ...(skew !== undefined && { clock_skew_s: skew }),
    ...(redirects > 0 && { redirects }),
    ...((response.status === 401 || pull?.challenged) && { challenges: true }),
  }
}

/** Empty if the end of the certificate is not a date: with skip_verify such a certificate is accepted. */
function certificateFacts(tls: Trace['tls'], { now }: ClockReading): Pick<Probe, 'tls'> {
  if (tls === undefined || Number.isNaN(tls.expiresAt)) return {}
  const { version, expiresAt } = tls
  const expires = new Date(expiresAt).toISOString()
  return { tls: { version, expires, days: daysUntil(expiresAt, now) } }
}

/** The part of a header that has the expected format. */
function matchHeader(response: HttpResponse, name: string, format: RegExp): string | undefined {
  return format.exec(readHeader(response, name))?.[0]
}

/** `100;w=21600`, as Docker Hub sends it: requests, and seconds. */
const LIMIT = /^\d{1,9}(;w=\d{1,9})?$/

function rateLimit(response: HttpResponse): Pick<Probe, 'rate_limit'> {
  const limit = matchHeader(response, 'ratelimit-limit', LIMIT)
  const remaining = matchHeader(response, 'ratelimit-remaining', LIMIT)
  if (!limit && !remaining) return {}
  return { rate_limit: { ...(limit && { limit }), ...(remaining && { remaining }) } }
}

/** Whole seconds, since a Date header has no fractions. */
function clockSkew(
  response: HttpResponse,
  { respondedAt = 0 }: Trace,
  { now, at }: ClockReading,
): number | undefined {
  const date = Date.parse(readHeader(response, 'date'))
  return Number.isNaN(date) ? undefined : Math.round((date - (now + respondedAt - at)) / 1000)
}
