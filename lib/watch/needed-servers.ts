/** The registries' own servers: each is probed only while the health of its registry depends on it. */
import { dependsOnServer } from '../health/availability.ts'
import { expiredHealth } from '../health/mirror-health.ts'
import { knownHealth } from './current-health.ts'
import { serverFinder } from './indexes.ts'
import type { Memory, Watched } from './memory.ts'

/** Notes the servers that are probed from now on. A verdict about any other does not count at the next outage. */
export function updateServers(memory: Memory, now: number): void {
  memory.neededServers = findNeededServers(memory)
  forgetServers(memory, now)
}

function findNeededServers(memory: Memory): readonly Watched[] {
  const { mirrors, servers, targets } = memory
  if (servers.length === 0) return []
  const knownFor = knownHealth(memory)
  const unprobed = new Set(
    mirrors
      .filter(({ endpoint, state }) => endpoint.resolves && state.probedAt === undefined)
      .map(({ endpoint }) => endpoint.registry),
  )
  const find = serverFinder(servers)
  const needed = targets.flatMap(({ name: target, registries }) => {
    const known = knownFor(target)
    return registries
      .filter(registry => !unprobed.has(registry.name) && dependsOnServer(registry, known))
      .map(registry => find(registry.name, target))
  })
  const all = new Set(needed)
  return servers.filter(server => all.has(server))
}

function forgetServers(memory: Memory, now: number): void {
  const needed = new Set(memory.neededServers)
  for (const server of memory.servers) {
    const { lastProbe, state } = server
    const isLimited = state.health === 'rate_limited' && state.nextAt > now
    if (isLimited || needed.has(server) || (lastProbe ?? state.health !== 'healthy') === false) continue
    server.lastProbe = undefined
    server.state = expiredHealth(server.state, now)
  }
}
