/**
 * health.json: what a watcher knows of the mirrors, kept on the node. It survives a restart of the watcher, and `plan` and
 * `apply` use it while it is fresh, so that they plan the same files as the watcher. Pure.
 */
import { isTable } from '../formats/is-table.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import { HEALTHS, type Health } from './health.ts'
import type { KnownFor } from './judge-targets.ts'
import { judgedHealth, type MirrorHealth } from './mirror-health.ts'
import { fromSavedMirror, isPast, isSavedMirror, type SavedMirror, toSavedMirror } from './saved-mirror.ts'
import { indexMirrors, indexServers } from './verdicts.ts'

export interface HealthFile<Mirror = MirrorHealth> {
  /** This and every time in it in milliseconds of the monotonic clock: in another boot it has no meaning. */
  readonly written_at: number
  /** From then on the verdicts in it no longer count. */
  readonly stale_at: number
  /** By `keyOf`: registry and URL, and the targets where they are not probed alike. */
  readonly mirrors: Readonly<Record<string, Mirror>>
  /** Of the servers that are probed, by `serverKeyOf`. */
  readonly servers: Readonly<Record<string, Health>>
  /** Urls of a registry's mirrors in the order in which they are written, where the list does not decide it. */
  readonly orders: Readonly<Record<string, readonly string[]>>
  /** For people: what follows from the rest. */
  readonly registries: readonly RegistryHealth[]
}

/** The id of a boot of the machine; undefined where the kernel does not give one. */
export type BootId = string | undefined

/** `wall`, in milliseconds since 1970, is written for people. */
export function serializeHealthFile(file: HealthFile, bootId: BootId, wall: number): string {
  const head = { version: VERSION, written: new Date(wall).toISOString(), boot_id: bootId }
  const mirrors = mapValues(file.mirrors, toSavedMirror)
  return `${JSON.stringify({ ...head, ...file, mirrors }, null, 2)}\n`
}

/** 5: a verdict may be that of some targets; before, one held for all. */
const VERSION = 5

type SavedFile = HealthFile<SavedMirror>

/**
 * Undefined for a damaged file, and for one of another version: only verdicts are lost. Also for one of another boot,
 * whose last verdicts may be from a network that was shutting down, and for one that is from the future by this clock
 * (a time namespace).
 */
export function parseHealthFile(text: string, bootId: BootId, now: number): HealthFile | undefined {
  try {
    const { version, written: _, boot_id, ...file } = JSON.parse(text) as SavedFile & Record<string, unknown>
    if (version !== VERSION || boot_id !== bootId || bootId === undefined) return undefined
    return isSavedFile(file, now) ? { ...file, mirrors: mapValues(file.mirrors, fromSavedMirror) } : undefined
  } catch {
    return undefined
  }
}

/** What it says for each target. */
export function healthFromFile(file: HealthFile): KnownFor {
  const mirror = indexMirrors(Object.entries(file.mirrors))
  const server = indexServers(Object.entries(file.servers))
  return target => ({
    health: (registry, url) => judgedHealth(mirror(registry, url, [target])),
    isProbed: (registry, url) => mirror(registry, url, [target])?.probedAt !== undefined,
    serverHealth: registry => server(registry, target),
    order: registry => file.orders[registry],
  })
}

/** Whether the verdicts in it still count. */
export function isFresh({ stale_at }: HealthFile, now: number): boolean {
  return now <= stale_at
}

function isSavedFile({ written_at, stale_at, mirrors, servers, orders }: SavedFile, now: number): boolean {
  return (
    [mirrors, servers, orders].every(isTable) &&
    Object.values(servers).every(health => HEALTHS.includes(health)) &&
    Object.values(orders).every(Array.isArray) &&
    isPast(written_at, now) &&
    Number.isFinite(stale_at) &&
    Object.values(mirrors).every(mirror => isSavedMirror(mirror, written_at))
  )
}

function mapValues<From, To>(values: Readonly<Record<string, From>>, map: (value: From) => To) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]))
}
