/** What containerd would contact for a pull of an image. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { PullRoute } from '../../pull-route.ts'
import type { Release } from '../../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { placedRoute } from './placed-route.ts'
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

function routeFor(snapshot: Snapshot, text: string, reader: Release): PullRoute {
  const { endpoints: placed, ...route } = placedRoute(snapshot, text, reader)
  return { ...route, endpoints: placed.map(({ endpoint }) => endpoint) }
}
