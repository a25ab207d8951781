/**
 * What a pull would ask for: the canary by tag and by digest, and the smallest layer of this platform, each proved by
 * its digest. The first thing that is wrong ends it.
 */
import { arch } from 'node:os'
import type { Canary, Endpoint } from '../endpoints.ts'
import type { Outcome, ProbeContext } from '../http/exchange.ts'
import type { Answer } from '../http/request.ts'
import type { Fault } from '../reasons.ts'
import { getLayer } from './layer.ts'
import {
  type Descriptor,
  isAnyDigest,
  isDigest,
  type Manifest,
  platformFor,
  readManifest,
  sha256,
} from './manifest.ts'
import { headerText } from './ping-verdict.ts'
import { openSession, request, type Session } from './session.ts'

export type Depth = 'ping' | 'manifest' | 'blob'
/** `tag`: the question for the tag alone, which costs a mirror least and counts against no limit. */
export type PullDepth = 'tag' | Exclude<Depth, 'ping'>

/** What came of it, as far as it went. */
export interface Pulled {
  readonly fault?: Fault
  /** Whether it answered 401 on the way. */
  readonly challenged: boolean
  /** Whether it was shown a token. */
  readonly authorized: boolean
  /** To the question for the tag. */
  readonly answer?: Answer
  /** What the tag stands for. */
  readonly digest?: string
  /** Of the layer that was read. */
  readonly bytes?: number
  /** Milliseconds from its head to its end. */
  readonly ms?: number
}

/** A manifest is read to its end or not at all: eight times a large one (MaxManifestSize, resolver.go:53-64@v2.3.4). */
const MANIFEST_LIMIT = 256 * 1024
/** Asks for the canary at that depth. Never rejects. */
export async function pull(
  endpoint: Endpoint,
  canary: Canary,
  depth: PullDepth,
  context: ProbeContext,
): Promise<Pulled> {
  const session = openSession(endpoint, canary, context)
  const pulled = await pullManifest(session, depth)
  const authorized = session.authorization !== undefined
  return { ...pulled, challenged: session.challenged, authorized }
}

type Part = Omit<Pulled, 'challenged' | 'authorized'>

async function pullManifest(session: Session, depth: PullDepth): Promise<Part> {
  const head = await request(session, 'HEAD', `manifests/${session.canary.reference}`)
  if (depth === 'tag') return 'fault' in head ? { fault: head.fault } : tagOf(head.answer)
  const resolved = await resolve(session, head)
  if ('fault' in resolved) return { fault: resolved.fault }
  const manifest = await getManifest(session, resolved.digest, resolved)
  if ('fault' in manifest) return { fault: manifest.fault }
  if (depth === 'manifest') return resolved
  const image = await imageOf(session, manifest.manifest)
  if ('fault' in image) return { ...resolved, fault: image.fault }
  // Two that are read at the same time share the line, and each would look half as fast.
  const alone = session.context.alone ?? (act => act())
  const layer = image.layers.toSorted((a, b) => a.size - b.size)[0]
  return layer === undefined ? resolved : { ...resolved, ...(await alone(() => getLayer(session, layer))) }
}

/** What is known of a manifest before it is there. */
interface Told {
  readonly size?: number
  readonly mediaType?: string
}

interface Resolved extends Told {
  readonly answer: Answer
  readonly digest: string
}

/**
 * What the tag stands for, as containerd finds out (resolver.go:314-420@v2.3.4): by HEAD; by GET where HEAD leaves out
 * digest or length; and a digest that is none ends the pull without asking the next.
 */
