/** What `docker pull` contacts for an image, each endpoint with the entry of hosts.toml that it comes from. Pure. */
import path from 'node:path'
import type { Issue } from '../../../model/errors.ts'
import type { Lookup } from '../../../model/lookup.ts'
import { DOCKER_HUB } from '../../../model/registry.ts'
import { effectiveEndpoint, withRegistry } from '../../hosts-toml/read/effective-endpoint.ts'
import { findHostDirectory, type HostDirectory } from '../../hosts-toml/read/host-directory.ts'
import type { HostEntry } from '../../hosts-toml/read/host-entry.ts'
import type { PlacedHost } from '../../hosts-toml/read/hosts-file.ts'
import { parseImageName } from '../../hosts-toml/read/image-name.ts'
import { loadHosts } from '../../hosts-toml/read/load-hosts.ts'
import type { EffectiveEndpoint, ImageName, PullRoute } from '../../pull-route.ts'
import { MIRRORS } from '../daemon-json.ts'
import { formOf } from '../form.ts'
import { insecureEntries, isInsecure } from '../insecure.ts'
import type { DockerSnapshot } from '../snapshot.ts'
import { certificatesFor, daemonMirrors, hostIn, plainEndpoint } from './daemon-mirrors.ts'
import { builtInContainerd } from './engine-code.ts'

export interface PlacedEndpoint {
  readonly endpoint: EffectiveEndpoint
  /** Absent for an endpoint that hosts.toml does not name. */
  readonly entry?: HostEntry
}

export type PlacedRoute = Omit<PullRoute, 'releases' | 'endpoints'> & {
  readonly endpoints: readonly PlacedEndpoint[]
}

type Outcome = Omit<PlacedRoute, 'image'>

export function placedRoute(snapshot: DockerSnapshot, text: string): PlacedRoute {
  const image = parseImageName(text, builtInContainerd(undefined))
  const nothing = { endpoints: [], ignored: [] }
  if ('problem' in image) return { ...nothing, failure: { message: image.problem } }
  if (snapshot.fault !== undefined) return { image, ...nothing, failure: snapshot.fault }
  const found = formOf(snapshot).daemonMirrors ? fromDaemon(snapshot, image) : fromHosts(snapshot, image)
  return { image, ...found }
}

function serverUrl({ registry }: ImageName): string {
  return registry === 'docker.io' ? `${DOCKER_HUB}/v2` : `https://${registry}/v2`
}

/** registry/service_v2.go:11-80@v28.5.2. */
function fromDaemon(snapshot: DockerSnapshot, image: ImageName): Outcome {
  const mirrors = image.registry === 'docker.io' ? daemonMirrors(snapshot) : []
  const placed = mirrors.map(({ url, source }) => ({
    endpoint: { ...plainEndpoint(url, 'mirror', snapshot), ...(source && { source }) },
  }))
  const endpoints = [...placed, { endpoint: plainEndpoint(serverUrl(image), 'server', snapshot) }]
  const failures = endpoints.flatMap(({ endpoint: { url, skipVerify } }) => {
    const { failure } = certificatesFor(hostIn(url), snapshot)
    return failure === undefined || skipVerify ? [] : [failure]
  })
  const lookup = lookupInDaemon(snapshot, image, mirrors.length)
  const [failure] = failures
  return { lookup, endpoints: failure ? [] : endpoints, ignored: [], ...(failure && { failure }) }
}

function lookupInDaemon({ config, json }: DockerSnapshot, { registry }: ImageName, count: number): Lookup {
  if (registry !== 'docker.io')
    return {
      by: 'none',
      why: 'docker pull uses mirrors for docker.io only with the graph driver store, or before Docker 28',
    }
  if (count === 0) return { by: 'none', why: `${config.path} has no ${MIRRORS}` }
  const written = json?.value[MIRRORS] !== undefined
  return {
    by: 'exact',
    ...(written && { path: config.path }),
    why: `${MIRRORS} has the mirrors of docker.io`,
  }
}

