/** Reports every change of the health of a registry, except to unknown: an outage lasts until the registry is healthy. */
import { judgeForTargets } from '../health/judge-targets.ts'
import { mayBeNetwork } from '../health/network-cause.ts'
import type { MirrorList } from '../model/registry.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import { knownHealth } from './current-health.ts'
import { registryEvent } from './events.ts'
import type { Host } from './host/host.ts'
import type { Memory, ReportedHealth } from './memory.ts'
import { reportEvent } from './report-event.ts'

export function reportRegistries(memory: Memory, { registries }: MirrorList, host: Host): void {
  const knownFor = knownHealth(memory)
  const reported = new Map<string, ReportedHealth>()
  // A registry without mirrors is not probed.
  for (const registry of registries.filter(({ mirrors }) => mirrors.length > 0)) {
    const before = memory.reportedRegistries.get(registry.name)
    const judged = judgeForTargets(registry.name, memory.targets, knownFor)
    const after = judged !== undefined && isReported(judged) ? judged : before
    if (after === undefined) continue
    if (isNews(before, after)) reportEvent(memory, registryEvent(after, isNetworkSuspect(memory)), host)
    reported.set(registry.name, after)
  }
  memory.reportedRegistries = reported
}

function isReported(health: RegistryHealth): health is ReportedHealth {
  return health.status !== 'unknown'
}

function isNews(before: ReportedHealth | undefined, after: ReportedHealth): boolean {
  const { status, reason, targets } = before ?? { status: 'healthy' }
  return status !== after.status || reason !== after.reason || targets?.join() !== after.targets?.join()
}

/** No endpoint of any registry has responded to its latest probe. */
function isNetworkSuspect({ mirrors, servers }: Memory): boolean {
  const probes = [...mirrors, ...servers].flatMap(({ lastProbe }) => lastProbe ?? [])
  return mayBeNetwork(probes.map(({ reason }) => reason))
}
