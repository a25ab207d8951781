/** What a watcher's loop is given of this machine and this node. */
import { Failure } from '../errors.ts'
import { probeOne } from '../probe/probe.ts'
import { type ProxyFor, proxiesOf } from '../probe/proxy.ts'
import { HISTORY_FILE } from '../state.ts'
import type { Reader } from '../system/files.ts'
import type { Kept } from '../watch/adopt.ts'
import { type History, parseHistory } from '../watch/history.ts'
import type { Surroundings } from '../watch/surroundings.ts'
import type { World } from '../world.ts'
import { readBook } from './health.ts'
import type { NodeOptions } from './inputs.ts'
import { environmentOf } from './probe.ts'

/** A list from there is read again and again, and comes only once. */
export function onceRead(stdin: World['stdin']): World['stdin'] {
  let bytes: Promise<Buffer> | undefined
  return () => {
    bytes ??= stdin()
    return bytes
  }
}

export function asker(options: NodeOptions, world: World): Surroundings['ask'] {
  let proxies: Promise<ProxyFor | undefined> | undefined
  return async (endpoint, list) => {
    proxies ??= environmentOf(list, options.root, world).catch(ownOf(world)).then(proxiesOf)
    return await probeOne(endpoint, {
      timeoutMs: list.health.timeoutMs,
      samples: 1,
      depth: endpoint.canary === undefined ? 'ping' : 'tag',
      signal: world.signal,
      now: world.now,
      proxyFor: await proxies,
    })
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

/** Without the runtime's environment ours has to do: for that alone nobody stops to watch. */
function ownOf({ env }: World): (error: unknown) => World['env'] {
  return error => {
    if (error instanceof Failure) return env
    throw error
  }
}
