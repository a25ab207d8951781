/** What a pull of one image contacts (PullSourcesFromReference; docker_image_src.go:57-126@image/v5.39.2). Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Lookup } from '../../../model/lookup.ts'
import type { EffectiveEndpoint, ImageName, PullRoute } from '../../pull-route.ts'
import type { RegistryTable } from '../files/config-file.ts'
import { loadOrder, mergedTables } from '../files/load-order.ts'
import { findTable, matchedLength } from '../files/match.ts'
import { locationProblem } from '../files/references.ts'
import { whyRefused } from '../files/refused.ts'
import { keepsFinalSlash, type Loading } from '../release.ts'
import { hostIn } from '../render/locations.ts'
import type { Snapshot } from '../snapshot.ts'
import { certificatesOf } from './certificates.ts'
import { parseImageName } from './image-name.ts'
import { completeName } from './short-name.ts'

type Route = Omit<PullRoute, 'releases'>

export function routeOf(snapshot: Snapshot, text: string, loading: Loading): Route {
  const files = loadOrder(snapshot.files, loading)
  const full = completeName(text, files)
  if ('failure' in full) return { endpoints: [], ignored: [], ...full }
  const image = parseImageName(full.name)
  if ('problem' in image) return { endpoints: [], ignored: [], failure: { message: image.problem } }
  const [failure] = files.flatMap(file => whyRefused(file, snapshot.release))
  if (failure !== undefined) return { image, endpoints: [], ignored: [], failure }
  const route = routeOfImage(snapshot, image, mergedTables(files))
  return { image, ...route, ignored: [...full.others, ...route.ignored] }
}

function routeOfImage(snapshot: Snapshot, image: ImageName, tables: readonly RegistryTable[]): Route {
  const table = findTable(tables, nameOf(image))
  if (table === undefined)
    return { lookup: NO_TABLE(image), endpoints: [bareServer(image, snapshot)], ignored: [] }
  return { lookup: lookupOf(table, image), ...throughTable({ table, tables, image, snapshot }) }
}

function nameOf({ registry, repository }: Pick<ImageName, 'registry' | 'repository'>): string {
  return `${registry}/${repository}`
}

const NO_TABLE = ({ registry }: ImageName): Lookup => ({
  by: 'none',
  why: `no table of registries.conf has the prefix ${registry}`,
})

function lookupOf({ file, line, prefix }: RegistryTable, { registry }: ImageName): Lookup {
  const by = prefix === registry ? 'exact' : prefix.startsWith('*.') ? 'default' : 'port_twin'
  const why = `its prefix ${prefix} is the longest that the name begins with`
  return { by, path: file, ...(line !== undefined && { line }), why }
}

interface Pull {
  readonly table: RegistryTable
  readonly tables: readonly RegistryTable[]
  readonly image: ImageName
  readonly snapshot: Snapshot
}

/** A location as it is tried. */
interface Source {
  readonly location: string
  readonly insecure: boolean
  readonly role: 'mirror' | 'server'
  readonly capabilities: EffectiveEndpoint['capabilities']
  readonly line?: number | undefined
  readonly finalSlash?: boolean
}

function throughTable(pull: Pull): Pick<Route, 'endpoints' | 'ignored' | 'failure' | 'unknown'> {
  const { table, image } = pull
  const { used, ignored } = sourcesOf(table, image)
  const failing = used.flatMap(source => failureOf(source, pull))
  if (failing[0] !== undefined) return { endpoints: [], ignored, failure: failing[0] }
  const open = used.filter(({ location }) => blockingTable(location, pull) === undefined)
  const blocked = used.filter(one => !open.includes(one)).map(one => blockedIssue(one, pull))
  const all = [...ignored, ...blocked.filter(({ server }) => !server).map(({ issue }) => issue)]
  if (open.length === 0)
    return { endpoints: [], ignored, failure: blocked[0]?.issue ?? { message: 'nothing is left' } }
  const endpoints = open.map(source => endpointOf(source, pull))
  const known = endpoints.filter(endpoint => endpoint !== undefined)
  if (known.length < endpoints.length) return { endpoints: [], ignored: all, unknown: otherName(table) }
  return { endpoints: known, ignored: all }
}

