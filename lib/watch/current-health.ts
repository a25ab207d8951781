/** What a watcher knows: for the selection of mirrors, and for health.json. */
import { judgeRegistry, type KnownHealth } from '../health/availability.ts'
import { type HealthFile, keyOf } from '../health/health-file.ts'
import { judgedHealth, type MirrorHealth } from '../health/mirror-health.ts'
import type { HealthSettings } from '../model/registry.ts'
import type { Memory } from './memory.ts'
import { serverHealth } from './server-health.ts'

export function knownHealth(memory: Memory): KnownHealth {
  const { servers, orders } = memory
  const states = statesOf(memory)
  const ofServers = new Map(servers.map(server => [server.endpoint.registry, serverHealth(server)]))
  return {
    health: (registry, url) => judgedHealth(states.get(keyOf(registry, url))),
    serverHealth: registry => ofServers.get(registry),
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
  const { servers, orders, loaded } = memory
  const known = knownHealth(memory)
  return {
    written_at: now,
    stale_at: now + FRESH_INTERVALS * intervalMs,
    mirrors: Object.fromEntries(statesOf(memory)),
    servers: Object.fromEntries(
      servers.flatMap(server => {
        const health = serverHealth(server)
        return health === undefined ? [] : [[server.endpoint.registry, health]]
      }),
    ),
    orders: Object.fromEntries([...orders].map(([name, { urls }]) => [name, urls])),
    registries: loaded?.list.registries.map(registry => judgeRegistry(registry, known)) ?? [],
  }
}
