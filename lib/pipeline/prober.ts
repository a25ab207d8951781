/** What a watcher's loop is given of this machine and this node. */

import { Failure } from '../model/errors.ts'
import type { MirrorList } from '../model/registry.ts'
import type { World } from '../model/world.ts'
import { holdsSecret } from '../probe/api/endpoint.ts'
import { type ProxyFor, readProxies } from '../probe/http/proxies.ts'
import type { Roots } from '../probe/http/system-roots.ts'
import { openNameLookup } from '../probe/names/name-lookup.ts'
import { openSharedContext, probeOne, type SharedContext } from '../probe/probe.ts'
import { monotonicMs } from '../system/clocks.ts'
import { limitConcurrency } from '../system/concurrency.ts'
import type { Host } from '../watch/host/host.ts'
import type { NodeOptions } from './open.ts'
import { connectionsAtOnce, rootsOf, runtimeEnvironment } from './probe-list.ts'

/** A list from there is read again and again, and comes only once. */
export function onceRead(stdin: World['stdin']): World['stdin'] {
  let bytes: Promise<Buffer> | undefined
  return most => {
    bytes ??= stdin(most)
    return bytes
  }
}

export interface Prober {
  readonly ask: Host['probe']
  /** What it has read of this machine is read again before the next question. */
  readonly readAgain: () => void
}

/**
 * Asks one endpoint after another; what that costs more than once is shared for as long as the list and the system's
 * certificates are the same.
 */
export function openProber(options: NodeOptions, world: World): Prober {
  const now = () => monotonicMs(world)
  const proxies = rarely(PROXIES_MS, now, proxiesOfRuntime(options, world))
  const files = rootsOf(world)
  const certificates = rarely(CERTIFICATES_MS, now, files.read)
  const lookUp = openNameLookup(world.env)
  // Opened with the first probe, when what a watcher needs is open.
  let inTurn: Promise<ReturnType<typeof limitConcurrency>> | undefined
  let shared: (SharedContext & { readonly list: MirrorList; readonly roots: Roots }) | undefined
  // For good: a mirror may say back what an earlier list gave it.
  let secretSent = false
  const ask: Prober['ask'] = async (endpoint, list) => {
    const [proxyFor, roots] = await Promise.all([proxies.read(list), certificates.read()])
    secretSent ||= proxyFor.holdsSecret || list.registries.some(({ mirrors }) => mirrors.some(holdsSecret))
    if (shared?.list !== list || shared.roots !== roots)
      shared = { list, roots, ...openSharedContext({ roots, signal: world.signal, lookUp }) }
    const question = {
      timeoutMs: list.health.timeoutMs,
      samples: 1,
      depth: endpoint.canary === undefined ? ('ping' as const) : ('head' as const),
      signal: world.signal,
      now: world.now,
      secretSent: () => secretSent,
    }
    const { trust, turn } = shared
    inTurn ??= connectionsAtOnce().then(limitConcurrency)
    return await (await inTurn)(() => probeOne(endpoint, { ...question, proxyFor }, { trust, lookUp, turn }))
  }
  const readAgain = () => {
    files.expire()
    proxies.expire()
    certificates.expire()
  }
  return { ask, readAgain }
}

/** The runtime may be started after us, and again with other proxies. */
const PROXIES_MS = 60_000
/** Between two looks at the files of the system's certificates. */
const CERTIFICATES_MS = 10_000

/** Reads at most once in so many milliseconds, and once more when that has expired. */
function rarely<G extends readonly unknown[], V>(
  ms: number,
  now: () => number,
  readNow: (...given: G) => Promise<V>,
) {
  let last: { readonly at: number; readonly value: Promise<V> } | undefined
  return {
    read: (...given: G): Promise<V> => {
      if (last === undefined || now() - last.at >= ms) last = { at: now(), value: readNow(...given) }
      return last.value
    },
    expire: () => {
      last = undefined
    },
  }
}

/** The proxies that the runtime has now; those that it had while it does not run, and ours before it ever did. */
function proxiesOfRuntime({ root }: NodeOptions, world: World) {
  let known = world.env
  return async (list: MirrorList): Promise<ProxyFor> => {
    known = (await runtimeEnvironment(list, root, world).catch(notTold)) ?? known
    return readProxies(known)
  }
}

/** For that alone nobody stops to watch. */
function notTold(error: unknown): undefined {
  if (!(error instanceof Failure)) throw error
}
