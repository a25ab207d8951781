/** Where a redirect may lead. Pure. */
import type { Answer, Question } from './ask.ts'
import type { Fault } from './reasons.ts'

/** As many as Go follows: net/http/client.go defaultCheckRedirect; containerd says the same for itself. */
export const MAX_REDIRECTS = 10

const FOLLOWED: readonly number[] = [301, 302, 303, 307, 308]

export type Next = { readonly url: URL } | { readonly fault: Fault } | undefined

/** The next place to ask, why not, or undefined if the answer is no redirect. */
export function nextOf(answer: Answer, from: URL): Next {
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
export function headersFor(headers: Question['headers'], home: URL, to: URL): Question['headers'] {
  return to.origin === home.origin ? headers : {}
}

function refuse(what: string, heard?: string): Next {
  return { fault: { reason: 'redirect_refused', what, heard } }
}
