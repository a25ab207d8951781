/** Looks names up as containerd does. Names that hang do not delay the others. */
import type { LookupAddress } from 'node:dns'
import { onAbort } from '../../system/on-abort.ts'
import { lookUpAsGo } from './go-lookup.ts'
import { countLibcLookups, lookUpWithLibc } from './libc-lookup.ts'
import { isLookupTimeout } from './lookup-error.ts'
import { type LookupQueues, openLookupQueues } from './lookup-queues.ts'
import { openNameSettings, type ReadNameSettings } from './name-settings.ts'
import { type LookupOrder, lookupOrder } from './nsswitch.ts'
import { assertSocketAvailable } from './sockets.ts'

/** A lookup that has started. */
export interface Lookup {
  /** Rejects with `ENOTFOUND`, `ENODATA`, lookupError(), or the reason of the signal. */
  readonly addresses: Promise<readonly LookupAddress[]>
}

/**
 * Resolves once the lookup has started: the time before that was spent in a queue. Rejects with the reason of `signal`.
 * Concurrent lookups of one name are one lookup; results are not cached.
 */
export type NameLookup = (name: string, signal: AbortSignal) => Promise<Lookup>

/** Each lookup opens two sockets, one for each family of addresses. */
const GO_LOOKUPS = 32

/** A lookup that several callers may wait for. */
interface SharedLookup {
  readonly started: Promise<void>
  readonly addresses: Promise<readonly LookupAddress[]>
  waiters: number
  /** Aborted when no caller waits any more. */
  readonly abort: AbortController
}

/** What all lookups use. */
interface Resolver {
  readonly readSettings: ReadNameSettings
  readonly queues: Readonly<Record<'go' | 'libc', LookupQueues>>
}

/** Of `env`, LOCALDOMAIN, RES_OPTIONS and HOSTALIASES count as in containerd, and UV_THREADPOOL_SIZE as in Node. */
export function openNameLookup(env: Readonly<Record<string, string | undefined>>): NameLookup {
  const running = new Map<string, SharedLookup>()
  const queues = { go: openLookupQueues(GO_LOOKUPS), libc: openLookupQueues(countLibcLookups(env)) }
  const resolver = { readSettings: openNameSettings(env), queues }
  const forget = (name: string, lookup: SharedLookup) => {
    if (running.get(name) === lookup) running.delete(name)
  }
  const start = (name: string) => {
    const lookup = startLookup(name, resolver)
    running.set(name, lookup)
    const ended = () => forget(name, lookup)
    lookup.addresses.then(ended, ended)
    return lookup
  }
  return async (name, signal) => {
    signal.throwIfAborted()
    const lookup = running.get(name) ?? start(name)
    const addresses = waitFor(lookup, signal, () => forget(name, lookup))
    addresses.catch(() => {})
    await Promise.race([lookup.started, addresses])
    return { addresses }
  }
}

/** Rejects with the reason of `signal`. The last waiter that leaves aborts the lookup. */
async function waitFor(
  lookup: SharedLookup,
  signal: AbortSignal,
  abandoned: () => void,
): Promise<readonly LookupAddress[]> {
  lookup.waiters += 1
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const release = onAbort(signal, () => reject(signal.reason))
  try {
    return await Promise.race([lookup.addresses, aborted])
  } finally {
    release()
    lookup.waiters -= 1
    if (lookup.waiters === 0) {
      abandoned()
      lookup.abort.abort()
    }
  }
}

function startLookup(name: string, resolver: Resolver): SharedLookup {
  const abort = new AbortController()
  const { promise: started, resolve } = Promise.withResolvers<void>()
  const addresses = lookUpInTurn(name, resolver, abort.signal, resolve)
  addresses.catch(() => {})
  return { started, addresses, waiters: 0, abort }
}

async function lookUpInTurn(
  name: string,
  { readSettings, queues }: Resolver,
  signal: AbortSignal,
  started: () => void,
): Promise<readonly LookupAddress[]> {
  const order = lookupOrder(name, await readSettings())
  const queue = order === 'system' ? queues.libc : queues.go
  const leave = await queue.enter(name, signal)
  started()
  const release = onAbort(signal, () => queue.record(name, false))
  try {
    const found = await lookUpNow(name, order, readSettings, signal)
    if (!signal.aborted) queue.record(name, true)
    return found
  } catch (error) {
    if (!signal.aborted) queue.record(name, !isLookupTimeout(error))
    throw error
  } finally {
    release()
    leave()
  }
}

/** Reads the settings again, since the lookup may have waited for long. */
async function lookUpNow(
  name: string,
  order: LookupOrder,
  readSettings: ReadNameSettings,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  try {
    if (order === 'system') return await lookUpWithLibc(name)
    return await lookUpAsGo(name, order, await readSettings(), signal)
  } catch (error) {
    if (!signal.aborted) await assertSocketAvailable()
    throw error
  }
}
