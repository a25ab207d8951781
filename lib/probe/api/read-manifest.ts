/** Reads a manifest and checks it. */
import { arch } from 'node:os'
import type { Fault } from '../faults/fault.ts'
import { readHeader } from '../http/response.ts'
import {
  type Descriptor,
  isVerifiable,
  type Manifest,
  parseManifest,
  platformFor,
  sha256,
} from './manifest.ts'
import { requestContent, type Session } from './session.ts'

/** The manifest as described by the response to HEAD. */
export interface ExpectedManifest {
  readonly size?: number
  readonly mediaType?: string
}

type Read = { readonly manifest: Manifest; readonly digest: string }

/** A larger manifest is not read: eight times a large one (MaxManifestSize, resolver.go:53-64@v2.3.4). */
const MANIFEST_LIMIT = 256 * 1024

export async function readManifest(
  session: Session,
  reference: string,
  { size, mediaType }: ExpectedManifest = {},
): Promise<Read | { readonly fault: Fault }> {
  const outcome = await requestContent(session, {
    method: 'GET',
    kind: 'manifest',
    reference,
    bodyLimit: MANIFEST_LIMIT,
  })
  if ('fault' in outcome) return outcome
  const { body, complete } = outcome.response
  if (!complete) return { fault: TOO_LONG }
  const digest = sha256(body)
  if (isVerifiable(reference) && digest !== reference) return { fault: WRONG_DIGEST }
  if (size !== undefined && size !== body.length) return { fault: WRONG_LENGTH }
  const manifest = parseManifest(body, mediaType ?? readHeader(outcome.response, 'content-type'))
  return manifest === undefined ? { fault: INVALID } : { manifest, digest }
}

/** The layers for this platform; if the canary is an index, its manifest is read first. */
export async function readLayers(
  session: Session,
  manifest: Manifest,
): Promise<{ readonly layers: readonly Descriptor[] } | { readonly fault: Fault }> {
  if (manifest.kind === 'image') return manifest
  const platform = platformFor(arch())
  const entry = manifest.entries.find(candidate => candidate.platform === platform)
  if (entry === undefined) return { fault: noPlatformFault(platform) }
  const found = await readManifest(session, entry.digest)
  if ('fault' in found) return found
  return found.manifest.kind === 'image' ? found.manifest : { fault: NESTED_INDEX }
}

function noPlatformFault(platform: string): Fault {
  const todo = 'set a canary that has an image for this platform'
  return { reason: 'not_found', what: `the canary has no image for ${platform}`, todo }
}

const TOO_LONG: Fault = {
  reason: 'not_a_registry',
  what: `the manifest is longer than ${MANIFEST_LIMIT / 1024} KiB`,
  todo: 'set a smaller canary, if the registry itself serves this manifest',
}
const INVALID: Fault = { reason: 'not_a_registry', what: 'serves an invalid manifest' }
const NESTED_INDEX: Fault = { reason: 'not_a_registry', what: 'serves an index that points to another index' }
const WRONG_LENGTH: Fault = {
  reason: 'wrong_digest',
  what: 'the length of the manifest differs from the response to HEAD',
}
const WRONG_DIGEST: Fault = { reason: 'wrong_digest', what: 'the manifest does not match its digest' }
