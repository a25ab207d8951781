/** The route of one image through one release, each endpoint with the entry that it comes from. Pure. */
import path from 'node:path'
import type { Issue } from '../../../model/errors.ts'
import type { Lookup } from '../../../model/lookup.ts'
import { effectiveEndpoint, withRegistry } from '../../hosts-toml/read/effective-endpoint.ts'
import { findHostDirectory, type HostDirectory } from '../../hosts-toml/read/host-directory.ts'
import type { HostEntry } from '../../hosts-toml/read/host-entry.ts'
import { parseImageName } from '../../hosts-toml/read/image-name.ts'
import { loadHosts } from '../../hosts-toml/read/load-hosts.ts'
import type { EffectiveEndpoint, ImageName, PullRoute } from '../../pull-route.ts'
import type { Release } from '../../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { type HiddenDirectory, hiddenDirectories, hiddenIssue } from './hidden-directory.ts'
import { legacyEndpoints, legacyLookup } from './legacy-endpoints.ts'
import { lookupOf, NOWHERE } from './lookup.ts'
import { type PullConfig, pullConfig } from './pull-config.ts'

export interface PlacedEndpoint {
  readonly endpoint: EffectiveEndpoint
  /** Absent for an endpoint of `registry.mirrors`. */
  readonly entry?: HostEntry
}

export type PlacedRoute = Omit<PullRoute, 'releases' | 'endpoints'> & {
  readonly endpoints: readonly PlacedEndpoint[]
}

type Outcome = Omit<PlacedRoute, 'image'>

const NOTHING: Outcome = { endpoints: [], ignored: [] }

export function placedRoute(snapshot: Snapshot, text: string, reader: Release): PlacedRoute {
  const image = parseImageName(text, reader)
  if ('problem' in image) return { ...NOTHING, failure: { message: image.problem } }
  const config = pullConfig(snapshot, reader)
  if (!('ignored' in config)) return { image, ...NOTHING, ...config }
  const found =
    'registry' in config ? fromTable(config, image, reader) : fromDirectories(snapshot, config, image, reader)
  return { image, ...found, ignored: [...config.ignored, ...found.ignored] }
}

type OfTable = Extract<PullConfig, { readonly registry: object }>
type OfDirectories = Extract<PullConfig, { readonly roots: object }>

function fromTable({ registry }: OfTable, { registry: name }: ImageName, reader: Release): Outcome {
  const endpoints = legacyEndpoints(registry, name, reader).map(endpoint => ({ endpoint }))
  return { ...NOTHING, lookup: legacyLookup(registry, name), endpoints }
}

function fromDirectories(
  snapshot: Snapshot,
  { roots, setting }: OfDirectories,
  { registry }: ImageName,
  reader: Release,
): Outcome {
  const place = setting === undefined ? {} : { setting }
  const found = findHostDirectory(snapshot, roots, registry, reader)
  if ('unknown' in found) return { ...NOTHING, ...found }
  const hidden = found.found ? hiddenDirectories(snapshot, roots, found.found, registry, reader) : []
  const own = setting === undefined ? NOWHERE : lookupOf(snapshot, found.found, roots, registry, hidden)
  const lookup: Lookup = { ...own, ...place }
  const loaded = loadHosts(found.found, reader)
  if (!('entries' in loaded)) return { ...NOTHING, lookup, ...loaded }
  const endpoints = placed(loaded.entries, found.found, registry, reader)
  return { lookup, endpoints, ignored: withHidden(loaded.ignored, hidden, found.found) }
}

/** What to correct in a directory does not matter where another one has the mirrors. */
function withHidden(
  ignored: readonly Issue[],
  hidden: readonly HiddenDirectory[],
  found: HostDirectory | undefined,
): readonly Issue[] {
  if (found === undefined || hidden.length === 0) return ignored
  const facts = ignored.map(({ hint: _, ...issue }) => issue)
  return [...hidden.map(one => hiddenIssue(one, found)), ...facts]
}

function placed(
  entries: readonly (HostEntry & { readonly line?: number })[],
  directory: HostDirectory | undefined,
  registry: string,
  reader: Release,
): readonly PlacedEndpoint[] {
  const server = entries.length - 1
  const file = path.posix.join(directory?.path ?? '', 'hosts.toml')
  return entries.map((entry, i) => {
    const used = i === server ? withRegistry(entry, registry, reader) : entry
    const role = i === server ? ('server' as const) : ('mirror' as const)
    const source = entry.line !== undefined && { source: { file, line: entry.line } }
    return { entry, endpoint: { ...effectiveEndpoint(used, registry, reader), role, ...source } }
  })
}
