/** TCP to one of several addresses, in the order and with the timing of Go, so that the verdict is that of a pull. */
import type { LookupAddress } from 'node:dns'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { codedError } from '../../system/coded-error.ts'
import { onAbort } from '../../system/on-abort.ts'
import { DIAL_TIMEOUT } from './error-codes.ts'
import { destroyOnAbort, waitUntilReady } from './socket-events.ts'

/** After this the other family of addresses is tried too (net/dial.go fallbackDelay; RFC 6555). */
const FALLBACK_MS = 300
/** The minimum for one address, as far as there is time left (net/dial.go partialDeadline). */
const MIN_ATTEMPT_MS = 2000

const CONNECTED = codedError('CONNECTED')

export interface ConnectOptions {
  readonly addresses: readonly LookupAddress[]
  readonly port: number
  /** A time of performance.now(), at which `signal` is expected to abort. */
  readonly deadline: number
  readonly signal: AbortSignal
}

/**
 * The first connection that is established. Addresses of one family are tried one after another, those of the other
 * family beside them after a short delay (net/dial.go dialParallel, dialSerial). Rejects with the error of the only
 * address, or with an AggregateError of all.
 */
export async function connectToAny({ addresses, signal, ...target }: ConnectOptions): Promise<net.Socket> {
  const done = new AbortController()
  const release = onAbort(signal, () => done.abort(signal.reason))
  const connect = (some: readonly LookupAddress[]) =>
    connectInTurn({ ...target, addresses: some, signal: done.signal })
  const isFirst = ({ family }: LookupAddress) => family === addresses[0]?.family
  const others = addresses.filter(address => !isFirst(address))
  const first = connect(addresses.filter(isFirst))
  const second = () => waitForFallback(first, done.signal).then(() => connect(others))
  try {
    return await Promise.any(others.length === 0 ? [first] : [first, second()])
  } catch (error) {
    throw flatten(error)
  } finally {
    release()
    // With a reason: without one, each connection would cost an error with its stack.
    done.abort(CONNECTED)
  }
}

/** Resolves when the first family has failed, or after the delay. */
async function waitForFallback(first: Promise<unknown>, done: AbortSignal): Promise<void> {
  const failed = first.then(
    () => Promise.reject(CONNECTED),
    () => {},
  )
  await Promise.race([failed, sleep(FALLBACK_MS, undefined, { signal: done })])
}

async function connectInTurn({ addresses, port, deadline, signal }: ConnectOptions): Promise<net.Socket> {
  const errors: unknown[] = []
  for (const [i, { address }] of addresses.entries()) {
    signal.throwIfAborted()
    const left = Math.max(0, deadline - performance.now())
    const remaining = addresses.length - i
    // The last address gets all the time that is left.
    const ms = remaining === 1 ? undefined : Math.max(left / remaining, Math.min(MIN_ATTEMPT_MS, left))
    try {
      return await connect(address, port, ms, signal)
    } catch (error) {
      errors.push(error)
    }
  }
  throw new AggregateError(errors)
}

async function connect(
  host: string,
  port: number,
  ms: number | undefined,
  signal: AbortSignal,
): Promise<net.Socket> {
  const socket = net.connect({ host, port, noDelay: true })
  const expire = () => socket.destroy(codedError(DIAL_TIMEOUT))
  const timer = ms === undefined ? undefined : setTimeout(expire, ms)
  const release = destroyOnAbort(socket, signal)
  try {
    await waitUntilReady(socket, 'connect')
    return socket
  } finally {
    clearTimeout(timer)
    release()
  }
}

/** A single error, or one AggregateError of all. */
function flatten(error: unknown): unknown {
  const all = leavesOf(error)
  return all.length === 1 ? all[0] : new AggregateError(all)
}

function leavesOf(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(leavesOf) : [error]
}
