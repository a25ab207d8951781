/** When nothing is left to pull a registry from, and when something is again: each is told once. */
import type { MirrorList } from '../registry.ts'
import { outageEvent, recoveryEvent } from './events.ts'
import { isUp } from './known.ts'
import type { Memory, Watched } from './memory.ts'
import { canServe } from './reading.ts'
import { say } from './say.ts'
import type { Surroundings } from './surroundings.ts'

export function tellOutages(memory: Memory, { registries }: MirrorList, around: Surroundings): void {
  const outages: string[] = []
  for (const registry of registries) {
    const serves = isServed(memory, registry.name)
    const wasOut = memory.outages.includes(registry.name)
    if (serves === false && !wasOut) say(memory, outageEvent(registry), around)
    if (serves === true && wasOut) say(memory, recoveryEvent(registry), around)
    // Who is not known to be back is still out.
    if (!(serves ?? !wasOut)) outages.push(registry.name)
  }
  memory.outages = outages
}

function isServed({ mirrors, servers }: Memory, registry: string): boolean | undefined {
  const isOf = ({ endpoint }: Watched) => endpoint.registry === registry
  const own = mirrors.filter(isOf).map(({ standing }) => standing)
  const server = servers.find(isOf)
  // Without mirrors there is nobody who is asked.
  return own.length === 0
    ? undefined
    : canServe({ mirrors: own, ...(server && { server: { up: isUp(server) } }) })
}
