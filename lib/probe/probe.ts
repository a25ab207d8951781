/** Many endpoints at once, each as deep as asked. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Probe } from '../model/report.ts'
import { limitConcurrency } from '../system/concurrency.ts'
import { ping } from './api/ping.ts'
import { type Depth, type Pulled, pull } from './api/pull.ts'
import { type Endpoint, holdsSecret, questionOf } from './endpoints.ts'
import { dissentersOf, dissentFault } from './freshness.ts'
import { openBudget, type ProbeContext } from './http/exchange.ts'
import type { Roots } from './http/system-roots.ts'
import { openTrust } from './http/tls-context.ts'
import { type NameLookup, openNameLookup } from './names/name-lookup.ts'
import { judged, verdictOf } from './verdict.ts'

export interface ProbeOptions extends Omit<ProbeContext, 'trust' | 'lookUp' | 'turn' | 'budget'> {
  /** Undefined: one with an empty environment. */
  readonly lookUp?: NameLookup | undefined
  /** `ping` if left out. Without a canary none is asked deeper. */
  readonly depth?: Depth | 'tag' | undefined
  /** The system's certificates; Node's own if left out. */
  readonly roots?: Roots | undefined
  /** Exchanges that are measured, 3 if left out. */
  readonly samples?: number | undefined
  /** Endpoints asked at the same time, 256 if left out. */
  readonly concurrency?: number | undefined
  /**
   * Whether a secret was given to anybody so far: a mirror may say back what the same server was given under another
   * name. Read after the answer.
   */
  readonly confided?: (() => boolean) | undefined
  /** Called once for every endpoint as soon as it is known, in no order. */
  readonly onProbe?: ((probe: Probe) => void) | undefined
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined
}

const DEFAULT_CONCURRENCY = 256
const DEFAULT_SAMPLES = 3
/**
 * An exchange over TLS costs two milliseconds of work or so. Begun all at once they would wait for each other,
 * and that wait would be taken for the mirrors': 190 ms instead of 4 where 64 on loopback were asked together.
 * So of those that are measured a few begin at a time, and the next when the program has nothing else to do, or has
 * not had it for so many milliseconds. Nobody waits for those that are not.
 */
const AT_A_TIME = 3
const PATIENCE_MS = 10

/** Asks all; answers in the order of `endpoints`. What is listed for several registries is asked once. */
export async function probeAll(
  endpoints: readonly Endpoint[],
  given: ProbeOptions,
): Promise<readonly Probe[]> {
  const confided = endpoints.some(holdsSecret)
  const options = { ...given, confided: () => confided || given.confided?.() === true }
  const means = { ...options, ...openShared(options), alone: limitConcurrency(1) }
  const asked = new Map<string, Promise<Probe>>()
  const inTurn = limitConcurrency(options.concurrency ?? DEFAULT_CONCURRENCY)
  const one = async (endpoint: Endpoint) => {
    const question = questionOf(endpoint)
    const answer = asked.get(question) ?? inTurn(() => probeWith(endpoint, options, means))
    asked.set(question, answer)
    const { registry, role } = endpoint
    const probe = { ...(await answer), registry, role }
    options.onProbe?.(probe)
    return probe
  }
  return await compared(endpoints, await Promise.all(endpoints.map(one)), means)
}

/** What questions share that are asked one by one: certificates are parsed once, and few begin at the same moment. */
export type Shared = Pick<ProbeContext, 'trust' | 'lookUp' | 'turn'>

export function openShared({
  roots,
  signal,
  lookUp = openNameLookup({}),
}: Pick<ProbeOptions, 'roots' | 'signal' | 'lookUp'>): Shared {
  return { trust: openTrust(roots), lookUp, turn: pace(signal) }
}

/** Asks one. Never rejects: a failure is a Probe with a reason. */
export async function probeOne(
  endpoint: Endpoint,
  options: ProbeOptions,
  shared: Shared = openShared(options),
): Promise<Probe> {
  return await probeWith(endpoint, options, { ...options, ...shared })
}

