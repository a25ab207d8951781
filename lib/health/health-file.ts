/**
 * What watch knows of the mirrors, as it is kept on the node: it survives a restart of the watcher, and `plan` and
 * `apply` go by it while it is fresh, so that they and the watcher want the same files. Pure.
 */

import type { MirrorHealth } from './mirror-health.ts'
import type { KnownHealth } from './select.ts'

export interface HealthFile {
  /** This and every time in it in milliseconds of the monotonic clock: it means nothing in another boot. */
  readonly written_at: number
  /** From then on it says nothing any more. */
  readonly stale_at: number
  /** By `keyOf`. */
  readonly mirrors: Readonly<Record<string, MirrorHealth>>
  /** Whether a registry's own server answers, by registry. */
  readonly servers: Readonly<Record<string, boolean>>
  /** Urls of a registry's mirrors as they are to be written, where that was measured. */
  readonly orders: Readonly<Record<string, readonly string[]>>
}

export function keyOf(registry: string, url: string): string {
  return `${registry} ${url}`
}

/** A boot of the machine, by its id; undefined where the kernel does not tell. */
export type BootId = string | undefined

/** `wall`, in milliseconds since 1970, goes in for people. */
export function serializeHealthFile(book: HealthFile, bootId: BootId, wall: number): string {
  const head = { version: VERSION, written: new Date(wall).toISOString(), boot_id: bootId }
  return `${JSON.stringify({ ...head, ...book }, null, 2)}\n`
}

/** Times of version 1 were those of the wall clock. */
const VERSION = 2

/**
 * Undefined for what is none: it is a memory, and nothing is lost but that. So is what was written in another boot, whose
 * last verdicts may well be of a network that was going down; or by a clock that is ahead of `now` (a time namespace).
 */
export function parseHealthFile(text: string, bootId: BootId, now: number): HealthFile | undefined {
  try {
    const { version, written: _, boot_id, ...book } = JSON.parse(text) as HealthFile & Record<string, unknown>
    if (version !== VERSION || boot_id !== bootId || bootId === undefined) return undefined
    const tables = [book.mirrors, book.servers, book.orders].every(isRecord)
    const orders = tables && Object.values(book.orders).every(Array.isArray)
    const times = isPast(book.written_at, now) && Number.isFinite(book.stale_at)
    const standings = Object.values(book.mirrors).every(standing => isStanding(standing, book.written_at))
    return orders && times && standings ? book : undefined
  } catch {
    return undefined
  }
}

export function knownOf(book: HealthFile): KnownHealth {
  return {
    health: (registry, url) => book.mirrors[keyOf(registry, url)]?.health,
    serverUp: registry => book.servers[registry],
    order: registry => book.orders[registry],
  }
}

/** What is older holds no verdict any more. */
export function isFresh({ stale_at }: HealthFile, now: number): boolean {
  return now <= stale_at
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether it is a time between the boot and `latest`. */
function isPast(ms: unknown, latest: number): boolean {
  return typeof ms === 'number' && ms >= 0 && ms <= latest
}

function isStanding(standing: MirrorHealth, latest: number): boolean {
  const { health, leaning = health, since, streak, askedAt, latenciesMs, nextAt, rounds, extra } = standing
  return (
    [health, leaning].every(word => ['up', 'slow', 'limited', 'down'].includes(word)) &&
    [streak, rounds, extra, nextAt].every(Number.isFinite) &&
    [since, askedAt ?? since].every(ms => isPast(ms, latest)) &&
    Array.isArray(latenciesMs) &&
    latenciesMs.every(Number.isFinite)
  )
}
