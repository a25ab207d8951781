/** What a watcher remembers, and what follows from an answer, a new list, a walk. The clock is handed in. */
import { type Allowance, fullAllowance } from '../health/allowance.ts'
import { type Book, keyOf } from '../health/book.ts'
import type { Order } from '../health/ordering.ts'
import { type Dice, judged, type Standing, unheard } from '../health/standing.ts'
import type { LoadedList } from '../list/load.ts'
import { type Endpoint, endpointsOf, questionOf } from '../probe/endpoints.ts'
import { baseUrl, type MirrorList, type Registry } from '../registry.ts'
import type { Probe } from '../report.ts'
import type { Happening, Point, RegistryStatus } from './status.ts'

/** Rewrites for the sake of health; what the list or somebody else changes is not counted. */
export const REWRITES = { anHour: 60, atOnce: 20 } as const

/** An endpoint that is asked, and what came of it. */
export interface Watched {
  readonly endpoint: Endpoint
  readonly url: string
  readonly key: string
  /** Equal for endpoints that are asked in the same way, and so are asked once. */
  readonly question: string
  standing: Standing
  probe: Probe | undefined
  asking: boolean
  changes: number
  readonly asked: Record<string, number>
  points: readonly Point[]
}

export interface Memory {
  readonly startedAt: number
  /** Of the latest turn of the loop. */
  turnedAt: number
  loaded: LoadedList | undefined
  loadedAt: number
  listProblem: string | undefined
  readonly reads: { good: number; bad: number }
  mirrors: readonly Watched[]
  /** The registries' own, where they may be asked. */
  servers: readonly Watched[]
  readonly orders: Map<string, Order>
  rewrites: Allowance
  heldUntil: number | undefined
  /** The list as it was last tried to be written, as text; undefined: never by this watcher. */
  written: string | undefined
  /** What the next walk has to write: what a renewed list asks for is owed until it is written. */
  owed: 'all' | 'at once'
  /** Whether a list was written in whole by this watcher. */
  inForce: boolean
  writtenAt: number | undefined
  writes: number
  failures: number
  nodeProblem: string | undefined
  /** Why what is known is not kept. */
  keepProblem: string | undefined
  /** What differs from the list and is not a watcher's to repair. */
  left: readonly string[]
  restart: readonly string[]
  hosts: ReadonlyMap<string, NonNullable<RegistryStatus['hosts']>>
  keepAt: number
  /** When a write that failed is tried again; Infinity: none has. */
  retryAt: number
  happenings: readonly Happening[]
}

export function blank(now: number): Memory {
  return {
    startedAt: now,
    turnedAt: now,
    loaded: undefined,
    loadedAt: 0,
    listProblem: undefined,
    reads: { good: 0, bad: 0 },
    mirrors: [],
    servers: [],
    orders: new Map(),
    rewrites: fullAllowance(now, REWRITES),
    heldUntil: undefined,
    written: undefined,
    owed: 'all',
    inForce: false,
    writtenAt: undefined,
    writes: 0,
    failures: 0,
    nodeProblem: undefined,
    keepProblem: undefined,
    left: [],
    restart: [],
    hosts: new Map(),
    keepAt: 0,
    retryAt: Number.POSITIVE_INFINITY,
    happenings: [],
  }
}

/** The clock was put back by so much: all times go back with it. */
export function rewind(memory: Memory, ms: number): void {
  for (const watched of [...memory.mirrors, ...memory.servers]) {
    const { since, askedAt, nextAt } = watched.standing
    watched.standing = { ...watched.standing, since: since - ms, askedAt: askedAt - ms, nextAt: nextAt - ms }
    watched.points = watched.points.map(point => ({ ...point, at: point.at - ms }))
  }
  for (const [name, order] of memory.orders) memory.orders.set(name, { ...order, at: order.at - ms })
  memory.rewrites = { ...memory.rewrites, at: memory.rewrites.at - ms }
  if (memory.heldUntil !== undefined) memory.heldUntil -= ms
  memory.keepAt = 0
}

