/** Images that differ from the plain one: their manifest, or an index above it. */
import { type Blob, digestOf } from '../image.ts'
import { type Contents, plainImage } from './contents.ts'

const OCI = 'application/vnd.oci.image'
export const MANIFEST_TYPE = `${OCI}.manifest.v1+json`
export const INDEX_TYPE = `${OCI}.index.v1+json`

/** A descriptor or a manifest as JSON. */
type Json = Readonly<Record<string, unknown>>

export interface PlainManifest extends Json {
  readonly config: Json
  readonly layers: readonly [Json]
}

/** The plain image with the manifest that `edit` makes of its own: a value for JSON, or the text itself. */
export function editManifest(edit: (manifest: PlainManifest) => Json | string): (name: string) => Contents {
  return name => {
    const plain = plainImage(name)
    return withRoot(plain, blobOf(edit(JSON.parse(plain.root.bytes.toString())), MANIFEST_TYPE))
  }
}

/** The plain image below an index that `edit` makes; `own` is the entry for the platform of this machine. */
export function indexAbove(edit: (own: Json) => Json): (name: string) => Contents {
  return name => {
    const plain = plainImage(name)
    const { manifests, ...rest } = withRoot(plain, blobOf(edit(entryOf(plain.root)), INDEX_TYPE))
    return { ...rest, manifests: [...manifests, ...plain.manifests] }
  }
}

/** The usual index with these entries. */
export function indexOf(manifests: readonly unknown[], more: Json = {}): Json {
  return { schemaVersion: 2, mediaType: INDEX_TYPE, manifests, ...more }
}

/** An entry for a manifest that no server has. */
export function missingEntry(platform?: Json): Json {
  const bytes = Buffer.from('no server has this')
  return {
    mediaType: MANIFEST_TYPE,
    digest: digestOf(bytes),
    size: bytes.length,
    ...(platform && { platform }),
  }
}

/** The platform of this machine. */
export function ownPlatform(): { readonly os: string; readonly architecture: string } {
  return { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch }
}

export function blobOf(value: Json | string, mediaType: string): Blob {
  const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return { mediaType, bytes, digest: digestOf(bytes) }
}

export function descriptorOf({ mediaType, digest, bytes }: Blob): Json {
  return { mediaType, digest, size: bytes.length }
}

function entryOf(blob: Blob): Json {
  return { ...descriptorOf(blob), platform: ownPlatform() }
}

/** The tag names `root`. */
export function withRoot(contents: Contents, root: Blob): Contents {
  return { ...contents, root, manifests: [root] }
}
