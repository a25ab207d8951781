/** What a watcher knows: for the selection of mirrors, and for health.json. */
import { type HealthFile, keyOf } from '../health/health-file.ts'
import type { MirrorHealth } from '../health/mirror-health.ts'
import type { KnownHealth } from '../health/select.ts'
import type { HealthSettings } from '../model/registry.ts'
import type { Memory } from './memory.ts'
import { isServerUsable } from './needed-servers.ts'

export function knownHealth(memory: Memory): KnownHealth {
  const { servers, orders } = memory
  const states = statesOf(memory)
  const usable = new Map(servers.map(server => [server.endpoint.registry, isServerUsable(server)]))
  return {
    health: (registry, url) => states.get(keyOf(registry, url))?.health,
    serverUsable: registry => usable.get(registry),
    order: registry => orders.get(registry)?.urls,
  }
}

/** By `keyOf`. */
export function statesOf({ mirrors }: Memory): ReadonlyMap<string, MirrorHealth> {
  return new Map(mirrors.map(({ key, state }) => [key, state]))
}

/** For how many intervals a saved verdict counts. */
const FRESH_INTERVALS = 3

export function buildHealthFile(memory: Memory, { intervalMs }: HealthSettings, now: number): HealthFile {
  const { servers, orders } = memory
  return {
    written_at: now,
    stale_at: now + FRESH_INTERVALS * intervalMs,
    mirrors: Object.fromEntries(statesOf(memory)),
    servers: Object.fromEntries(
      servers.flatMap(server => {
        const usable = isServerUsable(server)
        return usable === undefined ? [] : [[server.endpoint.registry, usable]]
      }),
    ),
    orders: Object.fromEntries([...orders].map(([name, { urls }]) => [name, urls])),
  }
}
