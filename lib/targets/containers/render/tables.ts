/** The tables that a list makes, with what they keep of tables that they replace. Pure. */
import type { TomlKeys } from '../../../formats/toml/text.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { RegistryTable } from '../files/config-file.ts'
import { locationProblem } from '../files/references.ts'
import type { DropInTable } from './drop-in.ts'
import { endpointsOf, type ListedEndpoint, mirrorEndpoints, serverEndpoint } from './locations.ts'

/** A registry with the tables that a pull of it would use without those of regmirror. */
export interface Replacing {
  readonly registry: Registry
  readonly former: readonly RegistryTable[]
}

/** What a registry has besides its mirrors. */
export interface Head {
  readonly prefix: string
  readonly location: string
  readonly insecure: boolean
  readonly blocked: boolean
}

export function tableOf({ registry, former }: Replacing): DropInTable {
  const head = headOf({ registry, former })
  const digestOnly = former.some(table => table.digestOnly)
  return {
    keys: headKeys(head),
    mirrors: distinct(mirrorEndpoints(registry)).map(one => mirrorKeys(one, digestOnly)),
  }
}

/**
 * Location, insecure and blocked of a table that is replaced stay, where the list does not say otherwise. A blocked table
 * blocks its own prefix only, so that its location must be the same (newDockerClient, image/docker/docker_client.go@image/v5.39.2).
 */
export function headOf({ registry, former }: Replacing): Head {
  const blocked = !registry.fallback || former.some(table => table.blocked)
  const server = blocked ? undefined : serverEndpoint(registry)
  const location = blocked ? registry.name : (server?.location ?? keptLocation(registry.name, former))
  const isSame = (table: RegistryTable) => (table.location || registry.name) === location
  return {
    prefix: registry.name,
    location,
    insecure: server?.insecure ?? former.some(table => table.insecure && isSame(table)),
    blocked,
  }
}

function keptLocation(name: string, former: readonly RegistryTable[]): string {
  const table = former.find(({ prefix }) => prefix === name)
  return table?.location || name
}

function headKeys({ prefix, location, insecure, blocked }: Head): TomlKeys {
  return { prefix, location, ...(insecure && { insecure }), ...(blocked && { blocked }) }
}

function mirrorKeys({ location, insecure, connection }: ListedEndpoint, digestOnly: boolean): TomlKeys {
  const resolves =
    !('capabilities' in connection) || (connection.capabilities as readonly string[]).includes('resolve')
  return {
    location,
    ...(insecure && { insecure }),
    ...((digestOnly || !resolves) && { 'pull-from-mirror': 'digest-only' }),
  }
}

/** A mirror that is listed twice, such as over http and https, is tried once. */
function distinct(endpoints: readonly ListedEndpoint[]): readonly ListedEndpoint[] {
  const seen = new Set<string>()
  return endpoints.filter(({ location }) => seen.size !== seen.add(location).size)
}

/** Locations with which every pull of the registry fails, whatever its other mirrors. */
export function locationConflicts(registries: readonly Registry[]): readonly Issue[] {
  return registries.flatMap(registry =>
    endpointsOf(registry).flatMap(({ location, connection: { base, place } }) => {
      const problem = base.form === 'mounted' || base.form === 'exact' ? ABOVE : locationProblem(location)
      if (problem === undefined) return []
      const message = `pulls of ${registry.name} would fail, or skip this endpoint: the location ${location} ${problem}`
      return [{ file: place.file, line: place.line, column: place.column, message, hint: HINT }]
    }),
  )
}

const ABOVE = 'has its path before /v2, and pulls would request it after /v2'
const HINT = 'correct the URL, or leave the registry to other runtimes with targets = […]'

/** Tables of one location must agree, or no file is read at all. */
export function headConflicts(tables: readonly Replacing[]): readonly Issue[] {
  const heads = tables.map(one => ({ ...headOf(one), place: one.registry.place }))
  return heads.flatMap((head, i) => {
    const other = heads.slice(0, i).find(({ location }) => location === head.location)
    const key = (['insecure', 'blocked'] as const).find(name => other && other[name] !== head[name])
    if (other === undefined || key === undefined) return []
    const { file, line, column } = head.place
    const message = `${head.prefix} and ${other.prefix} have the server ${head.location}, but only one of them has ${key} = true, which every pull refuses`
    const what = key === 'blocked' ? 'fallback' : 'TLS settings of the server'
    return [{ file, line, column, message, hint: `give both the same ${what}` }]
  })
}
