/** What containerd would contact for a pull of an image. Pure. */
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ImageName, PullRoute } from '../../target.ts'
import type { Release } from '../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { effectiveEndpoint, withRegistry } from './effective-endpoint.ts'
import { findHostDirectory } from './host-directory.ts'
import { parseImageName } from './image-name.ts'
import { legacyEndpoints } from './legacy-endpoints.ts'
import { loadHosts } from './load-hosts.ts'
import { pullConfig } from './pull-config.ts'
import { possibleReleases, rangesOf } from './releases.ts'

/** One route for each group of releases that may run here and agree. */
export function endpoints(snapshot: Snapshot, image: string): readonly [PullRoute, ...PullRoute[]] {
  const releases = possibleReleases(snapshot)
  const routes = releases.map(release => ({ release, route: routeFor(snapshot, image, release) }))
  const distinct = routes.filter(
    ({ route }, i) => routes.findIndex(other => isDeepStrictEqual(other.route, route)) === i,
  )
  const [first, ...others] = distinct.map(({ route }) => {
    if (distinct.length === 1) return route
    const same = routes.filter(other => isDeepStrictEqual(other.route, route)).map(({ release }) => release)
    return { ...route, releases: rangesOf(same, releases) }
  })
  return first === undefined ? [NO_RELEASE] : [first, ...others]
}

const NO_RELEASE: PullRoute = {
  endpoints: [],
  ignored: [],
  unknown: { message: 'no release of containerd reads this config.toml' },
}

type Outcome = Omit<PullRoute, 'releases' | 'image'>

const NOTHING: Outcome = { endpoints: [], ignored: [] }

function routeFor(snapshot: Snapshot, text: string, reader: Release): PullRoute {
  const image = parseImageName(text, reader)
  if ('problem' in image) return { ...NOTHING, failure: { message: image.problem } }
  const config = pullConfig(snapshot, reader)
  if (!('ignored' in config)) return { image, ...NOTHING, ...config }
  const found =
    'registry' in config
      ? { ...NOTHING, endpoints: legacyEndpoints(config.registry, image.registry, reader) }
      : fromDirectories(snapshot, config.roots, image, reader)
  return { image, ...found, ignored: [...config.ignored, ...found.ignored] }
}

function fromDirectories(
  snapshot: Snapshot,
  roots: readonly string[],
  { registry }: ImageName,
  reader: Release,
): Outcome {
  const lookup = findHostDirectory(snapshot, roots, registry, reader)
  if ('unknown' in lookup) return { ...NOTHING, ...lookup }
  const loaded = loadHosts(lookup.found, reader)
  if (!('entries' in loaded)) return { ...NOTHING, ...loaded }
  const { entries, ignored } = loaded
  const server = entries.length - 1
  const file = path.posix.join(lookup.found?.path ?? '', 'hosts.toml')
  const found = entries.map((entry, i) => ({
    ...effectiveEndpoint(i === server ? withRegistry(entry, registry, reader) : entry, registry, reader),
    role: i === server ? ('server' as const) : ('mirror' as const),
    ...(entry.line !== undefined && { source: { file, line: entry.line } }),
  }))
  return { endpoints: found, ignored }
}
