/** Looks names up as containerd does. However many names hang, the others get their answers. */
import type { LookupAddress } from 'node:dns'
import { onEnd } from '../http/connect.ts'
import { isSilence } from './lookup-fault.ts'
import { openNameSystem, type ReadNameSystem } from './name-system.ts'
import { type LookupOrder, lookupOrder } from './nsswitch.ts'
import { ownLookup } from './own-lookup.ts'
import { type Lines, openLines } from './resolver-lines.ts'
import { assertSocketsLeft } from './sockets.ts'
import { systemLookup, systemPlaces } from './system-lookup.ts'

/** A lookup whose turn has come. */
export interface Lookup {
  /** Rejects with `ENOTFOUND`, `ENODATA`, an error of lookupFault(), or the reason of the signal. */
  readonly addresses: Promise<readonly LookupAddress[]>
}

/**
 * Resolves once the lookup has begun: what it waited for until then is no fault of the name. Rejects with the reason
 * of `end` if that comes first. The same name is looked up once at a time, whoever asks; nothing is kept.
 */
export type NameLookup = (name: string, end: AbortSignal) => Promise<Lookup>

/** Each with two sockets, one a family of addresses. */
const OWN_PLACES = 32

/** A lookup that several may wait for. */
interface Running {
  readonly begun: Promise<void>
  readonly addresses: Promise<readonly LookupAddress[]>
  waiting: number
  /** Aborted when nobody waits any more. */
  readonly end: AbortController
}

/** `env` counts as it does in containerd: LOCALDOMAIN, RES_OPTIONS, HOSTALIASES; UV_THREADPOOL_SIZE is this process'. */
export function openNameLookup(env: Readonly<Record<string, string | undefined>>): NameLookup {
  const running = new Map<string, Running>()
  const present = openNameSystem(env)
  const lines = { own: openLines(OWN_PLACES), system: openLines(systemPlaces(env)) }
  const run = (name: string) => {
    const started = start(name, present, lines)
    running.set(name, started)
    const over = () => {
      if (running.get(name) === started) running.delete(name)
    }
    started.addresses.then(over, over)
    return started
  }
  return async (name, end) => {
    end.throwIfAborted()
    const lookup = running.get(name) ?? run(name)
    const addresses = waitFor(lookup, end, () => running.get(name) === lookup && running.delete(name))
    addresses.catch(() => {})
    await Promise.race([lookup.begun, addresses])
    return { addresses }
  }
}

/** Rejects with the reason of `end`; the last who leaves ends the lookup. */
async function waitFor(
  lookup: Running,
  end: AbortSignal,
  abandoned: () => void,
): Promise<readonly LookupAddress[]> {
  lookup.waiting += 1
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const release = onEnd(end, () => reject(end.reason))
  try {
    return await Promise.race([lookup.addresses, ended])
  } finally {
    release()
    lookup.waiting -= 1
    if (lookup.waiting === 0) {
      abandoned()
      lookup.end.abort()
    }
  }
}

function start(
  name: string,
  present: () => Promise<ReadNameSystem>,
  lines: Readonly<Record<'own' | 'system', Lines>>,
): Running {
  const end = new AbortController()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const addresses = (async () => {
    const order = lookupOrder(name, await present())
    const line = order === 'system' ? lines.system : lines.own
    const leave = await line.enter(name, end.signal)
    begin()
    const release = onEnd(end.signal, () => line.note(name, false))
    try {
      const found = await act(name, order, present, end.signal)
      if (!end.signal.aborted) line.note(name, true)
      return found
    } catch (error) {
      if (!end.signal.aborted) line.note(name, !isSilence(error))
      throw error
    } finally {
      release()
      leave()
    }
  })()
  addresses.catch(() => {})
  return { begun, addresses, waiting: 0, end }
}

/** The files are read when its turn has come: the wait may have been long. */
async function act(
  name: string,
  order: LookupOrder,
  present: () => Promise<ReadNameSystem>,
  end: AbortSignal,
): Promise<readonly LookupAddress[]> {
  try {
    return order === 'system' ? await systemLookup(name) : await ownLookup(name, order, await present(), end)
  } catch (error) {
    if (!end.aborted) await assertSocketsLeft()
    throw error
  }
}
