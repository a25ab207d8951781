/** What a server of a behaviour has: an image that containerd can pull, or one with faults. */
import { type Blob, buildImage, type Image } from '../image.ts'

export interface Contents {
  readonly repository: string
  readonly tag: string
  /** What the tag names: a manifest or an index. */
  readonly root: Blob
  /** Manifests by digest, `root` included. */
  readonly manifests: readonly Blob[]
  /** Configs and layers. */
  readonly blobs: readonly Blob[]
}

export const REPOSITORY = 'library/app'
export const TAG = '1'

/** A manifest with one layer, for the platform of this machine. */
export function plainImage(name: string): Contents {
  return contentsOf(buildImage(REPOSITORY, TAG, `${name}\n`))
}

export function contentsOf({ repository, tag, manifest, blobs }: Image): Contents {
  return { repository, tag, root: manifest, manifests: [manifest], blobs }
}
