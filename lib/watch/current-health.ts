/** What a watcher knows: for the selection of mirrors, and for health.json. */
import type { HealthFile } from '../health/health-file.ts'
import { judgeForTargets, type KnownFor } from '../health/judge-targets.ts'
import { judgedHealth } from '../health/mirror-health.ts'
import type { HealthSettings } from '../model/registry.ts'
import { mirrorFinder, serverFinder } from './indexes.ts'
import type { Memory, Watched } from './memory.ts'
import { serverHealth } from './server-health.ts'

/** For each target. */
export function knownHealth(memory: Memory): KnownFor {
  const { orders } = memory
  const mirror = mirrorFinder(memory.mirrors)
  const server = serverFinder(memory.servers)
  const healthOf = (found: Watched | undefined) => found && serverHealth(found)
  return target => ({
    health: (registry, url) => judgedHealth(mirror(registry, url, [target])?.state),
    isProbed: (registry, url) => mirror(registry, url, [target])?.state.probedAt !== undefined,
    serverHealth: registry => healthOf(server(registry, target)),
    order: registry => orders.get(registry)?.urls,
  })
}

/** For how many intervals a saved verdict counts. */
const FRESH_INTERVALS = 3

export function buildHealthFile(memory: Memory, { intervalMs }: HealthSettings, now: number): HealthFile {
  const { servers, orders, loaded, targets } = memory
  const known = knownHealth(memory)
  return {
    written_at: now,
    stale_at: now + FRESH_INTERVALS * intervalMs,
    mirrors: Object.fromEntries(memory.mirrors.map(({ key, state }) => [key, state])),
    servers: Object.fromEntries(
      servers.flatMap(server => {
        const health = serverHealth(server)
        return health === undefined ? [] : [[server.key, health]]
      }),
    ),
    orders: Object.fromEntries([...orders].map(([name, { urls }]) => [name, urls])),
    registries:
      loaded?.list.registries.flatMap(({ name }) => judgeForTargets(name, targets, known) ?? []) ?? [],
  }
}
