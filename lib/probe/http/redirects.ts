/** A request that follows its redirects. */
import { codedError } from '../../system/coded-error.ts'
import type { TlsClient } from '../../targets/tls-client.ts'
import { classifyAddress } from './address-space.ts'
import type { AllowedHosts } from './allowed-addresses.ts'
import type { ClientSettings } from './client-settings.ts'
import type { DialOptions } from './dial.ts'
import { REDIRECT_LIMIT, REDIRECT_STATUS, REDIRECT_TARGET } from './error-codes.ts'
import type { ProxyFor } from './proxies.ts'
import { type HttpRequest, sendRequest } from './request.ts'
import type { HttpResponse } from './response.ts'
import type { Trust } from './tls-context.ts'
import type { Trace } from './trace.ts'

/** The limit of Go: net/http/client.go defaultCheckRedirect; containerd sets the same limit itself. */
const MAX_REDIRECTS = 10

const FOLLOWED: readonly number[] = [301, 302, 303, 307, 308]

type Shared = 'lookUp' | 'pauseDuring' | 'signal' | 'method' | 'userAgent' | 'bodyLimit' | 'onChunk'

export interface FollowOptions extends Pick<HttpRequest, Shared> {
  readonly url: URL
  /** How the first host is contacted, and every host that it redirects to. */
  readonly settings: ClientSettings
  /** The only origin (scheme, name and port) that receives `settings.header`. */
  readonly origin: string
  readonly trust: Trust
  readonly tlsClient: TlsClient
  readonly proxyFor?: ProxyFor | undefined
  /** Sent to every host: accepted types, byte range. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What a host is sent as Authorization, in place of a static header. */
  readonly authorization?: ((url: URL) => string | undefined) | undefined
  /** Whether the first host is allowed; undefined: any is. */
  readonly allowed?: AllowedHosts | undefined
}

/** A response that is no redirect, and the number of redirects before it. */
export interface FinalResponse {
  readonly response: HttpResponse
  readonly redirects: number
  /** Where it came from. */
  readonly url: URL
}

/**
 * Rejects as `sendRequest` does, and with the codes REDIRECT_…. A redirect may lead to public addresses, to the
 * address space of the first host, and to the hosts that the list allows. CAs, client certificate and skip_verify apply there too, since Go sets them on the
 * transport; credentials and static headers are not sent there.
 */
export async function followRedirects(options: FollowOptions, trace: Trace): Promise<FinalResponse> {
  let { url, allowed } = options
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await sendRequest(requestTo(url, allowed, options), trace)
    const next = nextUrl(response, url)
    if (next === undefined) return { response, redirects, url }
    allowed ??= allowedHosts(trace, options.settings)
    url = next
  }
  throw Object.assign(codedError(REDIRECT_LIMIT), { limit: MAX_REDIRECTS })
}

/** Where a host may redirect to: public addresses, the address space that it is in itself, and what the list allows. */
export function allowedHosts(
  { address = '' }: Trace,
  { redirects }: Pick<ClientSettings, 'redirects'>,
): AllowedHosts {
  return { spaces: ['public', classifyAddress(address)], named: redirects }
}

function requestTo(url: URL, allowed: DialOptions['allowed'], options: FollowOptions): HttpRequest {
  const { settings, trust, proxyFor } = options
  const proxy = proxyFor?.(url)
  const secure = [url, proxy?.url].some(target => target?.protocol === 'https:')
  return {
    ...options,
    url,
    allowed,
    proxy,
    headers: { ...options.headers, ...ownHeaders(url, options) },
    tls: secure ? trust(settings, options.tlsClient) : undefined,
    dialTimeoutMs: settings.dialTimeoutMs,
  }
}

function ownHeaders(url: URL, options: FollowOptions): Readonly<Record<string, string>> {
  const header = url.origin === options.origin ? options.settings.header : {}
  const authorization = options.authorization?.(url)
  if (authorization === undefined) return header
  const others = Object.entries(header).filter(([name]) => name.toLowerCase() !== 'authorization')
  return { ...Object.fromEntries(others), authorization }
}

/** The target of a redirect; undefined if the response is none. */
function nextUrl({ status, headers }: HttpResponse, from: URL): URL | undefined {
  if (status < 300 || status > 399) return undefined
  const location = [headers.location ?? []].flat()[0]
  if (!FOLLOWED.includes(status) || location === undefined)
    throw Object.assign(codedError(REDIRECT_STATUS), { status })
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw Object.assign(codedError(REDIRECT_TARGET), { location })
  return url
}
