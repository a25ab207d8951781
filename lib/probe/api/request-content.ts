/** Requests for manifests and blobs, as often as containerd repeats them, and what is wrong with their responses. */
import type { Fault } from '../faults/fault.ts'
import type { Outcome } from './bounded-request.ts'
import type { Canary } from './endpoint.ts'
import { findErrorPage, judgeResponse } from './judge-response.ts'
import { type ContentRequest, type Session, sendContentRequest } from './session.ts'

/** A response that a pull can use, or what is wrong with it. */
export async function requestContent(session: Session, request: ContentRequest): Promise<Outcome> {
  const outcome = await sendContentRequest(session, request)
  if ('fault' in outcome) return { ...outcome, fault: withTimeoutRemedy(outcome.fault) }
  const fault = judgeContent(outcome, request, session.canary)
  return fault === undefined ? outcome : { ...outcome, fault }
}

/** The first request for an image may wait until a cache has fetched it; containerd waits for it. */
function withTimeoutRemedy(fault: Fault): Fault {
  return fault.reason === 'no_response' ? { ...RAISE_TIMEOUT, ...fault } : fault
}

const RAISE_TIMEOUT = {
  todo: 'raise timeout in [health] if its cache is still filling, or check its log',
  forUrl: 'raise --timeout if its cache is still filling, or check its log',
} as const satisfies Partial<Fault>

/** Any status below 300 will do, and no content type matters here: core/remotes/docker/fetcher.go withErrorCheck@v2.1.9. */
function judgeContent(
  { response }: Exclude<Outcome, { readonly fault: Fault }>,
  { kind }: ContentRequest,
  { ns }: Canary,
): Fault | undefined {
  const { status } = response
  if (status <= 299) return undefined
  if (status === 403) return { reason: 'forbidden', what: `refuses the ${kind} of the canary with 403` }
  if (status === 404) return { ...NO_CONTENT, what: `does not have the ${kind} of the canary` }
  if (status === 400 && ns !== undefined) return findErrorPage(response) ?? nsFault(kind, ns)
  return judgeResponse(response, false)
}

function nsFault(kind: ContentRequest['kind'], ns: string): Fault {
  const what = `responds with 400 to a request for the ${kind} with ?ns=${ns}`
  return { reason: 'not_a_registry', what, todo: 'check that it accepts the query parameter ns' }
}

const NO_CONTENT: Fault = {
  reason: 'not_found',
  todo: 'check that it mirrors this registry, and check the image (canary in the list)',
  forServer: 'check the image (canary in the list)',
  forUrl: 'check that it mirrors this registry, and check the image (--image)',
}
