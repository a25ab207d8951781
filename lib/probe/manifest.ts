/** Manifests and indexes of images as far as a probe reads them. Pure; what is read is a stranger's. */
import { createHash } from 'node:crypto'

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

/** Undefined where it is none, or none that a runtime could use. */
export function readManifest(bytes: Buffer): Manifest | undefined {
  const value = parse(bytes)
  if (Array.isArray(value?.manifests)) {
    const entries = value.manifests
      .filter(isDescriptor)
      .map(entry => ({ ...entry, platform: platformOf(entry) }))
    return { kind: 'index', entries }
  }
  if (!Array.isArray(value?.layers)) return undefined
  return { kind: 'image', layers: value.layers.filter(isDescriptor) }
}

/** `linux/amd64` for a Node architecture. */
export function platformFor(arch: string): string {
  return `linux/${{ x64: 'amd64', ia32: '386' }[arch] ?? arch}`
}

export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function parse(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function isDescriptor(value: unknown): value is Descriptor {
  const { digest, size } = (value ?? {}) as Partial<Descriptor>
  return isDigest(digest) && Number.isSafeInteger(size) && (size as number) >= 0
}

function platformOf(entry: object): string {
  const { platform } = entry as { platform?: { os?: unknown; architecture?: unknown } }
  return `${platform?.os}/${platform?.architecture}`
}
