/** One question followed through its redirects to a verdict. */
import { ask } from './ask.ts'
import type { Trace } from './dial.ts'
import type { Endpoint } from './endpoints.ts'
import { judge } from './judge.ts'
import type { Fault } from './reasons.ts'
import { headersFor, MAX_REDIRECTS, nextOf } from './redirect.ts'
import { type Space, spaceOf } from './space.ts'
import type { Trust } from './trust.ts'

export interface Walk {
  readonly url: URL
  readonly trust: Trust
  readonly signal: AbortSignal
}

/**
 * Undefined where a registry answers in the end. Rejects as `ask` does. A redirect may lead to public
 * addresses and to the space the endpoint itself is in, no other; CAs, client certificate and skip_verify hold
 * for it too, since Go has them on the transport, while the static headers stay behind.
 */
export async function walk(endpoint: Endpoint, from: Walk, trace: Trace): Promise<Fault | undefined> {
  let url = from.url
  let spaces: readonly Space[] | undefined
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const headers = headersFor(endpoint.header, from.url, url)
    const answer = await ask({ ...wayTo(endpoint, url, from), spaces, headers }, trace)
    const next = nextOf(answer, url)
    if (next === undefined) return judge(answer, isAuthorized(headers))
    if ('fault' in next) return next.fault
    spaces ??= ['public', spaceOf(trace.address ?? '')]
    url = next.url
  }
  return { reason: 'redirect_refused', what: `it redirects more than ${MAX_REDIRECTS} times` }
}

function wayTo(endpoint: Endpoint, url: URL, { trust, signal }: Walk) {
  const secureContext = url.protocol === 'https:' ? trust(endpoint) : undefined
  const { skipVerify, dialTimeoutMs } = endpoint
  return { url, secureContext, skipVerify, dialTimeoutMs, signal }
}

function isAuthorized(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some(name => name.toLowerCase() === 'authorization')
}
