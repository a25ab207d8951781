/** What a watcher still knows after the list has changed. Pure but for the memory that it updates. */
import { isFresh } from '../health/health-file.ts'
import { expiredHealth, initialHealth, type MirrorHealth } from '../health/mirror-health.ts'
import { firstWaitMs, longestWaitMs, type Random } from '../health/probe-schedule.ts'
import { type FindMirror, indexMirrors, keyOf, serverKeyOf } from '../health/verdicts.ts'
import { baseUrl, type HealthSettings, type MirrorList } from '../model/registry.ts'
import type { TargetRegistries } from '../model/target-registries.ts'
import { type Endpoint, probeKey as probeKeyOf } from '../probe/api/endpoint.ts'
import { allSamples } from './history.ts'
import type { Host, ListedEndpoints } from './host/host.ts'
import { mirrorFinder } from './indexes.ts'
import { type Memory, RECENT_EVENTS, type Watched } from './memory.ts'
import type { SavedHealth } from './saved-health.ts'
import type { LatencySample } from './serve/status.ts'

/** What the endpoints of a new list may continue. */
interface Past {
  readonly byEndpoint: ReadonlyMap<string, Watched>
  readonly mirror: FindMirror<Watched>
  /** By their `probeKey`: a rate limit holds for every registry that lists the endpoint. */
  readonly rateLimited: ReadonlyMap<string, Watched>
  readonly saved: SavedHealth
  /** Names of the targets of the new list. */
  readonly targets: readonly string[]
  readonly savedMirror: FindMirror<MirrorHealth>
  readonly savedSamples: FindMirror<readonly LatencySample[]>
}

/** The moment, and how soon an endpoint whose response may have changed is probed. */
interface Start {
  readonly now: number
  readonly random: Random
  readonly withinMs: number
}

const SOON_MS = 1000

/** Makes the memory that of another list: what is known of its endpoints stays known, also from the previous watcher. */
export function adoptList(
  memory: Memory,
  list: MirrorList,
  { endpoints, targets }: ListedEndpoints,
  saved: SavedHealth,
  host: Pick<Host, 'now' | 'random'>,
): void {
  const [now, random] = [host.now(), host.random]
  const past = collectPast(memory, targets, saved)
  const withCanary = new Set(list.registries.filter(({ canary }) => canary).map(({ name }) => name))
  const withinMs = memory.loaded === undefined ? list.health.intervalMs : SOON_MS
  const watched = endpoints.map(endpoint =>
    adoptEndpoint(watchedEndpoint(endpoint, withCanary), past, list.health, { now, random, withinMs }),
  )
  memory.targets = targets
  memory.mirrors = watched.filter(({ endpoint }) => endpoint.role === 'mirror')
  memory.servers = watched.filter(({ endpoint }) => endpoint.role === 'server')
  memory.recentEvents = [...memory.recentEvents, ...(saved.history?.events ?? [])].slice(0, RECENT_EVENTS)
  adoptOrders(memory, list, saved)
}

function collectPast(
  { mirrors, servers }: Memory,
  targets: readonly TargetRegistries[],
  saved: SavedHealth,
): Past {
  const all = [...mirrors, ...servers]
  return {
    byEndpoint: new Map(all.map(watched => [JSON.stringify(watched.endpoint), watched])),
    mirror: mirrorFinder(mirrors),
    rateLimited: new Map(
      all.filter(({ state }) => state.health === 'rate_limited').map(watched => [watched.probeKey, watched]),
    ),
    saved,
    targets: targets.map(({ name }) => name),
    savedMirror: indexMirrors(Object.entries(saved.healthFile?.mirrors ?? {})),
    savedSamples: indexMirrors(saved.history === undefined ? [] : allSamples(saved.history)),
  }
}

function adoptEndpoint(endpoint: Endpoint, past: Past, settings: HealthSettings, start: Start): Watched {
  const same = past.byEndpoint.get(JSON.stringify(endpoint))
  if (same !== undefined) return probedSooner(same, settings, start)
  const url = baseUrl(endpoint.base)
  const { registry, role, targets } = endpoint
  const key = role === 'mirror' ? keyOf(registry, url, targets) : serverKeyOf(registry, targets)
  const probeKey = probeKeyOf(endpoint)
  const { state, samples } = role === 'mirror' ? pastMirror(endpoint, past, start.now) : UNKNOWN
  return {
    ...{ endpoint, url, key, probeKey },
    state: past.rateLimited.get(probeKey)?.state ?? firstState(state, settings, start),
    lastProbe: undefined,
    probing: false,
    changes: 0,
    probes: {},
    samples,
    certificateExpiresAt: undefined,
    reportedCertificate: undefined,
  }
}

interface PastMirror {
  readonly state: MirrorHealth | undefined
  readonly samples: readonly LatencySample[]
}

const UNKNOWN: PastMirror = { state: undefined, samples: [] }

/** With another header or certificate, or for other targets, a mirror keeps its health until its next probe. */
function pastMirror({ registry, base, targets }: Endpoint, past: Past, now: number): PastMirror {
  const names = targets ?? past.targets
  const url = baseUrl(base)
  const before = past.mirror(registry, url, names)
  if (before !== undefined) return before
  const { healthFile } = past.saved
  const state = past.savedMirror(registry, url, names)
  const isOld = healthFile === undefined || !isFresh(healthFile, now)
  return {
    state: state && isOld ? expiredHealth(state, now) : state,
    samples: past.savedSamples(registry, url, names) ?? [],
  }
}

/**
 * A long wait is not continued: the response may have changed. A probe that is due waits too: all nodes may have been
 * restarted together.
 */
function firstState(
  state: MirrorHealth | undefined,
  settings: HealthSettings,
  { now, random, withinMs }: Start,
): MirrorHealth {
  if (state === undefined) return initialHealth(now, settings, random)
  if (!state.judged) return { ...state, nextAt: now + firstWaitMs(settings, random) }
  const atAnyTime = now + random() * withinMs
  return { ...state, nextAt: state.nextAt <= now ? atAnyTime : Math.min(state.nextAt, atAnyTime) }
}

/** A shorter interval takes effect immediately: no wait is longer than it allows. */
function probedSooner(watched: Watched, settings: HealthSettings, { now, random }: Start): Watched {
  const { state } = watched
  if (state.health !== 'rate_limited' && state.nextAt > now + longestWaitMs(settings))
    watched.state = { ...state, nextAt: now + random() * settings.intervalMs }
  return watched
}

function adoptOrders(memory: Memory, { registries }: MirrorList, { healthFile }: SavedHealth): void {
  const names = new Set(registries.map(({ name }) => name))
  for (const name of memory.orders.keys()) if (!names.has(name)) memory.orders.delete(name)
  for (const [name, urls] of Object.entries(healthFile?.orders ?? {}))
    if (!memory.orders.has(name)) memory.orders.set(name, { urls, rounds: 0, checkedAt: 0 })
}

/** Watch requests only canaries that the list names. */
function watchedEndpoint({ canary, ...endpoint }: Endpoint, withCanary: ReadonlySet<string>): Endpoint {
  return withCanary.has(endpoint.registry) && canary !== undefined ? { ...endpoint, canary } : endpoint
}
