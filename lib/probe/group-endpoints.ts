/** The endpoints of a list for all its targets: one for those that request it in the same way. Pure. */
import { baseUrl, type MirrorList } from '../model/registry.ts'
import type { TargetRegistries } from '../model/target-registries.ts'
import type { Dialect } from '../targets/dialect.ts'
import { type Endpoint, probeKey } from './api/endpoint.ts'
import { listEndpoints } from './endpoints.ts'

/** A target as far as it decides which requests are sent. */
export interface Requester extends TargetRegistries {
  readonly dialect: Dialect
  /** Equal where the HTTP client and its proxies are the same. */
  readonly client: string
}

interface Requested {
  readonly endpoint: Endpoint
  readonly by: Requester
}

/**
 * In the order of the list. Where all targets that have an endpoint request it in the same way, it is there once, and with
 * one target alone it does not name it.
 */
export function groupEndpoints(
  list: Pick<MirrorList, 'registries'>,
  requesters: readonly Requester[],
): readonly Endpoint[] {
  const places = Map.groupBy(
    requesters.flatMap(by => listEndpoints(by, by.dialect).map((endpoint): Requested => ({ endpoint, by }))),
    ({ endpoint }) => placeOf(endpoint),
  )
  const first = requesters[0]?.name
  return placesOf(list).flatMap(place => groupsAt(places.get(place) ?? [], first))
}

/** A registry has one server, whose URL may depend on the target. */
function placeOf({ registry, role, base }: Pick<Endpoint, 'registry' | 'role' | 'base'>): string {
  return role === 'server' ? `${registry} server` : `${registry} mirror ${baseUrl(base)}`
}

function placesOf({ registries }: Pick<MirrorList, 'registries'>): readonly string[] {
  return registries.flatMap(({ name, mirrors }) => [
    ...mirrors.map(({ base }) => placeOf({ registry: name, role: 'mirror', base })),
    `${name} server`,
  ])
}

function groupsAt(requested: readonly Requested[], first: string | undefined): readonly Endpoint[] {
  const groups = [
    ...Map.groupBy(requested, ({ endpoint, by }) => `${by.client} ${probeKey(endpoint)}`).values(),
  ]
  return groups.flatMap(group => {
    const [one] = group
    if (one === undefined) return []
    const probedAs = one.by.name === first ? {} : { probedAs: one.by.name }
    const targets = groups.length === 1 ? {} : { targets: group.map(({ by }) => by.name) }
    return [{ ...one.endpoint, ...probedAs, ...targets }]
  })
}
