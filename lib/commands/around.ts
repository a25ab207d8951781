/** What a watcher's loop is given of this machine and this node. */
import { Failure } from '../errors.ts'
import { openNameLookup } from '../probe/names/name-lookup.ts'
import { openShared, probeOne, type Shared } from '../probe/probe.ts'
import { type ProxyFor, proxiesOf } from '../probe/proxy.ts'
import type { MirrorList } from '../registry.ts'
import { HISTORY_FILE } from '../state.ts'
import type { Reader } from '../system/files.ts'
import { gate } from '../system/gate.ts'
import type { Kept } from '../watch/adopt.ts'
import { type History, parseHistory } from '../watch/history.ts'
import type { Surroundings } from '../watch/surroundings.ts'
import type { World } from '../world.ts'
import { readBook } from './health.ts'
import type { NodeOptions } from './inputs.ts'
import { connectionsAtOnce, runtimeEnvironment } from './probe.ts'

/** A list from there is read again and again, and comes only once. */
export function onceRead(stdin: World['stdin']): World['stdin'] {
  let bytes: Promise<Buffer> | undefined
  return () => {
    bytes ??= stdin()
    return bytes
  }
}

/** Asks one endpoint after another; what that costs more than once is shared for as long as the list is the same. */
export function asker(options: NodeOptions, world: World): Surroundings['ask'] {
  const proxies = proxiesOfRuntime(options, world)
  const lookUp = openNameLookup(world.env)
  // Opened with the first probe, when what a watcher needs is open.
  let inTurn: Promise<ReturnType<typeof gate>> | undefined
  let shared: (Shared & { readonly list: MirrorList }) | undefined
  return async (endpoint, list) => {
    if (shared?.list !== list) shared = { list, ...openShared({ signal: world.signal, lookUp }) }
    const question = {
      timeoutMs: list.health.timeoutMs,
      samples: 1,
      depth: endpoint.canary === undefined ? ('ping' as const) : ('tag' as const),
      signal: world.signal,
      now: world.now,
    }
    const { trust, turn } = shared
    const proxyFor = await proxies(list)
    inTurn ??= connectionsAtOnce().then(gate)
    return await (await inTurn)(() => probeOne(endpoint, { ...question, proxyFor }, { trust, lookUp, turn }))
  }
}

/** The runtime may be started after us, and again with other proxies. */
const PROXIES_MS = 60_000

/** The proxies that the runtime has now; those that it had while it does not run, and ours before it ever did. */
function proxiesOfRuntime({ root }: NodeOptions, { env, now }: World) {
  let known = env
  let [at, proxies]: [number, Promise<ProxyFor> | undefined] = [0, undefined]
  const read = async (list: MirrorList) => {
    known = (await runtimeEnvironment(list, root).catch(notTold)) ?? known
    return proxiesOf(known)
  }
  return (list: MirrorList): Promise<ProxyFor> => {
    if (proxies === undefined || Math.abs(now() - at) >= PROXIES_MS) [at, proxies] = [now(), read(list)]
    return proxies
  }
}

export async function recall(node: Reader): Promise<Kept> {
  const [book, history] = await Promise.all([
    recalled(() => readBook(node)),
    recalled(() => readHistory(node)),
  ])
  return { book, history }
}

/** What cannot be read is not remembered: it will be found out again. */
async function recalled<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

async function readHistory(node: Reader): Promise<History | undefined> {
  const bytes = await node.read(HISTORY_FILE)
  return bytes && parseHistory(bytes.toString('utf8'))
}

/** For that alone nobody stops to watch. */
function notTold(error: unknown): undefined {
  if (!(error instanceof Failure)) throw error
}
