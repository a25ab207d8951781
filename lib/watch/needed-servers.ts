/** The registries' own servers: each is probed only while no mirror of its registry is usable. */
import { isUsable } from '../health/health.ts'
import { expiredHealth } from '../health/mirror-health.ts'
import type { Memory, Watched } from './memory.ts'

/** Servers that are probed now. */
export function neededServers({ mirrors, servers }: Memory): readonly Watched[] {
  return servers.filter(({ endpoint: { registry } }) => {
    const own = mirrors.filter(({ endpoint }) => endpoint.registry === registry)
    return own.length > 0 && own.every(({ state }) => !isUsable(state.health))
  })
}

/** A verdict about a server that is no longer probed does not count at the next outage. */
export function forgetServers(memory: Memory, now: number): void {
  const needed = neededServers(memory)
  for (const server of memory.servers) {
    if (server.lastProbe === undefined || needed.includes(server)) continue
    server.lastProbe = undefined
    server.state = expiredHealth(server.state, now)
  }
}

/** Undefined: it was not probed. One failed probe is enough for false: no pull should depend on that server. */
export function isServerUsable({ lastProbe, state }: Watched): boolean | undefined {
  return lastProbe && lastProbe.status !== 'unhealthy' && isUsable(state.health)
}

/** Whether its first verdict is near; that of a rate limited server is not. */
export function isVerdictNear(server: Watched, now: number): boolean {
  return isServerUsable(server) === undefined && (server.probing || server.state.nextAt <= now + 1000)
}
