/** Many endpoints at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Probe } from '../report.ts'
import type { Endpoint } from './endpoints.ts'
import { type PingOptions, ping } from './ping.ts'
import { openTrust } from './trust.ts'

export interface ProbeOptions extends Omit<PingOptions, 'trust' | 'turn'> {
  /** Endpoints asked at the same time, 256 if left out. */
  readonly concurrency?: number | undefined
  /** Called once for every endpoint as soon as it is known, in no order. */
  readonly onProbe?: ((probe: Probe) => void) | undefined
}

const DEFAULT_CONCURRENCY = 256
/**
 * An exchange over TLS costs two milliseconds of work or so. Begun all at once they would wait for each other,
 * and that wait would be taken for the mirrors': 190 ms instead of 4 where 64 on loopback were asked together.
 */
const PACE_MS = 5

/** Asks all; answers in the order of `endpoints`. What is listed for several registries is asked once. */
export async function probeAll(
  endpoints: readonly Endpoint[],
  { concurrency = DEFAULT_CONCURRENCY, onProbe, ...options }: ProbeOptions,
): Promise<readonly Probe[]> {
  const trust = openTrust()
  const asked = new Map<string, Promise<Probe>>()
  const inTurn = gate(concurrency)
  const turn = pace(PACE_MS, options.signal)
  const one = async (endpoint: Endpoint) => {
    const question = questionOf(endpoint)
    const answer = asked.get(question) ?? inTurn(() => ping(endpoint, { ...options, trust, turn }))
    asked.set(question, answer)
    const { registry, role } = endpoint
    const probe = { ...(await answer), registry, role }
    onProbe?.(probe)
    return probe
  }
  return await Promise.all(endpoints.map(one))
}

/** Equal for endpoints that are asked in the same way. */
function questionOf({ registry: _, role: __, ...question }: Endpoint): string {
  return JSON.stringify(question)
}

/** Lets `width` acts run at the same time, the others wait in line. */
function gate(width: number): <T>(act: () => Promise<T>) => Promise<T> {
  let free = Math.max(1, width)
  const line: (() => void)[] = []
  return async act => {
    if (free > 0) free -= 1
    else await new Promise<void>(go => line.push(go))
    try {
      return await act()
    } finally {
      const next = line.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

/** Lets one act begin every `ms`, later where the program is behind with its work; at once when told to stop. */
function pace(ms: number, signal: AbortSignal | undefined): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    const mine = last
    last = mine.then(() => (signal?.aborted ? undefined : sleep(ms)))
    return mine
  }
}
