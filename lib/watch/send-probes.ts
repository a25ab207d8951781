/** Sends probes to the endpoints that are due, and records their results. */
import { judgedHealth, type MirrorHealth } from '../health/mirror-health.ts'
import { mayBeSentNow } from '../health/probe-schedule.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import { healthEvent } from './events.ts'
import type { Host } from './host/host.ts'
import { setOf } from './indexes.ts'
import { type Memory, recordProbe, type Watched } from './memory.ts'
import { reportCertificate } from './report-certificate.ts'
import { reportEvent } from './report-event.ts'
import { serverHealth } from './server-health.ts'

/** Results that have arrived; the loop records them at its next turn. Each returns whether it is news. */
export type ProbeResults = (() => boolean)[]

/** One probe is sent for all endpoints that are probed in the same way. */
export function sendDueProbes(memory: Memory, list: MirrorList, results: ProbeResults, host: Host): void {
  const now = host.now()
  const idle = probedEndpoints(memory).filter(({ probing }) => !probing)
  if (!idle.some(({ state }) => state.nextAt <= now)) return
  const isDue = ({ state }: Watched) => state.nextAt <= now || mayBeSentNow(state, list.health, now)
  const due = new Set(idle.filter(isDue).map(({ probeKey }) => probeKey))
  const groups = Map.groupBy(
    idle.filter(({ probeKey }) => due.has(probeKey)),
    ({ probeKey }) => probeKey,
  )
  for (const group of groups.values()) {
    const [first] = group
    if (first === undefined) continue
    for (const watched of group) watched.probing = true
    const record = (probe: Probe) => () =>
      group.map(watched => recordResult(watched, probe, memory, list, host)).includes(true)
    void addResult(host.probe(first.endpoint, list).then(record), results).then(host.wake)
  }
}

/** When the next endpoint is due. */
export function nextProbeAt(memory: Memory): number {
  const idle = probedEndpoints(memory).filter(({ probing }) => !probing)
  return idle.reduce((soonest, { state }) => Math.min(soonest, state.nextAt), Number.POSITIVE_INFINITY)
}

function probedEndpoints({ mirrors, neededServers }: Memory): readonly Watched[] {
  return [...mirrors, ...neededServers]
}

/** The loop throws what has gone wrong: here the error would be lost. */
async function addResult(record: Promise<() => boolean>, results: ProbeResults): Promise<void> {
  const fail = (error: unknown) => () => {
    throw error
  }
  results.push(await record.catch(fail))
}

/** Returns whether it is news: something else to select, to report or to show than the times of a mirror. */
function recordResult(watched: Watched, probe: Probe, memory: Memory, list: MirrorList, host: Host): boolean {
  watched.probing = false
  // The list may have dropped it meanwhile.
  if (!isWatched(watched, memory)) return false
  const before = watched.state
  const serverBefore = serverHealth(watched)
  const changed = recordProbe(watched, probe, list.health, host.now(), host.random)
  if (changed) reportEvent(memory, healthEvent(watched), host)
  reportCertificate(watched, probe, memory, host)
  if (changed || serverBefore !== serverHealth(watched)) memory.saveHealthAt = 0
  // A write may wait for any result of a server.
  return watched.endpoint.role === 'server' || isNews(before, watched.state)
}

function isNews(before: MirrorHealth, after: MirrorHealth): boolean {
  return before.probedAt === undefined || judgedHealth(before) !== judgedHealth(after)
}

function isWatched(watched: Watched, { mirrors, servers }: Memory): boolean {
  return setOf(mirrors).has(watched) || setOf(servers).has(watched)
}
