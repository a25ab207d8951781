/** What nerdctl would contact for a pull of an image. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Lookup } from '../../../model/lookup.ts'
import { effectiveEndpoint, withRegistry } from '../../hosts-toml/read/effective-endpoint.ts'
import type { HostDirectory } from '../../hosts-toml/read/host-directory.ts'
import { parseImageName } from '../../hosts-toml/read/image-name.ts'
import { loadHosts } from '../../hosts-toml/read/load-hosts.ts'
import type { EffectiveEndpoint, ImageName, PullRoute } from '../../pull-route.ts'
import { atLeast, parseRelease, type Release } from '../../release.ts'
import type { NerdctlSnapshot } from '../snapshot.ts'
import { findDirectory, type Mode } from './find-directory.ts'

/** hosts.toml is read as by the newest containerd. */
export const READER = parseRelease('2.3.4') as Release

/** The first release whose pulls containerd does itself, where that is 2.0 or later (pkg/imgutil/imgutil.go:137@v2.3.0). */
const TRANSFERS = '2.3.0'

export function endpoints(snapshot: NerdctlSnapshot, text: string): readonly [PullRoute, ...PullRoute[]] {
  const image = parseImageName(text, READER)
  if ('problem' in image) return [{ endpoints: [], ignored: [], failure: { message: image.problem } }]
  const [fault] = snapshot.faults
  if (fault !== undefined) return [{ image, endpoints: [], ignored: [], failure: fault }]
  const { release } = snapshot
  const [now, before] = [routeFor(snapshot, image, 'transfer'), routeFor(snapshot, image, 'resolver')]
  if (release !== undefined) return [atLeast(release, TRANSFERS) ? now : before]
  if (isSameRoute(now, before)) return [now]
  return [
    { ...now, releases: [{ from: TRANSFERS }] },
    { ...before, releases: [{ from: '2.0.0', before: TRANSFERS }] },
  ]
}

/** Whatever led to them. */
function isSameRoute({ lookup: a, ...now }: PullRoute, { lookup: b, ...before }: PullRoute): boolean {
  return a?.path === b?.path && isDeepStrictEqual(now, before)
}

function routeFor(snapshot: NerdctlSnapshot, image: ImageName, mode: Mode): PullRoute {
  const { registry } = image
  const found = findDirectory(snapshot, registry, mode)
  if ('unknown' in found) return { image, endpoints: [], ignored: [], ...found }
  const lookup = lookupOf(snapshot, found.found, registry, mode)
  const loaded = loadHosts(found.found, READER, 'nerdctl')
  if (!('entries' in loaded)) return { image, lookup, endpoints: [], ignored: [], ...loaded }
  const file = `${found.found?.path}/hosts.toml`
  const last = loaded.entries.length - 1
  const all = loaded.entries.map((entry, i): EffectiveEndpoint => {
    const used = i === last ? withRegistry(entry, registry, READER) : entry
    return {
      ...effectiveEndpoint(used, registry, READER),
      role: i === last ? 'server' : 'mirror',
      ...(entry.line !== undefined && { source: { file, line: entry.line } }),
    }
  })
  return { image, lookup, endpoints: all, ignored: loaded.ignored }
}

function lookupOf(
  { hostsDirs }: NerdctlSnapshot,
  found: HostDirectory | undefined,
  registry: string,
  mode: Mode,
): Lookup {
  const roots = mode === 'transfer' ? hostsDirs.slice(0, 1) : hostsDirs
  if (roots.length === 0) return { by: 'unset', why: 'hosts_dir names no directory' }
  if (found === undefined) {
    return { by: 'none', why: `there is no directory ${registry} and no _default in ${roots.join(' or ')}` }
  }
  const { name, path } = found
  if (name === registry) return { by: 'exact', path, why: `it has the name of the registry, ${registry}` }
  if (name === '_default')
    return {
      by: 'default',
      path,
      why: `nerdctl reads it before a directory with the name ${registry}, if there is one`,
    }
  return { by: 'port_twin', path, why: `it is read before a directory with the name ${registry}` }
}
