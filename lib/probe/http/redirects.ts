/** A request that follows its redirects. */
import { codedError } from '../../system/coded-error.ts'
import { classifyAddress, type Space } from './address-space.ts'
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

type Shared = 'lookUp' | 'pauseDuring' | 'signal' | 'method' | 'bodyLimit' | 'onChunk'

export interface FollowOptions extends Pick<HttpRequest, Shared> {
  readonly url: URL
  /** How the first host is contacted, and every host that it redirects to. */
  readonly settings: ClientSettings
  /** The only origin (scheme, name and port) that receives `settings.header` and `authorization`. */
  readonly origin: string
  readonly trust: Trust
  readonly proxyFor?: ProxyFor | undefined
  /** Sent to every host: accepted types, byte range. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Replaces a static header of that name. */
  readonly authorization?: string | undefined
  /** Address spaces allowed for the first host; undefined: any. */
  readonly spaces?: readonly Space[] | undefined
}

/** A response that is no redirect, and the number of redirects before it. */
export interface FinalResponse {
  readonly response: HttpResponse
  readonly redirects: number
}

/**
 * Rejects as `sendRequest` does, and with the codes REDIRECT_…. A redirect may lead to public addresses and to the
 * address space of the first host. CAs, client certificate and skip_verify apply there too, since Go sets them on the
 * transport; credentials and static headers are not sent there.
 */
export async function followRedirects(options: FollowOptions, trace: Trace): Promise<FinalResponse> {
  let { url, spaces } = options
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await sendRequest(requestTo(url, spaces, options), trace)
    const next = nextUrl(response, url)
    if (next === undefined) return { response, redirects }
    spaces ??= allowedSpaces(trace)
    url = next
  }
  throw Object.assign(codedError(REDIRECT_LIMIT), { limit: MAX_REDIRECTS })
}

/** Where a host may redirect to: public addresses, and the address space that it is in itself. */
export function allowedSpaces({ address = '' }: Trace): readonly Space[] {
  return ['public', classifyAddress(address)]
}

function requestTo(url: URL, spaces: DialOptions['spaces'], options: FollowOptions): HttpRequest {
  const { settings, trust, proxyFor, origin } = options
  const proxy = proxyFor?.(url)
  const secure = [url, proxy?.url].some(target => target?.protocol === 'https:')
  return {
    ...options,
    url,
    spaces,
    proxy,
    headers: { ...options.headers, ...(url.origin === origin ? ownHeaders(options) : {}) },
    tls: secure ? trust(settings) : undefined,
    dialTimeoutMs: settings.dialTimeoutMs,
  }
}

function ownHeaders({ settings, authorization }: FollowOptions): Readonly<Record<string, string>> {
  const { header } = settings
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
