/** What follows from what a watcher remembers: for the list that is written, and for what is kept of it. */
import { type HealthFile, keyOf } from '../health/health-file.ts'
import { expiredHealth, isUsable, type MirrorHealth } from '../health/mirror-health.ts'
import { orderAfter } from '../health/order.ts'
import type { KnownHealth } from '../health/select.ts'
import { baseUrl, type MirrorList } from '../model/registry.ts'
import type { Memory, Watched } from './memory.ts'

/** Whether no mirror of the registry is well, so that it matters what its server says. */
function needsServer(memory: Memory, registry: string): boolean {
  const own = memory.mirrors.filter(({ endpoint }) => endpoint.registry === registry)
  return own.length > 0 && own.every(({ standing }) => !isUsable(standing.health))
}

/** Servers of registries of which no mirror is well. */
export function neededServers(memory: Memory): readonly Watched[] {
  return memory.servers.filter(({ endpoint }) => needsServer(memory, endpoint.registry))
}

/** What servers of other registries said grows old, and so does what they were. */
export function forgetServers(memory: Memory, now: number): void {
  const needed = neededServers(memory)
  for (const server of memory.servers) {
    if (server.probe === undefined || needed.includes(server)) continue
    Object.assign(server, { probe: undefined, standing: expiredHealth(server.standing, now) })
  }
}

/** Undefined: it was not asked. A server that fails once is not relied on; one that is slow answers. */
export function isUp({ probe, standing }: Watched): boolean | undefined {
  return probe && probe.status !== 'unhealthy' && isUsable(standing.health)
}

/** Whether it is asked, or will be in a moment: one that wants to be left in peace is not waited for. */
export function isAboutToTell(server: Watched, now: number): boolean {
  return isUp(server) === undefined && (server.asking || server.standing.nextAt <= now + 1000)
}

/** By `keyOf`. */
function standingsOf({ mirrors }: Memory): ReadonlyMap<string, MirrorHealth> {
  return new Map(mirrors.map(({ key, standing }) => [key, standing]))
}

export function knownOf(memory: Memory): KnownHealth {
  const { servers, orders } = memory
  const standings = standingsOf(memory)
  const up = new Map(servers.map(server => [server.endpoint.registry, isUp(server)]))
  return {
    health: (registry, url) => standings.get(keyOf(registry, url))?.health,
    serverUp: registry => up.get(registry),
    order: registry => orders.get(registry)?.urls,
  }
}

/** Looks at the order by latency again, where the list wants it. */
export function reorder(memory: Memory, list: MirrorList, now: number): void {
  if (list.health.order !== 'latency') {
    declare(memory, list)
    return
  }
  const standings = standingsOf(memory)
  for (const registry of list.registries) {
    const standingOf = (url: string) => standings.get(keyOf(registry.name, url))
    memory.orders.set(
      registry.name,
      orderAfter(memory.orders.get(registry.name), registry, standingOf, list, now),
    )
  }
}

/** Throughput is not measured again and again: where the list wants that order, mirrors are written as it lists them. */
function declare(memory: Memory, list: MirrorList): void {
  memory.orders.clear()
  if (list.health.order === 'list') return
  for (const { name, mirrors } of list.registries)
    memory.orders.set(name, { urls: mirrors.map(({ base }) => baseUrl(base)), rounds: 0, at: 0 })
}

/** How many intervals what was kept holds. */
const FRESH = 3

export function bookOf(memory: Memory, { health }: MirrorList, now: number): HealthFile {
  const { servers, orders } = memory
  return {
    written_at: now,
    stale_at: now + FRESH * health.intervalMs,
    mirrors: Object.fromEntries(standingsOf(memory)),
    servers: Object.fromEntries(
      servers.flatMap(server => {
        const up = isUp(server)
        return up === undefined ? [] : [[server.endpoint.registry, up]]
      }),
    ),
    orders: Object.fromEntries([...orders].map(([name, { urls }]) => [name, urls])),
  }
}
