/** What a pull through containerd does with the endpoints of a route. Pure. */
import type { Conduct, EffectiveEndpoint, PullRoute } from '../../pull-route.ts'
import type { Release } from '../../release.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'
import type { Snapshot } from '../snapshot.ts'
import { globalHeaders, nodeCredentials } from './node-credentials.ts'
import { placedRoute } from './placed-route.ts'
import { filesFor } from './pull-config.ts'
import { inRanges, possibleReleases } from './releases.ts'
import { waitsOf } from './waits.ts'

/** In the order of its endpoints. */
export function conduct(snapshot: Snapshot, route: PullRoute): readonly Conduct[] {
  const all = possibleReleases(snapshot)
  const releases = all.filter(release => inRanges(release, route.releases))
  const [reader] = releases
  if (reader === undefined || route.image === undefined) return []
  const { files } = filesFor(snapshot, reader)
  const placed = placedRoute(snapshot, nameOf(route.image), reader).endpoints
  return placed.map(one => ({
    waits: waitsOf(one, { snapshot, releases, all }),
    credentials: credentialsOf(one.endpoint, files, reader),
    headers: { ...globalHeaders(files, reader), ...one.entry?.header },
  }))
}

function nameOf({ registry, repository, reference }: NonNullable<PullRoute['image']>): string {
  return `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`
}

/**
 * CRI gives the credentials of a pull to every endpoint that responds with 401, unless they name another server; kubelet
 * never fills in that name (ParseAuth, IP:341-377@v2.3.4).
 */
function credentialsOf(
  { url }: EffectiveEndpoint,
  files: readonly ParsedConfig[],
  reader: Release,
): Conduct['credentials'] {
  const [, host = ''] = /^\w*:\/\/([^/]*)/.exec(url) ?? []
  const ofNode = nodeCredentials(files, host, reader)
  return { ofPull: true, ...(ofNode !== undefined && { ofNode }) }
}
