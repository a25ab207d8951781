/** Reads the config and the layers of an image, as far as a probe goes. */
import { arch } from 'node:os'
import type { Fault } from '../faults/fault.ts'
import { type Fetched, fetchContent } from './fetch-content.ts'
import { type Config, type Descriptor, isLayerType, parseConfig } from './manifest.ts'
import { fitsPlatform } from './platform.ts'
import { noPlatformFault, type PlatformImage } from './read-image.ts'
import type { Session } from './session.ts'

export interface BlobsResult {
  readonly fault?: Fault
  /** Of the largest layer that was read. */
  readonly bytes?: number
  /** Milliseconds from the head of its response to its end. */
  readonly ms?: number
}

/** Of a larger config only the digest is checked. */
const CONFIG_LIMIT = 256 * 1024
/** Bytes of all layers that are read: the whole of a small image, the smallest layers of another one. */
const LAYER_LIMIT = 8 * 1024 * 1024
/** Bytes a second below which an incomplete layer is a failure, not a slow layer: 50 MB would take half a day. */
const MIN_SPEED = 1024

/** The config of each image, then the layers of all, the smallest first, until there are more bytes than the limit. */
export async function readBlobs(session: Session, images: readonly PlatformImage[]): Promise<BlobsResult> {
  for (const image of images) {
    const fault = await readConfig(session, image, image === images[0])
    if (fault !== undefined) return { fault }
  }
  // Two layers that are read at the same time share the line, and each would look half as fast.
  const alone = session.context.alone ?? (act => act())
  return await alone(() => readLayers(session, images))
}

async function readConfig(session: Session, image: PlatformImage, runs: boolean): Promise<Fault | undefined> {
  const { config: descriptor, layers, entry } = image
  const keep = descriptor.size <= CONFIG_LIMIT
  const { fault, body } = await fetchContent(session, {
    kind: 'config',
    descriptor,
    limit: LAYER_LIMIT,
    keep,
  })
  if (fault !== undefined || !keep) return fault
  const config = parseConfig(body)
  if (config === undefined) return INVALID_CONFIG
  // The platform of an image without an index does not matter (core/images/image.go Manifest@v2.1.9).
  const anyPlatform = entry !== undefined && entry.platform === undefined
  if (runs && anyPlatform && !fitsPlatform(config.platform, arch())) return noPlatformFault()
  return layersFault(config, layers, session)
}

/** Only what has the type of a layer is unpacked (core/unpack/unpacker.go@v2.1.9, image.go Unpack@v1.7.24). */
function layersFault(config: Config, layers: readonly Descriptor[], { client }: Session): Fault | undefined {
  if (layers.some(({ mediaType }) => mediaType.endsWith('+encrypted'))) return ENCRYPTED
  const unpacked = layers.filter(({ mediaType }) => isLayerType(mediaType)).length
  const isEmpty = layers.length === 0 && config.layers === 0
  if (unpacked === 0 && (isEmpty || client.images.transferService)) return undefined
  return unpacked > 0 && unpacked === config.layers ? undefined : OTHER_LAYERS
}

/** containerd starts a program for it, which the node may lack (core/diff/stream.go GetProcessor@v2.1.4). */
const ENCRYPTED: Fault = {
  reason: undefined,
  what: 'the canary has encrypted layers, and a probe does not know whether this node can decrypt them',
  todo: 'set a canary without encrypted layers',
}
const OTHER_LAYERS: Fault = {
  reason: 'not_a_registry',
  what: 'serves a config that names other layers than the manifest',
  todo: 'set another canary, if the registry itself serves this image',
}
const INVALID_CONFIG: Fault = {
  reason: 'not_a_registry',
  what: 'serves an invalid config',
  todo: 'set another canary, if the registry itself serves this config',
}

async function readLayers(session: Session, images: readonly PlatformImage[]): Promise<BlobsResult> {
  const layers = images.flatMap(image => image.layers).toSorted((a, b) => a.size - b.size)
  let left = LAYER_LIMIT
  let result: BlobsResult = {}
  for (const [nth, descriptor] of layers.entries()) {
    if (nth > 0 && descriptor.size > left) break
    const fetched = await fetchContent(session, {
      kind: 'layer',
      descriptor,
      limit: LAYER_LIMIT,
      keep: false,
    })
    result = judgeSpeed(fetched)
    if (fetched.fault !== undefined) break
    left -= fetched.bytes
  }
  return result
}

/** If the time runs out, the bytes until then show the speed. */
function judgeSpeed({ fault, bytes, ms }: Fetched): BlobsResult {
  const isSlow = fault?.reason === 'no_response' && bytes >= MIN_SPEED * (ms / 1000) && bytes > 0
  return { bytes, ms, ...(fault !== undefined && !isSlow && { fault }) }
}