async function probeWith(endpoint: Endpoint, options: ProbeOptions, shared: ProbeContext): Promise<Probe> {
  const { depth = 'ping', samples = DEFAULT_SAMPLES, now = Date.now } = options
  const means = { ...shared, budget: openBudget(shared) }
  const pinged = await ping(endpoint, samples, means)
  const deeper = depth !== 'ping' && endpoint.canary !== undefined && pinged.fault === undefined
  const pulled = deeper ? await pull(pinged.endpoint, endpoint.canary, depth, means) : undefined
  const clock = { now: now(), at: performance.now() }
  const quote = !(options.confided?.() || isConfided(endpoint, pulled, means))
  return {
    ...verdictOf(pinged, pulled, depth === 'tag' ? 'manifest' : depth, clock, quote),
    ...asListed(endpoint),
  }
}

/** Whether it, or what stands between, was given a secret that it could say back. */
function isConfided(endpoint: Endpoint, pulled: Pulled | undefined, { proxyFor }: ProbeContext): boolean {
  return holdsSecret(endpoint) || pulled?.authorized === true || proxyFor?.confides === true
}

/** The url of the list, also where another scheme answered. */
function asListed({ base }: Endpoint): Pick<Probe, 'url'> {
  return { url: base.origin + base.path }
}

/** The probes, with those named whose tag stands for another image than elsewhere. */
async function compared(
  endpoints: readonly Endpoint[],
  probes: readonly Probe[],
  context: ProbeContext,
): Promise<readonly Probe[]> {
  const result = [...probes]
  const registries = [...new Set(probes.map(probe => probe.registry))]
  const places = (registry: string) => probes.flatMap((probe, i) => (probe.registry === registry ? [i] : []))
  const compareAt = async (own: readonly number[]) => {
    const server = own.find(i => probes[i]?.role === 'server' && probes[i]?.digest !== undefined)
    const knows = serverKnows(server === undefined ? undefined : endpoints[server], context)
    for (const dissent of dissentersOf(own.map(i => probes[i] as Probe))) {
      const at = own[dissent.index] as number
      const endpoint = endpoints[at] as Endpoint
      // Whoever is not asked for tags cannot mislead.
      if (!endpoint.resolves || probes[at]?.status !== 'healthy') continue
      const known = await knows(dissent.digest)
      result[at] = { ...(probes[at] as Probe), ...judged(dissentFault(dissent, known), false) }
    }
  }
  await Promise.all(registries.map(registry => compareAt(places(registry))))
  return result
}

/** Asks the server for an image by its digest, for each once, and for all of them within the time of one endpoint. */
function serverKnows(
  server: Endpoint | undefined,
  shared: ProbeContext,
): (digest: string) => Promise<boolean> {
  const means = { ...shared, budget: openBudget(shared) }
  const asked = new Map<string, Promise<boolean>>()
  const ask = async (digest: string) => {
    if (server?.canary === undefined) return false
    const pulled = await pull(server, { ...server.canary, reference: digest }, 'manifest', means)
    return pulled.fault === undefined && pulled.digest === digest
  }
  return digest => {
    const answer = asked.get(digest) ?? ask(digest)
    asked.set(digest, answer)
    return answer
  }
}

/** Lets exchanges begin a few at a time, when the program rests. At once when told to stop. */
function pace(signal: AbortSignal | undefined): () => Promise<void> {
  let last = Promise.resolve()
  let begun = 0
  return () => {
    last = last.then(async () => {
      if (!signal?.aborted && begun++ % AT_A_TIME === 0) await rest()
    })
    return last
  }
}

/** Until the event loop has waited for something for half a millisecond, or until `PATIENCE_MS` are over. */
async function rest(): Promise<void> {
  const { idle } = performance.eventLoopUtilization()
  const rested = () => performance.eventLoopUtilization().idle - idle >= 0.5
  const end = performance.now() + PATIENCE_MS
  do await sleep(1)
  while (!rested() && performance.now() < end)
}
