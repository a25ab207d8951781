/** A request that follows its redirects. */

import { classifyAddress } from '../../model/address-space.ts'
import { type GoUrl, hostHeader, parseGoUrl, requestUri, resolveGoUrl, toUrl } from '../../model/go-url.ts'
import { codedError } from '../../system/coded-error.ts'
import type { TlsClient } from '../../targets/tls-client.ts'
import type { AllowedHosts } from '../connection/allowed-addresses.ts'
import type { ClientSettings } from '../connection/client-settings.ts'
import {
  INVALID_REQUEST,
  REDIRECT_LIMIT,
  REDIRECT_STATUS,
  REDIRECT_TARGET,
  SPACE_REFUSED,
} from '../connection/error-codes.ts'
import type { Trace } from '../connection/trace.ts'
import type { Trust } from '../tls/tls-context.ts'
import type { DialOptions } from './dial.ts'
import { type Headers, withoutHeader } from './headers.ts'
import { type Hop, nextHop, withUser } from './hops.ts'
import type { ProxyFor } from './proxies.ts'
import { type HttpRequest, sendRequest } from './request.ts'
import { type HttpResponse, readHeader } from './response.ts'

/** Go and containerd make ten requests: client.go defaultCheckRedirect, core/remotes/docker/resolver.go do@v2.1.4. */
const MAX_REDIRECTS = 9

const FOLLOWED: readonly number[] = [301, 302, 303, 307, 308]

type Shared =
  | 'go'
  | 'lookUp'
  | 'pauseDuring'
  | 'signal'
  | 'method'
  | 'userAgent'
  | 'decodes'
  | 'bodyLimit'
  | 'onChunk'

export interface FollowOptions extends Pick<HttpRequest, Shared> {
  readonly url: URL
  /** How the first host is contacted, and every host that it redirects to. */
  readonly settings: ClientSettings
  /** The only origin (scheme, name and port) that receives `settings.header`. */
  readonly origin: string
  /** As it was written, where that differs from `url`. */
  readonly target?: GoUrl | undefined
  readonly trust: Trust
  readonly tlsClient: TlsClient
  readonly proxyFor?: ProxyFor | undefined
  /** Accepted types, byte range. */
  readonly headers?: Headers | undefined
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
  readonly target: GoUrl
}

/**
 * Rejects as `sendRequest` does, and with the codes REDIRECT_…. A redirect may lead to public addresses, to the
 * address space of the first host, and to the hosts that the list allows. CAs, client certificate and skip_verify
 * apply there too, since Go sets them on the transport; of the headers, those that Go sends there.
 */
export async function followRedirects(options: FollowOptions, trace: Trace): Promise<FinalResponse> {
  const hops: Hop[] = [firstHop(options)]
  let { allowed } = options
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const hop = hops.at(-1) as Hop
    const response = await sendRequest(await requestTo(hop, allowed, options), trace)
    const target = redirectTarget(response, hop.target)
    if (target === undefined) return { response, redirects, target: hop.target }
    allowed ??= allowedHosts(trace, options.settings)
    hops.push(authorize(nextHop(hops, target, options.go), options))
  }
  throw Object.assign(codedError(REDIRECT_LIMIT), { limit: MAX_REDIRECTS })
}

function firstHop(options: FollowOptions): Hop {
  const { url, headers, target = parseGoUrl(url.href) } = options
  if (target === undefined) throw codedError(INVALID_REQUEST)
  const own = url.origin === options.origin ? options.settings.header : {}
  return withUser(authorize({ target, headers: { ...headers, ...own } }, options))
}

/** Before each request containerd sets the Authorization of its host (resolver.go do@v2.1.4). */
function authorize(hop: Hop, options: FollowOptions): Hop {
  const authorization = options.authorization?.(urlOf(hop.target))
  if (authorization === undefined) return hop
  return { ...hop, headers: { ...withoutHeader(hop.headers, 'authorization'), authorization } }
}

/** Where a host may redirect to: public addresses, the address space that it is in itself, and what the list allows. */
export function allowedHosts(
  { address = '' }: Trace,
  { redirects }: Pick<ClientSettings, 'redirects'>,
): AllowedHosts {
  return { spaces: ['public', classifyAddress(address)], named: redirects }
}

async function requestTo(
  { target, headers }: Hop,
  allowed: DialOptions['allowed'],
  options: FollowOptions,
): Promise<HttpRequest> {
  const { settings, trust, proxyFor, tlsClient, pauseDuring } = options
  const url = urlOf(target)
  const proxy = proxyFor?.(url, options.go)
  const secure = [url, proxy?.url].some(one => one?.protocol === 'https:')
  return {
    ...options,
    url,
    host: hostHeader(target),
    uri: requestUri(target),
    allowed,
    proxy,
    headers,
    // The certificates of the system may have to be read first.
    tls: secure ? await pauseDuring(() => trust(settings, tlsClient)) : undefined,
    dialTimeoutMs: settings.dialTimeoutMs,
  }
}

/** The target of a redirect; undefined if the response is none. */
function redirectTarget(response: HttpResponse, from: GoUrl): GoUrl | undefined {
  const { status } = response
  if (status < 300 || status > 399) return undefined
  const location = readHeader(response, 'location')
  if (!FOLLOWED.includes(status) || location === '')
    throw Object.assign(codedError(REDIRECT_STATUS), { status })
  const target = resolveGoUrl(from, location)
  if (target === undefined || !['http', 'https'].includes(target.scheme) || target.host === '')
    throw Object.assign(codedError(REDIRECT_TARGET), { location })
  return target
}

/** An address with a zone is link-local. A host that Node's URL refuses has no address. */
function urlOf(target: GoUrl): URL {
  const url = toUrl(target)
  if (url !== undefined) return url
  throw codedError(target.host.includes('%') ? SPACE_REFUSED : 'ENOTFOUND')
}
