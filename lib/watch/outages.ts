/** When nothing is left to pull a registry from, and when something is again: each is told once. */
import { availabilityOf, canServe } from '../health/availability.ts'
import type { MirrorList } from '../model/registry.ts'
import { outageEvent, recoveryEvent } from './events.ts'
import type { Host } from './host/host.ts'
import { knownOf } from './known.ts'
import type { Memory } from './memory.ts'
import { reportEvent } from './report.ts'

export function reportOutages(memory: Memory, { registries }: MirrorList, host: Host): void {
  const outages: string[] = []
  const known = knownOf(memory)
  for (const registry of registries) {
    const servers = availabilityOf(registry, known)
    // Without mirrors there is nobody who is asked.
    const serves = registry.mirrors.length === 0 ? undefined : canServe(servers)
    const wasOut = memory.outages.includes(registry.name)
    if (serves === false && !wasOut) reportEvent(memory, outageEvent(registry, servers), host)
    if (serves === true && wasOut) reportEvent(memory, recoveryEvent(registry), host)
    // Who is not known to be back is still out.
    if (!(serves ?? !wasOut)) outages.push(registry.name)
  }
  memory.outages = outages
}
