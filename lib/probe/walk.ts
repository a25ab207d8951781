/** One question followed through its redirects to a verdict. */
import { type Answer, ask, type Question } from './ask.ts'
import type { Trace } from './dial.ts'
import type { Endpoint } from './endpoints.ts'
import { judge } from './judge.ts'
import type { Fault } from './reasons.ts'
import { type Space, spaceOf } from './space.ts'
import type { Trust } from './trust.ts'

/** As many as Go follows: net/http/client.go defaultCheckRedirect; containerd says the same for itself. */
const MAX_REDIRECTS = 10

const FOLLOWED: readonly number[] = [301, 302, 303, 307, 308]

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

/** The given headers as long as the question stays at the endpoint itself: same scheme, name and port. */
function headersFor(headers: Question['headers'], home: URL, to: URL): Question['headers'] {
  return to.origin === home.origin ? headers : {}
}

function refuse(what: string, heard?: string): Next {
  return { fault: { reason: 'redirect_refused', what, heard } }
}
