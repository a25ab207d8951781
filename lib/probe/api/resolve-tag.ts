/** Resolves the tag of a canary to a digest. */
import type { Fault } from '../faults/fault.ts'
import { type HttpResponse, readHeader } from '../http/response.ts'
import type { Failed, Outcome } from './bounded-request.ts'
import { isDigest, isVerifiable } from './manifest.ts'
import { type ExpectedManifest, readManifest } from './read-manifest.ts'
import { requestContent, type Session } from './session.ts'

export interface ResolvedTag extends ExpectedManifest {
  readonly response: HttpResponse
  readonly digest: string
}

/**
 * As containerd resolves it (resolver.go:314-420@v2.3.4): by HEAD; by GET if the response to HEAD has no digest or no
 * length; and an invalid digest ends the pull without a fallback.
 */
export async function resolveTag(session: Session): Promise<ResolvedTag | { readonly fault: Fault }> {
  const head = await requestHead(session)
  if ('fault' in head) return { fault: await headFault(session, head) }
  const { response } = head
  const digest = readHeader(response, 'docker-content-digest')
  const length = readHeader(response, 'content-length')
  if (digest !== '' && length !== '') {
    const mediaType = readHeader(response, 'content-type')
    if (isVerifiable(digest)) return { response, digest, size: Number(length), mediaType }
    if (!isDigest(digest)) return { fault: invalidDigest(digest) }
  }
  const found = await readManifest(session, session.canary.reference)
  return 'fault' in found ? found : { response, digest: found.digest }
}

export interface TagResult {
  readonly fault?: Fault
  readonly response?: HttpResponse
  readonly digest?: string
}

/** By HEAD alone, which registries with a limit on pulls do not count. */
export async function checkTag(session: Session): Promise<TagResult> {
  const head = await requestHead(session)
  if ('fault' in head) return { fault: head.fault }
  const { response } = head
  const digest = readHeader(response, 'docker-content-digest')
  if (digest !== '' && !isDigest(digest)) return { fault: invalidDigest(digest) }
  return { response, ...(isVerifiable(digest) && { digest }) }
}

async function requestHead(session: Session): Promise<Outcome> {
  const { reference } = session.canary
  return await requestContent(session, { method: 'HEAD', kind: 'manifest', reference })
}

/** Statuses that may refuse the method, not the image. */
const METHOD_REFUSED: readonly number[] = [400, 403, 405, 501]

/** Names HEAD if it is the problem, since a test with GET, as curl sends it, would find none. */
async function headFault(session: Session, { fault, response }: Failed): Promise<Fault> {
  if (response === undefined || !METHOD_REFUSED.includes(response.status)) return fault
  const found = await readManifest(session, session.canary.reference)
  if ('fault' in found) return fault
  const what = `responds with ${response.status} to HEAD for the manifest, but serves it to GET`
  return { ...fault, what, todo: 'allow HEAD: the runtime sends it first, and then tries the next endpoint' }
}

function invalidDigest(digest: string): Fault {
  return { reason: 'not_a_registry', what: 'sends an invalid Docker-Content-Digest', quoted: digest }
}
