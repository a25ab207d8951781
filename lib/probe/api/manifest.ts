/** Manifests and indexes of images as far as a probe reads them. Pure; what is read is a stranger's. */
import { createHash } from 'node:crypto'
import { parseJson } from './json.ts'

/** Asked for as containerd does: core/remotes/docker/resolver.go:303@v2.3.4. */
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

/** An index names one manifest for each platform, a manifest the layers of one. */
export type Manifest =
  | { readonly kind: 'index'; readonly entries: readonly (Descriptor & { readonly platform: string })[] }
  | { readonly kind: 'image'; readonly layers: readonly Descriptor[] }

/** Whether a registry may call an answer a manifest; others end a pull without fallback (facts: 4.2). */
export function isManifestType(mediaType: string): boolean {
  return /^application\/vnd\.(docker\.distribution\.manifest(\.list)?\.v2|oci\.image\.(manifest|index)\.v1)\+json\s*(;|$)/i.test(
    mediaType,
  )
}

/** Undefined where it is none, or none that a runtime could use as what its media type says. */
export function readManifest(bytes: Buffer, mediaType: string): Manifest | undefined {
  const value = parseJson(bytes)
  if (value === undefined) return undefined
  const { manifests, layers, config } = value
  if (isIndexType(mediaType)) {
    const entries = descriptorsIn(manifests)
    if (entries === undefined || layers !== undefined || config !== undefined) return undefined
    return { kind: 'index', entries: entries.map(entry => ({ ...entry, platform: platformOf(entry) })) }
  }
  const found = descriptorsIn(layers)
  if (found === undefined || manifests !== undefined || !isSound(config)) return undefined
  return { kind: 'image', layers: found }
}

/** What could be read as both is refused by containerd too (core/images/image.go validateMediaType@v2.3.4). */
function isIndexType(mediaType: string): boolean {
  return /manifest\.list\.v2|image\.index\.v1/i.test(mediaType)
}

/** `linux/amd64` for a Node architecture. */
export function platformFor(arch: string): string {
  return `linux/${{ x64: 'amd64', ia32: '386' }[arch] ?? arch}`
}

/** One that is checked here. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
}

/** One that containerd takes (go-digest Validate). */
export function isAnyDigest(text: unknown): boolean {
  return (
    typeof text === 'string' && /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/.test(text)
  )
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Those that can be checked; undefined where any is none, since then Go reads nothing at all. */
function descriptorsIn(value: unknown): readonly Descriptor[] | undefined {
  if (!Array.isArray(value) || !value.every(isSound)) return undefined
  return value.filter(({ digest }) => isDigest(digest))
}

function isSound(value: unknown): value is Descriptor {
  const { digest, size } = (value ?? {}) as Partial<Descriptor>
  return isAnyDigest(digest) && Number.isSafeInteger(size) && (size as number) >= 0
}

function platformOf(entry: object): string {
  const { platform } = entry as { platform?: { os?: unknown; architecture?: unknown } }
  return `${platform?.os}/${platform?.architecture}`
}
