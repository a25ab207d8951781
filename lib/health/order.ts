/** The order by latency while mirrors are watched: a mirror moves only when it was clearly better for a while. Pure. */

import { baseUrl, type MirrorList, type Registry } from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import type { MirrorHealth } from './mirror-health.ts'
import { rank } from './rank.ts'

export interface Order {
  /** Urls as they are written now. */
  readonly urls: readonly string[]
  /** Rounds in a row in which another order was better, and when the last of them was (milliseconds of the monotonic clock). */
  readonly rounds: number
  readonly at: number
}

/** Rounds that a better order has to be better for. */
const ROUNDS = 5

/** The order after one more look; a look within an interval of the last says nothing new. */
export function orderAfter(
  before: Order | undefined,
  registry: Registry,
  standingOf: (url: string) => MirrorHealth | undefined,
  list: MirrorList,
  now: number,
): Order {
  const order = inForce(before, registry)
  if (before !== undefined && now - before.at < list.health.intervalMs) return order
  const better = rankedUrls(order.urls, registry, standingOf, list)
  if (better.join() === order.urls.join()) return { ...order, rounds: 0, at: now }
  if (order.rounds + 1 < ROUNDS) return { ...order, rounds: order.rounds + 1, at: now }
  return { urls: better, rounds: 0, at: now }
}

/** What the list names no longer is gone from it, what is new comes last. */
function inForce(before: Order | undefined, registry: Registry): Order {
  const declared = registry.mirrors.map(({ base }) => baseUrl(base))
  if (before === undefined) return { urls: declared, rounds: 0, at: 0 }
  const still = before.urls.filter(url => declared.includes(url))
  return { ...before, urls: [...still, ...declared.filter(url => !still.includes(url))] }
}

function rankedUrls(
  urls: readonly string[],
  registry: Registry,
  standingOf: (url: string) => MirrorHealth | undefined,
  list: MirrorList,
): readonly string[] {
  const place = (url: string) => urls.indexOf(url)
  const mirrors = registry.mirrors.toSorted((a, b) => place(baseUrl(a.base)) - place(baseUrl(b.base)))
  const probes = urls.flatMap(url => probeOf(registry.name, url, standingOf(url)))
  const [ranked] = rank({ ...list, registries: [{ ...registry, mirrors }] }, probes, 'latency').registries
  return (ranked?.mirrors ?? []).map(({ base }) => baseUrl(base))
}

/** Only who is well is compared: the others are out of the file, or last in it, anyway. */
function probeOf(registry: string, url: string, standing: MirrorHealth | undefined): readonly Probe[] {
  const { health, latenciesMs = [] } = standing ?? {}
  if (health !== 'up' || latenciesMs.length === 0) return []
  const [best, worst] = [Math.min(...latenciesMs), Math.max(...latenciesMs)]
  const latency_ms = { best, median: best, worst }
  return [{ registry, url, role: 'mirror', status: 'healthy', depth: 'ping', latency_ms }]
}
