/** What a pull of an image contacts: one route, or one for each group of releases that read the files in another order. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { PullRoute } from '../../pull-route.ts'
import { type Loading, loadingsOf } from '../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { routeOf } from './route.ts'

const RANGES = {
  by_directory: [{ from: '4.0', before: '6.0' }],
  by_name: [{ from: '6.0' }],
} as const satisfies Readonly<Record<Loading, object>>

export function endpoints(snapshot: Snapshot, image: string): readonly [PullRoute, ...PullRoute[]] {
  const [first, ...others] = loadingsOf(snapshot.release).map(loading => ({
    loading,
    route: routeOf(snapshot, image, loading),
  }))
  if (first === undefined) throw new Error('no order of files is possible')
  const distinct = others.filter(({ route }) => !isDeepStrictEqual(route, first.route))
  if (distinct.length === 0) return [first.route]
  const withReleases = ({ loading, route }: typeof first) => ({ ...route, releases: RANGES[loading] })
  return [withReleases(first), ...distinct.map(withReleases)]
}
