/** Manifests and indexes of images, as containerd reads them. The text is untrusted. Pure. */
import { sha256Hex } from '../../model/sha256.ts'
import { decodeJson, type Shape, type Value } from './go-json.ts'

const DOCKER = 'application/vnd.docker.distribution.manifest'
const OCI = 'application/vnd.oci.image'

const MANIFEST_TYPES: readonly string[] = [`${DOCKER}.v2+json`, `${OCI}.manifest.v1+json`]
const INDEX_TYPES: readonly string[] = [`${DOCKER}.list.v2+json`, `${OCI}.index.v1+json`]
const SCHEMA_1_TYPE = `${DOCKER}.v1+prettyjws`

/** The Accept header for a tag: core/remotes/docker/resolver.go:303@v2.3.4. */
export const ACCEPT = [
  `${DOCKER}.v2+json`,
  `${DOCKER}.list.v2+json`,
  `${OCI}.manifest.v1+json`,
  `${OCI}.index.v1+json`,
  '*/*',
].join(', ')

const DESCRIPTOR = {
  fields: {
    mediatype: 'string',
    digest: 'string',
    size: 'int64',
    urls: { list: 'string' },
    annotations: { map: 'string' },
    data: 'bytes',
    platform: {
      fields: {
        architecture: 'string',
        os: 'string',
        'os.version': 'string',
        'os.features': { list: 'string' },
        variant: 'string',
      },
    },
    artifacttype: 'string',
  },
} as const satisfies Shape

const COMMON = {
  schemaversion: 'int64',
  mediatype: 'string',
  artifacttype: 'string',
  subject: DESCRIPTOR,
  annotations: { map: 'string' },
} as const satisfies Record<string, Shape>

const IMAGE = { fields: { ...COMMON, config: DESCRIPTOR, layers: { list: DESCRIPTOR } } } as const
const INDEX = { fields: { ...COMMON, manifests: { list: DESCRIPTOR } } } as const
/** What shows whether it is a manifest or an index: core/images/image.go unknownDocument@v2.1.9. */
const UNKNOWN = {
  fields: { mediatype: 'string', config: 'raw', layers: 'raw', manifests: 'raw', fslayers: 'raw' },
} as const

type WrittenDescriptor = Value<typeof DESCRIPTOR>

/** What an image refers to. What the text does not have is empty. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly urls: readonly string[]
  /** Its content, where the text itself has it. */
  readonly data: Buffer | undefined
  readonly platform: WrittenPlatform | undefined
}

export interface WrittenPlatform {
  readonly os?: string | undefined
  readonly architecture?: string | undefined
  readonly variant?: string | undefined
}

/** An index names one manifest for each platform; a manifest names the config and the layers of one platform. */
export type Manifest =
  | { readonly kind: 'index'; readonly entries: readonly Descriptor[] }
  | { readonly kind: 'image'; readonly config: Descriptor; readonly layers: readonly Descriptor[] }

/** The media type of a response: without parameters; text/plain stands for schema 1 (resolver.go getManifestMediaType@v2.1.9). */
export function manifestTypeOf(contentType: string): string {
  const [type = ''] = contentType.split(';')
  return type === 'text/plain' ? SCHEMA_1_TYPE : type
}

/** Whether it is fetched as a manifest; case counts. */
export function isManifestType(mediaType: string): boolean {
  return MANIFEST_TYPES.includes(mediaType) || isIndexType(mediaType)
}

export function isIndexType(mediaType: string): boolean {
  return INDEX_TYPES.includes(mediaType)
}

export function isSchema1Type(mediaType: string): boolean {
  return mediaType === SCHEMA_1_TYPE
}

/** Undefined where containerd refuses the text as a manifest of this type; `too_many` where it is not read. */
export function parseManifest(bytes: Buffer, mediaType: string): Manifest | undefined | 'too_many' {
  const text = bytes.toString('utf8')
  const document = decodeJson(text, UNKNOWN)
  if (typeof document !== 'object' || !isOfType(document, mediaType)) return undefined
  if (!isIndexType(mediaType)) {
    const image = decodeJson(text, IMAGE)
    if (typeof image !== 'object') return image
    return {
      kind: 'image',
      config: descriptorOf(image.config),
      layers: (image.layers ?? []).map(descriptorOf),
    }
  }
  const index = decodeJson(text, INDEX)
  if (typeof index !== 'object') return index
  return { kind: 'index', entries: (index.manifests ?? []).map(descriptorOf) }
}

/** It must not look like the other kind: core/images/image.go validateMediaType@v2.1.9. */
function isOfType(document: Value<typeof UNKNOWN>, mediaType: string): boolean {
  const { mediatype = '', config, layers, manifests, fslayers } = document
  if (fslayers) return false
  if (isIndexType(mediaType)) return !config && !layers && !MANIFEST_TYPES.includes(mediatype)
  return !manifests && !INDEX_TYPES.includes(mediatype)
}

function descriptorOf(written: WrittenDescriptor = {}): Descriptor {
  const { mediatype = '', digest = '', size = 0, urls = [], data, platform } = written
  return { mediaType: mediatype, digest, size, urls, data, platform }
}

const SCHEMA_1 = { fields: { fslayers: 'raw', signatures: 'raw' } } as const

/** Whether the text has what a manifest of schema 1 must have. */
export function isSchema1(bytes: Buffer): boolean {
  const document = decodeJson(bytes.toString('utf8'), SCHEMA_1)
  return typeof document === 'object' && document.fslayers === true && document.signatures === true
}

const CONFIG = {
  fields: {
    architecture: 'string',
    os: 'string',
    variant: 'string',
    rootfs: { fields: { type: 'string', diff_ids: { list: 'string' } } },
  },
} as const satisfies Shape

export interface Config {
  readonly platform: WrittenPlatform
  /** Layers that it lists. */
  readonly layers: number
}

/** Undefined where containerd cannot read it. */
export function parseConfig(bytes: Buffer): Config | undefined {
  const config = decodeJson(bytes.toString('utf8'), CONFIG)
  if (typeof config !== 'object') return undefined
  const { architecture, os, variant, rootfs } = config
  return { platform: { architecture, os, variant }, layers: rootfs?.diff_ids?.length ?? 0 }
}

/** Whether it is unpacked as a layer: core/images/mediatypes.go IsLayerType@v2.1.9. */
export function isLayerType(mediaType: string): boolean {
  return (
    mediaType.startsWith(`${OCI}.layer.`) ||
    /^application\/vnd\.docker\.image\.rootfs\.(foreign\.)?diff\.tar(\.gzip|\.zstd)?(\+|$)/.test(mediaType)
  )
}

/** The only digests that containerd can store: its content store hashes with SHA-256. */
export function isStorable(digest: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(digest)
}

/** Whether containerd accepts the digest of a header (go-digest Validate). */
export function isDigest(digest: string): boolean {
  return /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/.test(digest)
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${sha256Hex(bytes)}`
}
