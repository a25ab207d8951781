/** What a watcher knows: for the selection of mirrors, and for health.json. */
import { judgeRegistry, type KnownHealth } from '../health/availability.ts'
import { type HealthFile, keyOf } from '../health/health-file.ts'
import { judgedHealth } from '../health/mirror-health.ts'
import type { HealthSettings } from '../model/registry.ts'
import { byKey, byRegistry } from './indexes.ts'
import type { Memory, Watched } from './memory.ts'
import { serverHealth } from './server-health.ts'

export function knownHealth(memory: Memory): KnownHealth {
  const { orders } = memory
  const mirrors = byKey(memory.mirrors)
  const servers = byRegistry(memory.servers)
  const healthOf = (server: Watched | undefined) => server && serverHealth(server)
  return {
    health: (registry, url) => judgedHealth(mirrors.get(keyOf(registry, url))?.state),
    isProbed: (registry, url) => mirrors.get(keyOf(registry, url))?.state.probedAt !== undefined,
    serverHealth: registry => healthOf(servers.get(registry)),
    order: registry => orders.get(registry)?.urls,
  }
}

/** For how many intervals a saved verdict counts. */
const FRESH_INTERVALS = 3

export function buildHealthFile(memory: Memory, { intervalMs }: HealthSettings, now: number): HealthFile {
  const { servers, orders, loaded } = memory
  const known = knownHealth(memory)
  return {
    written_at: now,
    stale_at: now + FRESH_INTERVALS * intervalMs,
    mirrors: Object.fromEntries(memory.mirrors.map(({ key, state }) => [key, state])),
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
