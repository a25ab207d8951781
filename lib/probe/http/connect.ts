/** TCP to one of several addresses, as Go goes about it: with other manners a mirror would be well here that is not there. */
import type { LookupAddress } from 'node:dns'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { coded } from './coded-error.ts'

/** Code of the error when no connection came about in time. */
export const DIAL_TIMEOUT = 'DIAL_TIMEOUT'

/** When the other family of addresses is tried too (net/dial.go fallbackDelay; RFC 6555). */
const FALLBACK_MS = 300
/** What an address is given at least, where there is that much left (net/dial.go partialDeadline). */
const LEAST_MS = 2000

/**
 * The first connection that comes about. Addresses of one family are tried one after another, those of the other
 * beside them after a moment (net/dial.go dialParallel, dialSerial). `deadline` is a time of performance.now(), at which
 * `end` is expected to come. Rejects with the error of the only address, or an AggregateError of all.
 */
export async function connectToAny(
  addresses: readonly LookupAddress[],
  port: number,
  deadline: number,
  end: AbortSignal,
): Promise<net.Socket> {
  const over = new AbortController()
  const release = onEnd(end, () => over.abort(end.reason))
  const attempts = (some: readonly LookupAddress[]) => serially(some, port, deadline, over.signal)
  const isFirst = ({ family }: LookupAddress) => family === addresses[0]?.family
  const others = addresses.filter(address => !isFirst(address))
  const first = attempts(addresses.filter(isFirst))
  const second = () => unlessWon(first, over.signal).then(() => attempts(others))
  try {
    return await Promise.any(others.length === 0 ? [first] : [first, second()])
  } catch (error) {
    throw flat(error)
  } finally {
    release()
    over.abort()
  }
}

/** Resolves when the first have failed, or have had a moment. */
async function unlessWon(first: Promise<unknown>, over: AbortSignal): Promise<void> {
  const lost = first.then(
    () => Promise.reject(coded('WON')),
    () => {},
  )
  await Promise.race([lost, sleep(FALLBACK_MS, undefined, { signal: over })])
}

async function serially(
  addresses: readonly LookupAddress[],
  port: number,
  deadline: number,
  over: AbortSignal,
): Promise<net.Socket> {
  const errors: unknown[] = []
  for (const [i, { address }] of addresses.entries()) {
    over.throwIfAborted()
    const left = Math.max(0, deadline - performance.now())
    const others = addresses.length - i
    // The last has all that is left.
    const ms = others === 1 ? undefined : Math.max(left / others, Math.min(LEAST_MS, left))
    try {
      return await attempt(address, port, ms, over)
    } catch (error) {
      errors.push(error)
    }
  }
  throw new AggregateError(errors)
}

async function attempt(
  host: string,
  port: number,
  ms: number | undefined,
  over: AbortSignal,
): Promise<net.Socket> {
  const socket = net.connect({ host, port, noDelay: true })
  const late = () => socket.destroy(coded(DIAL_TIMEOUT))
  const timer = ms === undefined ? undefined : setTimeout(late, ms)
  const release = endWith(socket, over)
  try {
    await ready(socket, 'connect')
    return socket
  } finally {
    clearTimeout(timer)
    release()
  }
}

/** Resolves with the event; rejects with what ends the socket before it. */
export async function ready(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once(event, resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(coded('ECONNRESET')))
  })
}

/** Destroys the socket with the reason of the signal; returns how to leave it be. */
export function endWith(socket: net.Socket, end: AbortSignal): () => void {
  return onEnd(end, () => socket.destroy(end.reason))
}

/** Acts when the signal comes, or has come; returns how to leave it be. */
export function onEnd(end: AbortSignal, act: () => void): () => void {
  if (end.aborted) act()
  end.addEventListener('abort', act, { once: true })
  return () => end.removeEventListener('abort', act)
}

/** One error, or all of them side by side. */
function flat(error: unknown): unknown {
  const all = leavesOf(error)
  return all.length === 1 ? all[0] : new AggregateError(all)
}

function leavesOf(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(leavesOf) : [error]
}
