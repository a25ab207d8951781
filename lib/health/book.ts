/**
 * What watch knows of the mirrors, as it is kept on the node: it survives a restart of the watcher, and `plan` and
 * `apply` go by it while it is fresh, so that they and the watcher want the same files. Pure.
 */
import type { Known } from './listing.ts'
import type { Standing } from './standing.ts'

export interface Book {
  readonly version: 1
  /** Milliseconds since 1970. */
  readonly written_at: number
  /** From then on it says nothing any more. */
  readonly stale_at: number
  /** By `keyOf`. */
  readonly mirrors: Readonly<Record<string, Standing>>
  /** Whether a registry's own server answers, by registry. */
  readonly servers: Readonly<Record<string, boolean>>
  /** Urls of a registry's mirrors as they are to be written, where that was measured. */
  readonly orders: Readonly<Record<string, readonly string[]>>
}

export function keyOf(registry: string, url: string): string {
  return `${registry} ${url}`
}

export function serializeBook(book: Book): string {
  return `${JSON.stringify(book, null, 2)}\n`
}

/** Undefined for what is none: it is a memory, and nothing is lost but that. */
export function parseBook(text: string): Book | undefined {
  try {
    const book = JSON.parse(text) as Book
    const tables = [book.mirrors, book.servers, book.orders].every(isRecord)
    const orders = tables && Object.values(book.orders).every(Array.isArray)
    const times = [book.written_at, book.stale_at].every(Number.isFinite)
    return book.version === 1 && orders && times && Object.values(book.mirrors).every(isStanding)
      ? book
      : undefined
  } catch {
    return undefined
  }
}

export function knownOf(book: Book): Known {
  return {
    health: (registry, url) => book.mirrors[keyOf(registry, url)]?.health,
    serverUp: registry => book.servers[registry],
    order: registry => book.orders[registry],
  }
}

/** Milliseconds since 1970 that a date can be made of. */
export function isTime(ms: unknown): boolean {
  return typeof ms === 'number' && !Number.isNaN(new Date(ms).getTime())
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStanding(standing: Standing): boolean {
  const { health, leaning = health, since, streak, askedAt, latenciesMs, nextAt, rounds, extra } = standing
  return (
    [health, leaning].every(word => ['up', 'slow', 'limited', 'down'].includes(word)) &&
    [streak, rounds, extra].every(Number.isFinite) &&
    [since, askedAt, nextAt].every(isTime) &&
    Array.isArray(latenciesMs) &&
    latenciesMs.every(Number.isFinite)
  )
}
