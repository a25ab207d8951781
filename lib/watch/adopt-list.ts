/** What follows from a new list for what a watcher remembers. The clock is handed in. */
import { type HealthFile, isFresh, keyOf } from '../health/health-file.ts'
import {
  expiredHealth,
  initialHealth,
  longestWaitMs,
  type MirrorHealth,
  type Random,
} from '../health/mirror-health.ts'
import type { LoadedList } from '../list/load.ts'
import { baseUrl, type HealthSettings, type MirrorList } from '../model/registry.ts'
import { type Endpoint, probeKey } from '../probe/api/endpoint.ts'
import { listEndpoints } from '../probe/endpoints.ts'
import { type History, pointsOf } from './history.ts'
import { HAPPENINGS, type Memory, type Watched } from './memory.ts'
import type { Point } from './serve/status.ts'

/** What was kept of an earlier watcher. */
export interface SavedHealth {
  readonly book?: HealthFile | undefined
  readonly history?: History | undefined
}

/** Takes over a list: who is known stays known, also from what was kept of an earlier watcher. */
export function adoptList(
  memory: Memory,
  { list }: LoadedList,
  kept: SavedHealth,
  now: number,
  random: Random,
): void {
  const same = new Map(
    [...memory.mirrors, ...memory.servers].map(watched => [JSON.stringify(watched.endpoint), watched]),
  )
  // With another header or certificate it is who it was, until it has been asked.
  const namesakes = new Map(memory.mirrors.map(watched => [watched.key, watched]))
  // Who is to be left in peace is so under every name.
  const left = [...memory.mirrors, ...memory.servers].filter(({ standing }) => standing.health === 'limited')
  const { intervalMs } = list.health
  // Whoever's answer may be another now is asked soon.
  const longest = memory.loaded === undefined ? intervalMs : 1000
  const watch = (endpoint: Endpoint): Watched => {
    const before = same.get(JSON.stringify(endpoint))
    if (before !== undefined) return sooner(before, list.health, now, random)
    const url = baseUrl(endpoint.base)
    const key = keyOf(endpoint.registry, url)
    const question = probeKey(endpoint)
    const blank = { endpoint, url, key, question, probe: undefined, asking: false }
    const known = endpoint.role === 'mirror' ? knownAs(key, namesakes.get(key), kept, now) : NOBODY
    const peace = left.find(other => other.question === question)?.standing
    if (peace !== undefined) return { ...blank, standing: peace, changes: 0, asked: {}, points: known.points }
    const standing = known.standing
      ? askedBy(known.standing, now + random() * longest)
      : initialHealth(now, list.health, random)
    return { ...blank, standing, changes: 0, asked: {}, points: known.points }
  }
  memory.happenings = [...memory.happenings, ...(kept.history?.happenings ?? [])].slice(0, HAPPENINGS)
  const all = listEndpoints(list).map(endpoint => watch(asWatched(endpoint, list)))
  memory.mirrors = all.filter(({ endpoint }) => endpoint.role === 'mirror')
  memory.servers = all.filter(({ endpoint }) => endpoint.role === 'server')
  for (const name of memory.orders.keys())
    if (!list.registries.some(registry => registry.name === name)) memory.orders.delete(name)
  for (const [name, urls] of Object.entries(kept.book?.orders ?? {}))
    if (!memory.orders.has(name)) memory.orders.set(name, { urls, rounds: 0, at: 0 })
}

interface Past {
  readonly standing: MirrorHealth | undefined
  readonly points: readonly Point[]
}

const NOBODY: Past = { standing: undefined, points: [] }

/** What was kept too long ago is a beginning, and no verdict: `plan` and `apply` do not go by it either. */
function knownAs(
  key: string,
  namesake: Watched | undefined,
  { book, history }: SavedHealth,
  now: number,
): Past {
  if (namesake !== undefined) return namesake
  const standing = book?.mirrors[key]
  const fresh = book !== undefined && isFresh(book, now)
  return {
    standing: fresh || !standing ? standing : expiredHealth(standing, now),
    points: history ? pointsOf(history, key) : [],
  }
}

/** A shorter interval holds at once: nobody is left alone for longer than the longest wait that it makes. */
function sooner(watched: Watched, health: HealthSettings, now: number, random: Random): Watched {
  const { standing } = watched
  if (standing.health !== 'limited' && standing.nextAt > now + longestWaitMs(health))
    watched.standing = { ...standing, nextAt: now + random() * health.intervalMs }
  return watched
}

/** A wait that was long for an earlier watcher is not waited for again. */
function askedBy(standing: MirrorHealth, latest: number): MirrorHealth {
  return { ...standing, nextAt: Math.min(standing.nextAt, latest) }
}

/**
 * Watch asks deeper than a ping only where the list wants it and names what to ask for. A server need only answer: it
 * may want credentials that its mirrors do not, and that the list has no place for.
 */
function asWatched({ canary, ...endpoint }: Endpoint, { health, registries }: MirrorList): Endpoint {
  const named = registries.find(({ name }) => name === endpoint.registry)?.canary !== undefined
  const deep = health.depth === 'manifest' && named && endpoint.role === 'mirror'
  return deep && canary !== undefined ? { ...endpoint, canary } : endpoint
}
