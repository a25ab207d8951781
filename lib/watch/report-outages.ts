/** Reports once when no endpoint can serve a registry, and once when one can again. */
import { buildAvailability, canServe } from '../health/availability.ts'
import type { MirrorList } from '../model/registry.ts'
import { knownHealth } from './current-health.ts'
import { outageEvent, recoveryEvent } from './events.ts'
import type { Host } from './host/host.ts'
import type { Memory } from './memory.ts'
import { reportEvent } from './report-event.ts'

export function reportOutages(memory: Memory, { registries }: MirrorList, host: Host): void {
  const outages: string[] = []
  const known = knownHealth(memory)
  for (const registry of registries) {
    const availability = buildAvailability(registry, known)
    // A registry without mirrors is not probed.
    const serves = registry.mirrors.length === 0 ? undefined : canServe(availability)
    const wasOut = memory.outages.includes(registry.name)
    if (serves === false && !wasOut) reportEvent(memory, outageEvent(registry, availability), host)
    if (serves === true && wasOut) reportEvent(memory, recoveryEvent(registry), host)
    // An outage lasts until some endpoint is known to serve.
    if (!(serves ?? !wasOut)) outages.push(registry.name)
  }
  memory.outages = outages
}