/** daemon/hosts.go:29-83@v28.5.2. */
function fromHosts(snapshot: DockerSnapshot, { registry }: ImageName): Outcome {
  const reader = builtInContainerd(snapshot.release)
  const found = findHostDirectory(snapshot, [snapshot.certsDir], registry, reader)
  if ('unknown' in found) return { endpoints: [], ignored: [], ...found }
  const lookup = lookupOf(found.found, registry, snapshot.certsDir)
  const loaded = loadHosts(found.found, reader, 'Docker')
  if (!('entries' in loaded)) return { endpoints: [], ignored: [], lookup, ...loaded }
  const [first, ...more] = loaded.entries.map((entry, i) =>
    placedHost(
      entry,
      { registry, directory: found.found, isServer: i === loaded.entries.length - 1 },
      snapshot,
    ),
  )
  if (first === undefined) return { endpoints: [], ignored: loaded.ignored, lookup }
  if (more.length > 0)
    return { lookup, endpoints: [first, ...more], ignored: hidden(snapshot, registry, loaded.ignored) }
  return { lookup, endpoints: merged(first, registry, snapshot), ignored: loaded.ignored }
}

interface About {
  readonly registry: string
  readonly directory: HostDirectory | undefined
  readonly isServer: boolean
}

function placedHost(
  entry: PlacedHost,
  { registry, directory, isServer }: About,
  { release }: DockerSnapshot,
): PlacedEndpoint {
  const reader = builtInContainerd(release)
  const used = isServer ? withRegistry(entry, registry, reader) : entry
  const file = path.posix.join(directory?.path ?? '', 'hosts.toml')
  return {
    entry,
    endpoint: {
      ...effectiveEndpoint(used, registry, reader),
      role: isServer ? 'server' : 'mirror',
      ...(entry.line !== undefined && { source: { file, line: entry.line } }),
    },
  }
}

/**
 * One host gets the mirrors and the insecure registries of daemon.json. All share one client, so that one that is not
 * verified turns off the verification of all (mergeLegacyConfig, daemon/hosts.go:55-83@v28.5.2).
 */
function merged(
  server: PlacedEndpoint,
  registry: string,
  snapshot: DockerSnapshot,
): readonly PlacedEndpoint[] {
  const entries = insecureEntries(snapshot)
  const mirrors = registry === 'docker.io' ? daemonMirrors(snapshot) : []
  const urls = [...mirrors.map(({ url }) => url), server.endpoint.url]
  const skipVerify = server.endpoint.skipVerify || urls.some(url => isInsecure(hostIn(url), entries))
  const { ca, client } = server.endpoint
  const shared = { ca, client, skipVerify, header: [], capabilities: ['pull', 'resolve'] } as const
  const own = mirrors.map(
    ({ url, source }): PlacedEndpoint => ({
      endpoint: { ...shared, url, role: 'mirror', ns: registry, ...(source && { source }) },
    }),
  )
  return [...own, { ...server, endpoint: { ...server.endpoint, skipVerify } }]
}

/** Mirrors of daemon.json do not count where hosts.toml has some. */
function hidden(snapshot: DockerSnapshot, registry: string, ignored: readonly Issue[]): readonly Issue[] {
  const mirrors = registry === 'docker.io' ? daemonMirrors(snapshot) : []
  const [first] = mirrors
  if (first === undefined) return ignored
  const message = `Docker ignores ${MIRRORS}, because hosts.toml has mirrors of docker.io`
  return [...ignored, { ...first.source, message, hint: `remove ${MIRRORS}` }]
}

function lookupOf(found: HostDirectory | undefined, registry: string, certsDir: string): Lookup {
  if (found === undefined)
    return { by: 'none', why: `there is no directory ${registry} and no _default in ${certsDir}` }
  const empty = found.hosts === undefined || found.hosts.bytes.length === 0 ? '; it has no hosts.toml' : ''
  const by = found.name === registry ? 'exact' : found.name === '_default' ? 'default' : 'port_twin'
  const why = {
    exact: `it has the name of the registry, ${registry}`,
    default: `there is no directory with the name ${registry}`,
    port_twin: `it is read before a directory with the name ${registry}`,
  }
  return { by, path: found.path, why: why[by] + empty }
}
