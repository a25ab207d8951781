/** The requests of a pull: the canary by tag and by digest, its config and its smallest layers. The first fault ends it. */
import type { Trace } from '../connection/trace.ts'
import type { HttpResponse } from '../http/response.ts'
import type { Success } from './bounded-request.ts'
import type { Canary, Endpoint } from './endpoint.ts'
import type { ProbeContext } from './probe-context.ts'
import { type BlobsResult, readBlobs } from './read-blobs.ts'
import { readImages } from './read-image.ts'
import { resolveTag } from './resolve-tag.ts'
import { openSession, type Session } from './session.ts'

export type Depth = 'ping' | 'manifest' | 'blob'
/** `head`: only the tag, by HEAD where the mirror allows it: it costs a mirror least and counts against no limit. */
export type PullDepth = 'head' | Exclude<Depth, 'ping'>

export interface ImageResult extends BlobsResult {
  /** To the request for the tag. */
  readonly response?: HttpResponse
  /** The digest that the tag resolves to. */
  readonly digest?: string
}

/** Everything up to the fault, if there is one. */
export interface PullResult extends ImageResult {
  /** Of the requests for content. */
  readonly traces: readonly Trace[]
  /** Whether any response was 401. */
  readonly challenged: boolean
  /** Whether a token was sent. */
  readonly authorized: boolean
}

/** Requests the canary at that depth. `pinged`: the 401 to the ping, of a runtime that logs in as that says. Never rejects. */
export async function pull(
  endpoint: Endpoint,
  canary: Canary,
  depth: PullDepth,
  context: ProbeContext,
  pinged?: Success,
): Promise<PullResult> {
  const session = openSession(endpoint, canary, context, depth !== 'head', pinged)
  const image = await pullImage(session, depth)
  const { traces, challenged, issued } = session
  return { ...image, traces, challenged, authorized: issued }
}

async function pullImage(session: Session, depth: PullDepth): Promise<ImageResult> {
  const resolved = await resolveTag(session)
  if ('fault' in resolved) return { fault: resolved.fault }
  const { response, digest } = resolved
  if (depth === 'head') return { response, digest }
  // containerd fetches with another authorizer than it resolves with (resolver.go base@v2.1.4).
  if (session.pinged === undefined) session.byHost.clear()
  const found = await readImages(session, resolved)
  if ('fault' in found) return { fault: found.fault }
  return { response, digest, ...(depth === 'blob' && (await readBlobs(session, found.images))) }
}
