/** One question followed through its redirects. */

import type { Endpoint } from '../endpoints.ts'
import type { NameLookup } from '../names/name-lookup.ts'
import type { Fault } from '../reasons.ts'
import { type Space, spaceOf } from './address-space.ts'
import type { Trace, Unhurried } from './dial.ts'
import type { ProxyFor } from './proxy.ts'
import { type Answer, ask } from './request.ts'
import type { Trust } from './tls-context.ts'

/** As many as Go follows: net/http/client.go defaultCheckRedirect; containerd says the same for itself. */
const MAX_REDIRECTS = 10

const FOLLOWED: readonly number[] = [301, 302, 303, 307, 308]

export interface Walk {
  readonly url: URL
  readonly trust: Trust
  readonly lookUp: NameLookup
  readonly unhurried: Unhurried
  readonly signal: AbortSignal
  readonly proxyFor?: ProxyFor | undefined
  readonly method?: 'GET' | 'HEAD' | undefined
  /** Sent wherever it leads: what is accepted, which part of it. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sent to the endpoint itself, in place of a static header of that name. */
  readonly authorization?: string | undefined
  /** Spaces the address may lie in; undefined: any, until a redirect. */
  readonly spaces?: readonly Space[] | undefined
  readonly bodyLimit?: number | undefined
  readonly onChunk?: ((chunk: Buffer) => void) | undefined
}

/** An answer that is no redirect, and how many led there. */
export interface Arrival {
  readonly answer: Answer
  readonly redirects: number
}

/**
 * Asks, and follows where that leads: to the last answer, or to why not. Rejects as `ask` does. A redirect may lead
 * to public addresses and to the space the endpoint itself is in, no other; CAs, client certificate and skip_verify
 * hold for it too, since Go has them on the transport, while credentials and static headers stay behind.
 */
export async function followRedirects(
  endpoint: Endpoint,
  from: Walk,
  trace: Trace,
): Promise<Arrival | Fault> {
  let url = from.url
  let { spaces } = from
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const home = url.origin === endpoint.base.origin
    const headers = { ...from.headers, ...(home ? ownHeaders(endpoint, from) : {}) }
    const answer = await ask({ ...from, ...wayTo(endpoint, url, from), spaces, headers }, trace)
    const next = nextOf(answer, url)
    if (next === undefined) return { answer, redirects }
    if ('fault' in next) return next.fault
    spaces ??= spacesFrom(trace)
    url = next.url
  }
  return { reason: 'redirect_refused', what: `it redirects more than ${MAX_REDIRECTS} times` }
}

/** What only the endpoint itself may see: its scheme, name and port. */
function ownHeaders({ header }: Endpoint, { authorization }: Walk): Readonly<Record<string, string>> {
  if (authorization === undefined) return header
  const others = Object.entries(header).filter(([name]) => name.toLowerCase() !== 'authorization')
  return { ...Object.fromEntries(others), authorization }
}

/** Where an endpoint may send us: to the world, and to the space it is in itself. */
export function spacesFrom({ address = '' }: Trace): readonly Space[] {
  return ['public', spaceOf(address)]
}

function wayTo(endpoint: Endpoint, url: URL, { trust, signal, proxyFor }: Walk) {
  const proxy = proxyFor?.(url)
  const secure = [url, proxy?.url].some(place => place?.protocol === 'https:')
  const { skipVerify, dialTimeoutMs } = endpoint
  return {
    url,
    secureContext: secure ? trust(endpoint) : undefined,
    skipVerify,
    dialTimeoutMs,
    signal,
    proxy,
  }
}

type Next = { readonly url: URL } | { readonly fault: Fault } | undefined

/** The next place to ask, why not, or undefined if the answer is no redirect. */
function nextOf(answer: Answer, from: URL): Next {
  if (answer.status < 300 || answer.status > 399) return undefined
  const location = [answer.headers.location ?? []].flat()[0]
  if (!FOLLOWED.includes(answer.status) || location === undefined) {
    return refuse(`it answers ${answer.status}, which leads nowhere`)
  }
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return refuse('it redirects to what is no http address', location)
  }
  return { url }
}

function refuse(what: string, heard?: string): Next {
  return { fault: { reason: 'redirect_refused', what, heard } }
}
