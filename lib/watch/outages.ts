/** When nothing is left to pull a registry from, and when something is again: each is told once. */
import { canServe, serversOf } from '../health/serving.ts'
import type { MirrorList } from '../registry.ts'
import { outageEvent, recoveryEvent } from './events.ts'
import { knownOf } from './known.ts'
import type { Memory } from './memory.ts'
import { say } from './say.ts'
import type { Surroundings } from './surroundings.ts'

export function tellOutages(memory: Memory, { registries }: MirrorList, around: Surroundings): void {
  const outages: string[] = []
  const known = knownOf(memory)
  for (const registry of registries) {
    const servers = serversOf(registry, known)
    // Without mirrors there is nobody who is asked.
    const serves = registry.mirrors.length === 0 ? undefined : canServe(servers)
    const wasOut = memory.outages.includes(registry.name)
    if (serves === false && !wasOut) say(memory, outageEvent(registry, servers), around)
    if (serves === true && wasOut) say(memory, recoveryEvent(registry), around)
    // Who is not known to be back is still out.
    if (!(serves ?? !wasOut)) outages.push(registry.name)
  }
  memory.outages = outages
}
