/** Manifests and indexes of images, as far as a probe reads them. The text is untrusted. Pure. */
import { sha256Hex } from '../../model/sha256.ts'
import { parseJson } from './json.ts'

/** The Accept header of containerd: core/remotes/docker/resolver.go:303@v2.3.4. */
export const ACCEPT = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  '*/*',
].join(', ')

export interface Descriptor {
  readonly digest: string
  readonly size: number
}

/** An index names one manifest for each platform; a manifest names the layers of one platform. */
export type Manifest =
  | { readonly kind: 'index'; readonly entries: readonly (Descriptor & { readonly platform: string })[] }
  | { readonly kind: 'image'; readonly layers: readonly Descriptor[] }

/** Whether this is the content type of a manifest; another one ends a pull without a fallback. */
export function isManifestType(mediaType: string): boolean {
  return /^application\/vnd\.(docker\.distribution\.manifest(\.list)?\.v2|oci\.image\.(manifest|index)\.v1)\+json\s*(;|$)/i.test(
    mediaType,
  )
}

/** Undefined if it is no manifest, or not one that a runtime accepts with that media type. */
export function parseManifest(bytes: Buffer, mediaType: string): Manifest | undefined {
  const value = parseJson(bytes)
  if (value === undefined) return undefined
  const { manifests, layers, config } = value
  if (isIndexType(mediaType)) {
    const entries = parseDescriptors(manifests)
    if (entries === undefined || layers !== undefined || config !== undefined) return undefined
    return { kind: 'index', entries: entries.map(entry => ({ ...entry, platform: platformOf(entry) })) }
  }
  const found = parseDescriptors(layers)
  if (found === undefined || manifests !== undefined || !isDescriptor(config)) return undefined
  return { kind: 'image', layers: found }
}

/** containerd also refuses what could be read as both (core/images/image.go validateMediaType@v2.3.4). */
function isIndexType(mediaType: string): boolean {
  return /manifest\.list\.v2|image\.index\.v1/i.test(mediaType)
}

/** `linux/amd64` for an architecture of Node. */
export function platformFor(arch: string): string {
  return `linux/${{ x64: 'amd64', ia32: '386' }[arch] ?? arch}`
}

/** Whether regmirror can verify the digest. */
export function isVerifiable(digest: unknown): digest is string {
  return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)
}

/** Whether containerd accepts the digest (go-digest Validate). */
export function isDigest(digest: unknown): boolean {
  return (
    typeof digest === 'string' &&
    /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/.test(digest)
  )
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${sha256Hex(bytes)}`
}

/** The verifiable ones; undefined if any is invalid, since Go then reads nothing at all. */
function parseDescriptors(value: unknown): readonly Descriptor[] | undefined {
  if (!Array.isArray(value) || !value.every(isDescriptor)) return undefined
  return value.filter(({ digest }) => isVerifiable(digest))
}

function isDescriptor(value: unknown): value is Descriptor {
  const { digest, size } = (value ?? {}) as Partial<Descriptor>
  return isDigest(digest) && Number.isSafeInteger(size) && (size as number) >= 0
}

function platformOf(entry: object): string {
  const { platform } = entry as { platform?: { os?: unknown; architecture?: unknown } }
  return `${platform?.os}/${platform?.architecture}`
}
