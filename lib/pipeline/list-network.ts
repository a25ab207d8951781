/** What is probed for a list: the endpoints of all its targets, each with the client and the proxies of its target. */
import type { MirrorList } from '../model/registry.ts'
import type { World } from '../model/world.ts'
import type { Endpoint } from '../probe/api/endpoint.ts'
import { openLookupOnDemand } from '../probe/dns/lookup-on-demand.ts'
import type { NameLookup } from '../probe/dns/name-lookup.ts'
import { groupEndpoints, type Requester } from '../probe/group-endpoints.ts'
import { type ProxyFor, proxySettings, readProxies } from '../probe/http/proxies.ts'
import { openReader } from '../system/reader.ts'
import type { PullClient } from '../targets/pull-client.ts'
import { findPullers, type Puller } from '../targets/pullers.ts'
import type { TargetTable } from '../targets/target.ts'
import { type NodeOptions, openPlace } from './open.ts'

/** What a pull on this node depends on besides the list. */
export interface Network {
  readonly lookUp: NameLookup
  readonly proxyFor: ProxyFor
  readonly pullClient: PullClient
}

/** What is requested for a list. */
export interface ListRequests {
  readonly endpoints: readonly Endpoint[]
  /** In the order of the list. */
  readonly pullers: readonly [Puller, ...Puller[]]
}

export interface ListNetwork extends ListRequests {
  /** `probedAs`: of an endpoint. */
  networkOf(probedAs: Endpoint['probedAs']): Promise<Network>
}

interface Place extends NodeOptions {
  readonly targets: TargetTable
}

/** The clients of several targets are read, to know which of them request an endpoint in the same way. */
export async function findRequests(list: MirrorList, place: Place, world: World): Promise<ListRequests> {
  const pullers = await findPullers(
    list,
    place.targets,
    openPlace(place, openReader(place.root ?? '/'), world),
  )
  const requesters = await Promise.all(pullers.map(one => requesterOf(one, pullers.length > 1, world)))
  return { endpoints: groupEndpoints(list, requesters), pullers }
}

async function requesterOf(
  puller: Puller,
  isOneOfSeveral: boolean,
  { env }: Pick<World, 'env'>,
): Promise<Requester> {
  const { name, registries, dialect } = puller
  const client = isOneOfSeveral
    ? JSON.stringify([await puller.readClient(), proxySettings((await puller.readEnvironment()) ?? env)])
    : ''
  return { name, registries, dialect, client }
}

/** With the proxies and the client of the runtime where it is known; probes that share it look a name up once. */
export async function openNetwork(list: MirrorList, place: Place, world: World): Promise<ListNetwork> {
  const requests = await findRequests(list, place, world)
  const lookUp = openLookupOnDemand(world.env)
  const known = new Map<Puller, Promise<Network>>()
  const networkOf: ListNetwork['networkOf'] = probedAs => {
    const puller = pullerFor(probedAs, requests)
    const network = known.get(puller) ?? readNetwork(puller, lookUp, world)
    known.set(puller, network)
    return network
  }
  return { ...requests, networkOf }
}

/** The target whose client probes an endpoint. */
function pullerFor(probedAs: Endpoint['probedAs'], { pullers }: Pick<ListRequests, 'pullers'>): Puller {
  return pullers.find(({ name }) => name === probedAs) ?? pullers[0]
}

async function readNetwork(puller: Puller, lookUp: NameLookup, { env }: World): Promise<Network> {
  const proxyFor = readProxies((await puller.readEnvironment()) ?? env)
  return { lookUp, pullClient: await puller.readClient(), proxyFor }
}