function sourcesOf(table: RegistryTable, { registry, reference }: ImageName) {
  const isDigest = reference.includes(':')
  const skips = ({ pulls }: RegistryTable['mirrors'][number]) =>
    ((pulls === 'digest-only' || table.digestOnly) && !isDigest) || (pulls === 'tag-only' && isDigest)
  const ignored = table.mirrors.filter(skips).map(({ location, line }) => ({
    file: table.file,
    line,
    message: `the mirror ${location} is used for ${isDigest ? 'tags' : 'digests'} only`,
  }))
  const mirrors = table.mirrors
    .filter(mirror => !skips(mirror))
    .map(
      ({ location, insecure, line, finalSlash }): Source => ({
        location,
        insecure,
        line,
        finalSlash,
        role: 'mirror',
        capabilities: ['pull', 'resolve'],
      }),
    )
  const server: Source = {
    ...{ location: table.location || registry, insecure: table.insecure, role: 'server', line: table.line },
    capabilities: ['pull', 'resolve'],
  }
  return { used: [...mirrors, server], ignored }
}

/** The name that a location makes must be one, or the whole pull fails (rewriteReference). */
function failureOf({ location, line, finalSlash }: Source, { table, snapshot }: Pull): readonly Issue[] {
  const { release } = snapshot
  const isKept = finalSlash === true && release !== undefined && keepsFinalSlash(release)
  const problem = isKept ? 'ends in "/"' : locationProblem(location)
  if (problem === undefined) return []
  const message = `every pull with this table fails: the location ${location} ${problem}`
  return [{ file: table.file, line, message, hint: 'correct the location' }]
}

/** A location is looked up again, for `blocked` (newDockerClient, image/docker/docker_client.go@image/v5.39.2). */
function blockingTable(location: string, { tables, image, table }: Pull): RegistryTable | undefined {
  const found = findTable(tables, rewritten(location, table, image))
  return found?.blocked ? found : undefined
}

function rewritten(location: string, { prefix }: RegistryTable, image: ImageName): string {
  const name = nameOf(image)
  return location + name.slice(matchedLength(name, prefix) ?? name.length)
}

function blockedIssue(source: Source, pull: Pull) {
  const by = blockingTable(source.location, pull)
  const message = `${source.location} is blocked by the table with the prefix ${by?.prefix}`
  return { server: source.role === 'server', issue: { file: by?.file, line: by?.line, message } }
}

function otherName({ file, line, prefix }: RegistryTable): Issue {
  const message = `the table with the prefix ${prefix} gives the image another name at its location`
  return { file, line, message }
}

/** Undefined where the repository has another name there, not only another path above it. */
function endpointOf(source: Source, { table, image, snapshot }: Pull): EffectiveEndpoint | undefined {
  const { location, insecure, role, capabilities, line } = source
  const host = hostIn(location)
  const path = rewritten(location, table, image).slice(host.length + 1)
  if (path !== image.repository && !path.endsWith(`/${image.repository}`)) return undefined
  const above = path.slice(0, path.length - image.repository.length).replace(/\/$/, '')
  const rest = `${serverName(host)}/v2${above === '' ? '' : `/${above}`}`
  return {
    url: `https://${rest}`,
    ...(insecure && { plainUrl: `http://${rest}` }),
    ...{ role, capabilities, skipVerify: insecure, header: [] },
    ...certificatesOf(host, snapshot),
    source: { file: table.file, ...(line !== undefined && { line }) },
  }
}

function bareServer({ registry }: ImageName, snapshot: Snapshot): EffectiveEndpoint {
  return {
    url: `https://${serverName(registry)}/v2`,
    ...{ role: 'server', capabilities: ['pull', 'resolve'], skipVerify: false, header: [] },
    ...certificatesOf(registry, snapshot),
  }
}

function serverName(host: string): string {
  return host === 'docker.io' ? 'registry-1.docker.io' : host
}
