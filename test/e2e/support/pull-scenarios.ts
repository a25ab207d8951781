/** Rows of mirrors as a pull meets them, for a comparison of `explain --probe` with real pulls. */

import { buildImage, type Image } from '../../support/image.ts'
import { type Bend, reply, serveBlob } from '../../support/mirror.ts'

/** What one endpoint does; it serves the image where `bend` does not respond. */
export interface Station {
  /** Undefined: its port refuses connections. */
  bend?: ((image: Image) => Bend) | undefined
  readonly refuses?: boolean
  /** Default: `["pull", "resolve"]`. */
  readonly capabilities?: string
}

export interface Scenario {
  readonly about: string
  /** The last one is the server. */
  readonly stations: readonly Station[]
}

const good: Station = {}
const refusing: Station = { refuses: true }

const when = (pattern: RegExp, act: Bend): Station => ({
  bend: () => (request, response) =>
    pattern.test(`${request.method} ${request.url}`) && act(request, response),
})
const status =
  (code: number): Bend =>
  (_, response) => {
    reply(response, code)
    return true
  }
const empty = when(/manifests|blobs/, status(404))
const failing = (code: number) => when(/manifests|blobs/, status(code))
const page: Station = when(/manifests/, (_, response) => {
  reply(response, 200, { 'Content-Type': 'text/html' }, '<html></html>')
  return true
})
/** Another image under the same tag. */
const other: Station = {
  bend: image => (request, response) => {
    if (!request.url?.includes(`/manifests/${image.tag}`)) return false
    serveBlob(buildImage(image.repository, image.tag, 'another text\n').manifest, request, response)
    return true
  },
}
const corrupt = (kind: 'manifests/sha256' | 'blobs') => ({
  bend:
    (image: Image): Bend =>
    (request, response) => {
      const found = [image.manifest, ...image.blobs].find(({ digest }) => request.url?.includes(digest))
      if (request.method !== 'GET' || !request.url?.includes(kind) || found === undefined) return false
      const bytes = Buffer.from(found.bytes)
      bytes[0] = (bytes[0] ?? 0) ^ 1
      serveBlob({ ...found, bytes }, request, response)
      return true
    },
})
const withoutLayers: Station = {
  bend: image => (request, response) => {
    const [, ...layers] = image.blobs
    return (
      layers.some(({ digest }) => request.url?.includes(digest) === true) && status(404)(request, response)
    )
  },
}

export const SCENARIOS: readonly Scenario[] = [
  { about: 'the first mirror serves', stations: [good, good] },
  { about: 'the first mirror refuses connections', stations: [refusing, good] },
  { about: 'the first mirror has nothing', stations: [empty, good] },
  { about: 'the first mirror fails with 500', stations: [failing(500), good] },
  { about: 'the first mirror responds with 403', stations: [failing(403), good] },
  { about: 'the first mirror responds with 401 without a challenge', stations: [failing(401), good] },
  { about: 'the first mirror limits the rate', stations: [failing(429), good] },
  { about: 'the first mirror responds with pages', stations: [page, good] },
  { about: 'the first mirror responds with 304', stations: [when(/^HEAD/, status(304)), good] },
  { about: 'the tag points to another image at the first mirror', stations: [other, good] },
  { about: 'the first mirror serves a wrong manifest', stations: [corrupt('manifests/sha256'), good] },
  { about: 'the first mirror serves wrong blobs', stations: [corrupt('blobs'), good] },
  { about: 'the first mirror has no blobs', stations: [when(/blobs/, status(404)), good] },
  { about: 'the first mirror has no layers', stations: [withoutLayers, good] },
  { about: 'the first mirror has no tags', stations: [when(/^HEAD/, status(404)), good] },
  { about: 'the first mirror may not resolve', stations: [{ capabilities: '["pull"]' }, good] },
  { about: 'the first mirror may only push', stations: [{ capabilities: '["push"]' }, good] },
  {
    about: 'only the first mirror has blobs',
    stations: [when(/manifests/, status(404)), when(/blobs/, status(404))],
  },
  {
    about: 'the server has nothing, and the mirror may not resolve',
    stations: [{ capabilities: '["pull"]' }, empty],
  },
  { about: 'nothing has the image', stations: [empty, refusing, empty] },
  { about: 'two mirrors fail in different ways', stations: [refusing, failing(503), good] },
]
