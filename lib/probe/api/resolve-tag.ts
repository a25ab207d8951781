/** Resolves the tag of a canary as containerd does: core/remotes/docker/resolver.go Resolve@v2.1.9. */
import { createHash } from 'node:crypto'
import type { Fault } from '../faults/fault.ts'
import { type HttpResponse, readHeader } from '../http/response.ts'
import type { Failed, Outcome } from './bounded-request.ts'
import { ACCEPT, isDigest, isManifestType, isSchema1Type, isStorable, manifestTypeOf } from './manifest.ts'
import { requestContent } from './request-content.ts'
import type { ContentRequest, Session } from './session.ts'

export interface ResolvedTag {
  readonly response: HttpResponse
  readonly digest: string
  readonly mediaType: string
  readonly size: number
}

type Resolved = ResolvedTag | { readonly fault: Fault }

/** The largest manifest that containerd resolves a tag to (resolver.go MaxManifestSize@v2.1.9). */
export const MAX_MANIFEST_SIZE = 4 * 1048 * 1048

/** By HEAD, or by GET where HEAD is not allowed; by the body of GET if that response has no digest or no length. */
export async function resolveTag(session: Session): Promise<Resolved> {
  return session.client.images.getsTags ? await resolveByGet(session) : await resolveByHead(session)
}

/** A probe that may send few requests sends HEAD first, which counts against no limit. */
async function resolveByGet(session: Session): Promise<Resolved> {
  if (!session.retries) {
    const resolved = await resolveByHead(session)
    if (!('fault' in resolved)) return resolved
  }
  return await resolveByBody(session)
}

async function resolveByHead(session: Session): Promise<Resolved> {
  const outcome = await requestHead(session)
  if ('fault' in outcome) return { fault: await headFault(session, outcome) }
  const resolved = await readResolved(session, outcome.response)
  return 'fault' in resolved ? { fault: { ...resolved.fault, stops: true } } : resolved
}

/** A response to HEAD is final: what is wrong with it ends the pull (resolver.go:376-409@v2.3.4). */
async function readResolved(session: Session, response: HttpResponse): Promise<Resolved> {
  const digest = readHeader(response, 'docker-content-digest')
  const length = readHeader(response, 'content-length')
  if (digest === '' || length === '') return await resolveByBody(session, response)
  if (!isDigest(digest)) return { fault: invalidDigest(digest) }
  return checkResolved({ response, digest, mediaType: typeOf(response), size: Number(length) }, session)
}

/** containerd sends GET instead only after 405. */
async function requestHead(session: Session): Promise<Outcome> {
  const head = await requestContent(session, { ...tagRequest(session), method: 'HEAD' })
  if (!('fault' in head) || head.response?.status !== 405) return head
  return await requestContent(session, { ...tagRequest(session), method: 'GET', bodyLimit: 0 })
}

function tagRequest({ canary }: Session): Pick<ContentRequest, 'kind' | 'reference' | 'accept'> {
  return { kind: 'manifest', reference: canary.reference, accept: ACCEPT }
}

/** Undefined: there was no HEAD. */
async function resolveByBody(session: Session, head?: HttpResponse): Promise<Resolved> {
  const hash = createHash('sha256')
  let size = 0
  const onChunk = (chunk: Buffer) => {
    size += chunk.length
    hash.update(chunk)
  }
  const request = { ...tagRequest(session), method: 'GET', bodyLimit: MAX_MANIFEST_SIZE, onChunk } as const
  const outcome = await requestContent(session, request)
  if ('fault' in outcome) return { fault: outcome.fault }
  const digest = `sha256:${hash.digest('hex')}`
  const { response } = outcome
  return checkResolved({ response: head ?? response, digest, mediaType: typeOf(response), size }, session)
}

function typeOf(response: HttpResponse): string {
  return manifestTypeOf(readHeader(response, 'content-type'))
}

function checkResolved(resolved: ResolvedTag, { client }: Session): Resolved {
  const { digest, mediaType, size } = resolved
  if (size > MAX_MANIFEST_SIZE) return { fault: TOO_LONG }
  const isConverted = isSchema1Type(mediaType) && client.images.schema1
  if (!isConverted && !isManifestType(mediaType)) return { fault: wrongType(mediaType) }
  return isStorable(digest) ? resolved : { fault: invalidDigest(digest) }
}

/** Statuses that may refuse the method, not the image. */
const METHOD_REFUSED: readonly number[] = [400, 403, 501]

/** Names HEAD if it is the problem, since a test with GET, as curl sends it, would find none. */
async function headFault(session: Session, { fault, response }: Failed): Promise<Fault> {
  // It ends the pull (resolver.go:368@v2.3.4).
  if (fault.unfollowed) return { ...fault, stops: true }
  if (!session.retries || response === undefined || !METHOD_REFUSED.includes(response.status)) return fault
  const get = await requestContent(session, { ...tagRequest(session), method: 'GET', bodyLimit: 0 })
  if ('fault' in get) return fault
  const what = `responds with ${response.status} to HEAD for the manifest, but serves it to GET`
  return { ...fault, what, todo: 'allow HEAD: the runtime sends it first, and then tries the next endpoint' }
}

function invalidDigest(digest: string): Fault {
  return { reason: 'not_a_registry', what: 'sends an invalid Docker-Content-Digest', quoted: digest }
}

function wrongType(mediaType: string): Fault {
  const what =
    mediaType === ''
      ? 'sends no content type for the manifest'
      : 'sends a content type that is not that of a manifest'
  return { reason: 'not_a_registry', what, quoted: mediaType }
}

const TOO_LONG: Fault = {
  reason: 'not_a_registry',
  what: `the manifest is longer than ${MAX_MANIFEST_SIZE} bytes, the limit of containerd`,
  todo: 'set a smaller canary, if the registry itself serves this manifest',
}