/** Takes over a list: who is known stays known, also from what was kept of an earlier watcher. */
export function adopt(
  memory: Memory,
  { list }: LoadedList,
  book: Book | undefined,
  now: number,
  dice: Dice,
): void {
  const known = new Map(
    [...memory.mirrors, ...memory.servers].map(watched => [JSON.stringify(watched.endpoint), watched]),
  )
  // Whoever's answer may be another now is asked soon.
  const longest = memory.loaded === undefined ? list.health.intervalMs : 1000
  const standings = new Map(memory.mirrors.map(({ key, standing }) => [key, standing]))
  const watch = (endpoint: Endpoint): Watched => {
    const url = baseUrl(endpoint.base)
    const key = keyOf(endpoint.registry, url)
    const before = known.get(JSON.stringify(endpoint))
    if (before !== undefined) return before
    // With another header or certificate it is who it was, until it has been asked.
    const kept = endpoint.role === 'mirror' ? (standings.get(key) ?? book?.mirrors[key]) : undefined
    // A wait that was long for an earlier watcher, or a clock that was wrong, is not waited for again.
    const standing = kept
      ? {
          ...kept,
          askedAt: Math.min(kept.askedAt, now),
          nextAt: Math.min(kept.nextAt, now + dice() * longest),
        }
      : unheard(now, list.health, dice)
    return {
      endpoint,
      url,
      key,
      question: questionOf(endpoint),
      standing,
      probe: undefined,
      asking: false,
      changes: 0,
      asked: {},
      points: [],
    }
  }
  const all = endpointsOf(list).map(endpoint => watch(asWatched(endpoint, list)))
  memory.mirrors = all.filter(({ endpoint }) => endpoint.role === 'mirror')
  memory.servers = all.filter(({ endpoint }) => endpoint.role === 'server')
  for (const name of memory.orders.keys())
    if (!list.registries.some(registry => registry.name === name)) memory.orders.delete(name)
  for (const [name, urls] of Object.entries(book?.orders ?? {}))
    if (!memory.orders.has(name)) memory.orders.set(name, { urls, rounds: 0, at: 0 })
}

/** Watch asks deeper than a ping only where the list wants it and names what to ask for. */
function asWatched({ canary, ...endpoint }: Endpoint, { health, registries }: MirrorList): Endpoint {
  const named = registries.find(({ name }) => name === endpoint.registry)?.canary !== undefined
  return health.depth === 'manifest' && named && canary !== undefined ? { ...endpoint, canary } : endpoint
}

/** Points that are kept of each mirror, one an interval or so. */
const POINTS = 240
const HOUR_MS = 3_600_000

/** Puts an answer down; says whether the health has changed. */
export function answered(watched: Watched, probe: Probe, list: MirrorList, now: number, dice: Dice): boolean {
  const before = watched.standing
  watched.standing = judged(before, probe, now, list.health, dice)
  watched.probe = probe
  const result = probe.reason ?? probe.status
  watched.asked[result] = (watched.asked[result] ?? 0) + 1
  const ms = probe.status === 'unhealthy' ? undefined : probe.latency_ms?.median
  watched.points = [...watched.points, { at: now, ms }].filter(({ at }) => at > now - HOUR_MS).slice(-POINTS)
  const changed = watched.standing.health !== before.health
  if (changed) watched.changes += 1
  return changed
}

/** What of a list decides what is written, as text: to tell whether that has changed. */
export function writtenForm(list: MirrorList): string {
  return JSON.stringify([
    list.registries.map((registry: Registry) => ({ ...registry, place: undefined })),
    list.targets,
  ])
}

const HAPPENINGS = 50

export function note(memory: Memory, at: number, text: string): void {
  memory.happenings = [{ at, text }, ...memory.happenings].slice(0, HAPPENINGS)
}
