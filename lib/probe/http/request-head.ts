/** The head of a request as Go writes it: net/http/request.go write, transport.go roundTrip@go1.24. Pure. */
import { codedError } from '../../system/coded-error.ts'
import { INVALID_REQUEST } from '../connection/error-codes.ts'
import { findHeader, type Headers, hasHeader } from './headers.ts'
import { type HttpProxy, proxyAuthorization } from './proxies.ts'
import type { ResponseHead } from './response-head.ts'

export interface RequestFacts {
  readonly url: URL
  readonly host?: string | undefined
  readonly uri?: string | undefined
  readonly method: string
  readonly headers: Headers
  readonly userAgent: string
  /** Whether the client itself accepts encodings, and so decodes them all. */
  readonly decodes?: boolean | undefined
  readonly proxy: HttpProxy | undefined
}

/** Headers that Go takes from elsewhere, or leaves out (request.go reqWriteExcludeHeader). */
const REPLACED: readonly string[] = ['host', 'user-agent', 'content-length', 'transfer-encoding', 'trailer']

export function requestHead(request: RequestFacts): Buffer {
  const { url, host = url.host, uri = url.pathname + url.search, method, headers, userAgent } = request
  const given = Object.entries(headers)
  const lines = [
    ['Host', host],
    ['User-Agent', findHeader(headers, 'user-agent') ?? userAgent],
    ...given.filter(([name]) => !REPLACED.includes(name.toLowerCase())),
    ...proxyLines(request),
    ...(addsGzip(method, headers) ? [['Accept-Encoding', 'gzip']] : []),
  ].map(line => line.join(': '))
  // A proxy for plain http is sent the whole url (RFC 9112 3.2.2).
  const target = isProxied(request) ? `http://${host}${uri}` : uri
  const all = [`${method} ${target} HTTP/1.1`, ...lines]
  if (all.some(line => INVALID.test(line))) throw codedError(INVALID_REQUEST)
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n`)
}

const INVALID = /[\0-\x08\x0a-\x1f\x7f]/

function isProxied({ url, proxy }: RequestFacts): boolean {
  return url.protocol === 'http:' && proxy?.kind === 'http'
}

/** Inside a tunnel the credentials of the proxy would reach the endpoint. */
function proxyLines(request: RequestFacts): readonly (readonly string[])[] {
  const authorization = isProxied(request) && request.proxy && proxyAuthorization(request.proxy)
  return authorization ? [['Proxy-Authorization', authorization]] : []
}

/** Go accepts gzip itself where the caller accepts no encoding, and removes it again (transport.go roundTrip). */
function addsGzip(method: string, headers: Headers): boolean {
  return method !== 'HEAD' && !hasHeader(headers, 'accept-encoding') && !hasHeader(headers, 'range')
}

/**
 * The Content-Encoding that the client decodes. Go decodes gzip if it added Accept-Encoding itself; containerd decodes
 * every encoding that it knows if it sends Accept-Encoding (core/remotes/docker/fetcher.go open@v2.0.0).
 */
export function encodingOf(
  head: Pick<ResponseHead, 'headers'>,
  { method, headers, decodes = false }: Pick<RequestFacts, 'method' | 'headers' | 'decodes'>,
): string {
  const [first = ''] = head.headers.get('content-encoding') ?? []
  if (decodes) return first
  return addsGzip(method, headers) && first.toLowerCase() === 'gzip' ? first : ''
}
