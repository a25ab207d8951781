/** Reports every change of the health of a registry, except to unknown: an outage lasts until the registry is healthy. */
import { judgeRegistry } from '../health/availability.ts'
import { keyOf } from '../health/health-file.ts'
import { mayBeNetwork } from '../health/network-cause.ts'
import { baseUrl, type MirrorList, type Registry } from '../model/registry.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import { knownHealth } from './current-health.ts'
import { registryEvent } from './events.ts'
import type { Host } from './host/host.ts'
import { byKey, byRegistry } from './indexes.ts'
import type { Memory, ReportedHealth } from './memory.ts'
import { reportEvent } from './report-event.ts'

export function reportRegistries(memory: Memory, { registries }: MirrorList, host: Host): void {
  const known = knownHealth(memory)
  const reported = new Map<string, ReportedHealth>()
  // A registry without mirrors is not probed.
  for (const registry of registries.filter(({ mirrors }) => mirrors.length > 0)) {
    const before = memory.reportedRegistries.get(registry.name)
    const judged = judgeRegistry(registry, known)
    const after = isReported(judged) ? judged : before
    if (after === undefined) continue
    if (isNews(before, after))
      reportEvent(memory, registryEvent(after, isNetworkSuspect(registry, memory)), host)
    reported.set(registry.name, after)
  }
  memory.reportedRegistries = reported
}

function isReported(health: RegistryHealth): health is ReportedHealth {
  return health.status !== 'unknown'
}

function isNews(before: ReportedHealth | undefined, after: ReportedHealth): boolean {
  const { status, reason } = before ?? { status: 'healthy' }
  return status !== after.status || reason !== after.reason
}

function isNetworkSuspect({ name, mirrors }: Registry, memory: Memory): boolean {
  const known = byKey(memory.mirrors)
  const ofMirrors = mirrors.map(({ base }) => known.get(keyOf(name, baseUrl(base))))
  const probes = [...ofMirrors, byRegistry(memory.servers).get(name)].map(watched => watched?.lastProbe)
  return mayBeNetwork(probes.filter(probe => probe !== undefined).map(({ reason }) => reason))
}
