/** Reads the manifests of an image: the index if there is one, and what the runtime fetches for this platform. */
import { arch } from 'node:os'
import type { Fault } from '../faults/fault.ts'
import { descriptorFault, type Fetched, fetchContent } from './fetch-content.ts'
import {
  type Descriptor,
  isManifestType,
  isSchema1,
  isSchema1Type,
  type Manifest,
  parseManifest,
} from './manifest.ts'
import { platformName, selectEntries } from './platform.ts'
import { requestContent } from './request-content.ts'
import { MAX_MANIFEST_SIZE, type ResolvedTag } from './resolve-tag.ts'
import type { Session } from './session.ts'

/** What one manifest names. */
export interface PlatformImage extends Extract<Manifest, { readonly kind: 'image' }> {
  /** How the index names it; undefined: without a platform, or there is no index. */
  readonly entry?: Descriptor
}

/** Each image that the runtime fetches; the image that it runs comes first. */
export type ReadImages = { readonly images: readonly PlatformImage[] } | { readonly fault: Fault }

export async function readImages(
  session: Session,
  { digest, mediaType, size }: ResolvedTag,
): Promise<ReadImages> {
  const root = { digest, mediaType, size, urls: [], data: undefined, platform: undefined }
  return isSchema1Type(mediaType) ? await readSchema1(session, root) : await readBelow(session, root, 0)
}

/** Its digest is that of the text without the signatures. */
async function readSchema1(session: Session, { digest }: Descriptor): Promise<ReadImages> {
  const request = {
    method: 'GET',
    kind: 'manifest',
    reference: digest,
    accept: '*/*',
    bodyLimit: SMALL,
  } as const
  const outcome = await requestContent(session, request)
  if ('fault' in outcome) return { fault: outcome.fault }
  return { fault: isSchema1(outcome.response.body) ? SCHEMA_1 : INVALID }
}

/** Indexes in indexes: containerd sets no limit. */
const MAX_DEPTH = 4

async function readBelow(session: Session, descriptor: Descriptor, depth: number): Promise<ReadImages> {
  const found = await readManifest(session, descriptor)
  if ('fault' in found) return found
  if (found.kind === 'image') return checkImage(depth === 0 ? found : { ...found, entry: descriptor })
  if (depth === MAX_DEPTH) return { fault: TOO_DEEP }
  const entries = selectEntries(found.entries, arch(), session.client.images.transferService)
  if (entries.length === 0) return { fault: noPlatformFault() }
  const images: PlatformImage[] = []
  for (const [nth, entry] of entries.entries()) {
    // What the runtime runs must be a manifest; anything else that it fetches is only stored.
    if (nth > 0 && !isManifestType(entry.mediaType)) continue
    const below = await readBelow(session, entry, depth + 1)
    if ('fault' in below) return below
    images.push(...below.images)
  }
  return { images }
}

/** What it names may be impossible to fetch. */
function checkImage(image: PlatformImage): ReadImages {
  const fault =
    descriptorFault('config', image.config) ??
    image.layers.map(layer => descriptorFault('layer', layer)).find(found => found !== undefined)
  return fault === undefined ? { images: [image] } : { fault }
}

/** A larger one is read alone, so that many mirrors together cannot use up the memory. */
const SMALL = 256 * 1024

async function readManifest(
  session: Session,
  descriptor: Descriptor,
): Promise<Manifest | { readonly fault: Fault }> {
  const { mediaType, size } = descriptor
  if (!isManifestType(mediaType)) return { fault: INVALID_ENTRY }
  if (size > MAX_MANIFEST_SIZE) return { fault: TOO_LARGE }
  const read = () => readAndParse(session, descriptor)
  const { alone } = session.context
  return size > SMALL && alone !== undefined ? await alone(read) : await read()
}

async function readAndParse(
  session: Session,
  descriptor: Descriptor,
): Promise<Manifest | { readonly fault: Fault }> {
  const fetched: Fetched = await fetchContent(session, {
    kind: 'manifest',
    descriptor,
    limit: MAX_MANIFEST_SIZE,
    keep: true,
  })
  if (fetched.fault !== undefined) return { fault: fetched.fault }
  const manifest = parseManifest(fetched.body, descriptor.mediaType)
  if (manifest === 'too_many') return { fault: TOO_LARGE }
  return manifest ?? { fault: INVALID }
}

export function noPlatformFault(): Fault {
  const what = `the canary has no image for ${platformName(arch())}`
  return { reason: 'not_found', what, todo: 'set a canary that has an image for this platform' }
}

const INVALID: Fault = { reason: 'not_a_registry', what: 'serves an invalid manifest' }
const SCHEMA_1: Fault = {
  reason: undefined,
  what: 'serves a manifest of schema 1, which containerd 1.x converts and a probe cannot check',
  todo: 'set a canary with a newer manifest',
}
const INVALID_ENTRY: Fault = {
  reason: 'not_a_registry',
  what: 'serves an index whose entry is no manifest',
  todo: 'set another canary, if the registry itself serves this index',
}
const TOO_LARGE: Fault = {
  reason: undefined,
  what: 'the manifest is larger than a probe reads',
  todo: 'set a smaller canary',
}
const TOO_DEEP: Fault = {
  reason: undefined,
  what: 'the canary has more nested indexes than a probe reads',
  todo: 'set another canary',
}
