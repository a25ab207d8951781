/** How a watcher probes: one endpoint at a time, with what costs much shared between the probes. */
import { Failure } from '../../model/errors.ts'
import type { MirrorList, Registry } from '../../model/registry.ts'
import type { World } from '../../model/world.ts'
import { type NodeOptions, openMachine } from '../../pipeline/open.ts'
import { maxConnections, openSystemRoots } from '../../pipeline/probe-list.ts'
import { type Endpoint, holdsSecret } from '../../probe/api/endpoint.ts'
import { openLookupOnDemand } from '../../probe/dns/lookup-on-demand.ts'
import { type ProxyFor, readProxies } from '../../probe/http/proxies.ts'
import { openSharedContext, probeOne, type SharedContext } from '../../probe/probe.ts'
import { monotonicMs } from '../../system/clocks.ts'
import { limitConcurrency } from '../../system/concurrency.ts'
import { findPullSource } from '../../targets/pullers.ts'
import type { TargetTable } from '../../targets/target.ts'
import type { Host } from './host.ts'

export interface ProberOptions extends NodeOptions {
  readonly targets: TargetTable
}

export interface Prober {
  readonly probe: Host['probe']
  /** Before the next probe, what was read from this machine is read again. */
  expire(): void
}

/** Probes share certificates and lookups for as long as the list and the certificates of the system stay the same. */
export function openProber(options: ProberOptions, world: World): Prober {
  const readers = openReaders(options, world)
  const lookUp = openLookupOnDemand(world.env)
  // Counted with the first probe, when the watcher has opened what it needs itself.
  let inTurn: Promise<ReturnType<typeof limitConcurrency>> | undefined
  let shared: (SharedContext & { readonly list: MirrorList }) | undefined
  // Stays true: a mirror may send back what an earlier list gave it.
  let secretSent = false
  const probe: Prober['probe'] = async (endpoint, list) => {
    const runtime = await readers.read(list, endpoint.probedAs)
    if (shared?.list !== list) {
      shared = { list, ...openSharedContext({ readRoots: readers.roots, signal: world.signal, lookUp }) }
      secretSent ||= list.registries.some(sendsSecret)
    }
    secretSent ||= runtime.proxyFor.holdsSecret
    const { trust, turn } = shared
    const how = {
      ...runtime,
      timeoutMs: list.health.timeoutMs,
      samples: 1,
      depth: watchDepth(endpoint, list),
      fewRequests: true,
      signal: world.signal,
      now: world.now,
      secretSent: () => secretSent,
    }
    inTurn ??= maxConnections().then(limitConcurrency)
    return await (await inTurn)(() => probeOne(endpoint, how, { trust, lookUp, turn }))
  }
  return { probe, expire: readers.expire }
}

function sendsSecret({ mirrors, server }: Registry): boolean {
  return mirrors.some(holdsSecret) || (server !== undefined && holdsSecret(server))
}

/**
 * A server gets more than a ping only if it refuses that: it may require credentials that only the kubelet has.
 */
function watchDepth({ role }: Endpoint, { health }: MirrorList): 'ping' | 'head' {
  return health.depth === 'ping' || role === 'server' ? 'ping' : 'head'
}

/** What probes depend on besides the list: the proxies and the client of each runtime, the certificates of the system. */
function openReaders(options: ProberOptions, world: World) {
  const now = () => monotonicMs(world)
  const files = openSystemRoots(world)
  const certificates = openCache(CERTIFICATES_MS, now, files.read)
  // By the target whose client probes.
  const runtimes = new Map<Endpoint['probedAs'], ReturnType<typeof openRuntime>>()
  return {
    read: async (list: MirrorList, probedAs: Endpoint['probedAs']) => {
      const runtime = runtimes.get(probedAs) ?? openRuntime(probedAs, options, world)
      runtimes.set(probedAs, runtime)
      return await runtime.read(list)
    },
    roots: certificates.read,
    expire: () => {
      files.expire()
      certificates.expire()
      for (const runtime of runtimes.values()) runtime.expire()
    },
  }
}

/** The client of one target, and its proxies: while it does not run, those it had last; before it ever ran, those of regmirror. */
function openRuntime(probedAs: Endpoint['probedAs'], options: ProberOptions, world: World) {
  const now = () => monotonicMs(world)
  let environment = world.env
  const sources = openCache(RUNTIME_MS, now, async (list: MirrorList) =>
    findPullSource(probedAs, list, options.targets, openMachine(options, world)),
  )
  const proxies = openCache(RUNTIME_MS, now, async (list: MirrorList): Promise<ProxyFor> => {
    const source = await sources.read(list)
    environment = (await source.readEnvironment().catch(ignoreFailure)) ?? environment
    return readProxies(environment)
  })
  const clients = openCache(RUNTIME_MS, now, async (list: MirrorList) =>
    (await sources.read(list)).readClient(),
  )
  return {
    read: async (list: MirrorList) => ({
      proxyFor: await proxies.read(list),
      pullClient: await clients.read(list),
    }),
    expire: () => {
      for (const cache of [sources, proxies, clients]) cache.expire()
    },
  }
}

/** The runtime may be started after the watcher, and restarted with other proxies or in another release. */
const RUNTIME_MS = 60_000
/** Between two checks of the files of the system's certificates. */
const CERTIFICATES_MS = 10_000

/** Keeps the value of the latest key for some time, or until it is expired. */
function openCache<Key extends readonly unknown[], Value>(
  ms: number,
  now: () => number,
  readValue: (...key: Key) => Promise<Value>,
) {
  let last: { readonly at: number; readonly key: Key; readonly value: Promise<Value> } | undefined
  return {
    read: (...key: Key): Promise<Value> => {
      const isKnown = last?.key.every((part, i) => part === key[i]) && now() - last.at < ms
      if (last === undefined || !isKnown) last = { at: now(), key, value: readValue(...key) }
      return last.value
    },
    expire: () => {
      last = undefined
    },
  }
}

/** No reason for a watcher to stop. */
function ignoreFailure(error: unknown): undefined {
  if (!(error instanceof Failure)) throw error
}
