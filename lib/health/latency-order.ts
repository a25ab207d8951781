/** The order of mirrors by latency while they are watched: a mirror moves only after it was clearly faster for a while. Pure. */
import { baseUrl, type HealthSettings, type Registry } from '../model/registry.ts'
import type { MirrorHealth } from './mirror-health.ts'
import { type Measurement, rankItems } from './rank.ts'

export interface LatencyOrder {
  /** Urls as they are written now. */
  readonly urls: readonly string[]
  /** Rounds in a row in which another order was better, and when the last round was (milliseconds of the monotonic clock). */
  readonly rounds: number
  readonly checkedAt: number
}

/** Rounds that another order has to be better for. */
const ROUNDS = 5

/** The order after one more round, at most one an interval: in between, the measurements are the same. */
export function orderAfter(
  before: LatencyOrder | undefined,
  registry: Registry,
  healthOf: (url: string) => MirrorHealth | undefined,
  { intervalMs }: HealthSettings,
  now: number,
): LatencyOrder {
  const order = currentOrder(before, registry)
  if (before !== undefined && now - before.checkedAt < intervalMs) return order
  const better = rankItems(order.urls, url => measurementOf(healthOf(url)), 'latency')
  if (better.join() === order.urls.join()) return { ...order, rounds: 0, checkedAt: now }
  if (order.rounds + 1 < ROUNDS) return { ...order, rounds: order.rounds + 1, checkedAt: now }
  return { urls: better, rounds: 0, checkedAt: now }
}

/** Without the mirrors that left the list; new ones come last. */
function currentOrder(before: LatencyOrder | undefined, registry: Registry): LatencyOrder {
  const declared = registry.mirrors.map(({ base }) => baseUrl(base))
  if (before === undefined) return { urls: declared, rounds: 0, checkedAt: 0 }
  const kept = before.urls.filter(url => declared.includes(url))
  return { ...before, urls: [...kept, ...declared.filter(url => !kept.includes(url))] }
}

/** Only healthy mirrors are compared: the others are written last, or not at all. */
function measurementOf(mirror: MirrorHealth | undefined): Measurement | undefined {
  if (mirror?.health !== 'healthy' || mirror.latenciesMs.length === 0) return undefined
  return { status: 'healthy', latency_ms: { best: Math.min(...mirror.latenciesMs) } }
}