async function resolve(session: Session, head: Outcome): Promise<Resolved | { fault: Fault }> {
  const { reference } = session.canary
  if ('fault' in head) return { fault: await headFault(session, head) }
  const { answer } = head
  const digest = headerText(answer, 'docker-content-digest')
  const length = headerText(answer, 'content-length')
  if (digest !== '' && length !== '') {
    const mediaType = headerText(answer, 'content-type')
    if (isDigest(digest)) return { answer, digest, size: Number(length), mediaType }
    if (!isAnyDigest(digest)) return { fault: { ...NO_DIGEST, heard: digest } }
  }
  const manifest = await getManifest(session, reference)
  return 'fault' in manifest ? manifest : { answer, digest: manifest.digest }
}

/** A HEAD alone, which registries with a limit on pulls do not count. What it leaves out containerd gets by GET. */
function tagOf(answer: Answer): Part {
  const digest = headerText(answer, 'docker-content-digest')
  if (digest !== '' && !isAnyDigest(digest)) return { fault: { ...NO_DIGEST, heard: digest } }
  return { answer, ...(isDigest(digest) && { digest }) }
}

/** Statuses that say no to a method, not to an image. */
const NOT_BY_HEAD: readonly number[] = [400, 403, 405, 501]

/** Whoever looks by GET alone, as with curl, would find nothing wrong. */
async function headFault(session: Session, { fault, answer }: Refused): Promise<Fault> {
  if (answer === undefined || !NOT_BY_HEAD.includes(answer.status)) return fault
  const manifest = await getManifest(session, session.canary.reference)
  if ('fault' in manifest) return fault
  const what = `it answers ${answer.status} when asked for the manifest by HEAD, and gives it by GET`
  return { ...fault, what, todo: 'have it answer HEAD: containerd begins with that, and goes on to the next' }
}

type Refused = Extract<Outcome, { fault: Fault }>

async function getManifest(
  session: Session,
  reference: string,
  { size, mediaType }: Told = {},
): Promise<{ manifest: Manifest; digest: string } | { fault: Fault }> {
  const outcome = await request(session, 'GET', `manifests/${reference}`, { bodyLimit: MANIFEST_LIMIT })
  if ('fault' in outcome) return outcome
  const { body, complete } = outcome.answer
  if (!complete) return { fault: TOO_LONG }
  const digest = sha256(body)
  if (isDigest(reference) && digest !== reference) return { fault: WRONG_MANIFEST }
  if (size !== undefined && size !== body.length) return { fault: WRONG_LENGTH }
  const manifest = readManifest(body, mediaType ?? headerText(outcome.answer, 'content-type'))
  return manifest === undefined ? { fault: NO_MANIFEST } : { manifest, digest }
}

/** The manifest for this platform, where the canary is an index. */
async function imageOf(
  session: Session,
  manifest: Manifest,
): Promise<{ layers: readonly Descriptor[] } | { fault: Fault }> {
  if (manifest.kind === 'image') return manifest
  const platform = platformFor(arch())
  const entry = manifest.entries.find(candidate => candidate.platform === platform)
  if (entry === undefined) {
    const todo = 'name a canary that exists for this platform'
    return { fault: { reason: 'not_found', what: `the canary has no ${platform}`, todo } }
  }
  const found = await getManifest(session, entry.digest)
  if ('fault' in found) return found
  if (found.manifest.kind === 'image') return found.manifest
  return { fault: { reason: 'not_a_registry', what: 'its index leads to another index' } }
}

const TOO_LONG: Fault = {
  reason: 'not_a_registry',
  what: `its manifest is longer than ${MANIFEST_LIMIT / 1024} KiB`,
  todo: 'name a smaller canary, if that is what the registry itself serves',
}
const NO_MANIFEST: Fault = { reason: 'not_a_registry', what: 'what it calls a manifest is none' }
const NO_DIGEST: Fault = { reason: 'not_a_registry', what: 'its Docker-Content-Digest is no digest' }
const WRONG_LENGTH: Fault = { reason: 'wrong_digest', what: 'its manifest is not as long as HEAD says' }
const WRONG_MANIFEST: Fault = { reason: 'wrong_digest', what: 'its manifest is not what its digest says' }
