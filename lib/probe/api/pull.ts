/**
 * The requests of a pull: the canary by tag and by digest, and the smallest layer for this platform, each checked
 * against its digest. The first fault ends it.
 */
import type { Fault } from '../faults/fault.ts'
import type { HttpResponse } from '../http/response.ts'
import type { Canary, Endpoint } from './endpoint.ts'
import type { ProbeContext } from './probe-context.ts'
import { readLayer } from './read-layer.ts'
import { readLayers, readManifest } from './read-manifest.ts'
import { checkTag, resolveTag } from './resolve-tag.ts'
import { openSession, type Session } from './session.ts'

export type Depth = 'ping' | 'manifest' | 'blob'
/** `head`: only HEAD for the tag, which costs a mirror least and counts against no limit. */
export type PullDepth = 'head' | Exclude<Depth, 'ping'>

export interface ImageResult {
  readonly fault?: Fault
  /** To the HEAD request for the tag. */
  readonly response?: HttpResponse
  /** The digest that the tag resolves to. */
  readonly digest?: string
  /** Bytes of the layer that were read. */
  readonly bytes?: number
  /** Milliseconds from the head of the layer to its end. */
  readonly ms?: number
}

/** Everything up to the fault, if there is one. */
export interface PullResult extends ImageResult {
  /** Whether any response was 401. */
  readonly challenged: boolean
  /** Whether a token was sent. */
  readonly authorized: boolean
}

/** Requests the canary at that depth. Never rejects. */
export async function pull(
  endpoint: Endpoint,
  canary: Canary,
  depth: PullDepth,
  context: ProbeContext,
): Promise<PullResult> {
  const session = openSession(endpoint, canary, context)
  const image = await pullImage(session, depth)
  return { ...image, challenged: session.challenged, authorized: session.logins.byHost.size > 0 }
}

async function pullImage(session: Session, depth: PullDepth): Promise<ImageResult> {
  if (depth === 'head') return await checkTag(session)
  const resolved = await resolveTag(session)
  if ('fault' in resolved) return { fault: resolved.fault }
  const found = await readManifest(session, resolved.digest, resolved)
  if ('fault' in found) return { fault: found.fault }
  const { response, digest } = resolved
  if (depth === 'manifest') return { response, digest }
  const image = await readLayers(session, found.manifest)
  if ('fault' in image) return { response, digest, fault: image.fault }
  // Two layers that are read at the same time share the line, and each would look half as fast.
  const alone = session.context.alone ?? (act => act())
  const layer = image.layers.toSorted((a, b) => a.size - b.size)[0]
  return { response, digest, ...(layer && (await alone(() => readLayer(session, layer)))) }
}
