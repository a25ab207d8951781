/**
 * What a pull would ask for: the canary by tag and by digest, and the smallest layer of this platform, each proved by
 * its digest. The first thing that is wrong ends it.
 */
import { createHash } from 'node:crypto'
import { arch } from 'node:os'
import type { Answer } from './ask.ts'
import type { Canary, Endpoint } from './endpoints.ts'
import type { Means } from './exchange.ts'
import { headerText } from './judge.ts'
import { type Descriptor, isDigest, type Manifest, platformFor, readManifest, sha256 } from './manifest.ts'
import type { Fault } from './reasons.ts'
import { openSession, request, type Session } from './session.ts'

export type Depth = 'ping' | 'manifest' | 'blob'

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

/** A manifest is read to its end or not at all: four times what registries have been seen to serve. */
const MANIFEST_LIMIT = 1024 * 1024
/** Bytes of a layer that are read: enough to measure, and to prove a small one. */
const LAYER_LIMIT = 8 * 1024 * 1024

/** Asks for the canary at that depth. Never rejects. */
export async function pull(endpoint: Endpoint, canary: Canary, depth: Depth, means: Means): Promise<Pulled> {
  const session = openSession(endpoint, canary, means)
  const pulled = await pullManifest(session, depth === 'blob')
  const authorized = session.authorization !== undefined
  return { ...pulled, challenged: session.challenged, authorized }
}

type Part = Omit<Pulled, 'challenged' | 'authorized'>

async function pullManifest(session: Session, deep: boolean): Promise<Part> {
  const head = await request(session, 'HEAD', `manifests/${session.canary.reference}`)
  if ('fault' in head) return { fault: head.fault }
  const told = headerText(head.answer, 'docker-content-digest')
  const reference = isDigest(told) ? told : session.canary.reference
  const manifest = await getManifest(session, reference)
  if ('fault' in manifest) return { fault: manifest.fault }
  const resolved = { answer: head.answer, digest: manifest.digest }
  if (!deep) return resolved
  const image = await imageOf(session, manifest.manifest)
  if ('fault' in image) return { ...resolved, fault: image.fault }
  const layer = image.layers.toSorted((a, b) => a.size - b.size)[0]
  return layer === undefined ? resolved : { ...resolved, ...(await getLayer(session, layer)) }
}

async function getManifest(
  session: Session,
  reference: string,
): Promise<{ manifest: Manifest; digest: string } | { fault: Fault }> {
  const outcome = await request(session, 'GET', `manifests/${reference}`, { bodyLimit: MANIFEST_LIMIT })
  if ('fault' in outcome) return outcome
  const { body, complete } = outcome.answer
  if (!complete) return { fault: { reason: 'not_a_registry', what: 'its manifest is longer than 1 MiB' } }
  const digest = sha256(body)
  if (isDigest(reference) && digest !== reference) return { fault: WRONG_MANIFEST }
  const manifest = readManifest(body)
  if (manifest === undefined)
    return { fault: { reason: 'not_a_registry', what: 'what it calls a manifest is none' } }
  return { manifest, digest }
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

/** Reads the layer, a part of a large one. Time runs out on a slow mirror: what came until then is its speed. */
async function getLayer(session: Session, layer: Descriptor): Promise<Part> {
  const hash = createHash('sha256')
  const wanted = Math.min(layer.size, LAYER_LIMIT)
  let bytes = 0
  const onChunk = (chunk: Buffer) => {
    bytes += chunk.length
    hash.update(chunk)
  }
  const headers = { range: `bytes=0-${Math.max(0, wanted - 1)}` }
  const outcome = await request(session, 'GET', `blobs/${layer.digest}`, {
    bodyLimit: LAYER_LIMIT,
    onChunk,
    headers,
  })
  const { answeredAt = 0, endedAt = performance.now() } = outcome.trace
  const measured = { bytes, ms: endedAt - answeredAt }
  if ('fault' in outcome) {
    const late = outcome.fault.reason === 'no_answer' && bytes > 0
    return late ? measured : { fault: outcome.fault }
  }
  const whole = wanted === layer.size
  if (whole && `sha256:${hash.digest('hex')}` !== layer.digest) return { ...measured, fault: WRONG_LAYER }
  return measured
}

const WRONG_MANIFEST: Fault = { reason: 'wrong_digest', what: 'its manifest is not what its digest says' }
const WRONG_LAYER: Fault = { reason: 'wrong_digest', what: 'a layer is not what its digest says' }
