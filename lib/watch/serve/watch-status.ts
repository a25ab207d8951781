/** What a watcher remembers, as the value that its pages show. Pure. */

import { selectMirrors } from '../../health/select.ts'
import { baseUrl, type Registry } from '../../model/registry.ts'
import { type Clocks, wallTime } from '../../system/clocks.ts'
import { isUp, knownOf } from '../known.ts'
import type { Memory, Watched } from '../memory.ts'
import type { MirrorStatus, RegistryStatus, WatchStatus, WatchSummary } from './status.ts'

/** A loop that has not turned for so long hangs: it looks at the node every minute. */
const HANGING_MS = 180_000

/** Whose pages they are. */
type Watcher = Pick<WatchStatus, 'version' | 'machine'>

/** `now` by both clocks: times are turned into wall time here, and so are right also after that clock was set. */
export function statusOf(memory: Memory, now: Clocks, watcher: Watcher): WatchStatus {
  return { ...summaryOf(memory, now, watcher), registries: registriesOf(memory, now) }
}

/** What the checks need of it, without a look at each mirror. */
export function summaryOf(memory: Memory, now: Clocks, watcher: Watcher): WatchSummary {
  const { loaded, listProblem, nodeProblem = memory.keepProblem, writtenAt, heldUntil } = memory
  return {
    ...watcher,
    startedAt: wallTime(memory.startedAt, now),
    now: now.wall,
    list: {
      file: loaded?.file ?? 'no list',
      ...(listProblem !== undefined && { problem: listProblem }),
      ...(loaded !== undefined && { loadedAt: wallTime(memory.loadedAt, now) }),
      reads: memory.reads,
    },
    node: {
      ...(nodeProblem !== undefined && { problem: nodeProblem }),
      tried: memory.written !== undefined,
      ...(writtenAt !== undefined && { writtenAt: wallTime(writtenAt, now) }),
      writes: memory.writes,
      failures: memory.failures,
      restart: memory.restart,
      left: memory.left,
      ...(heldUntil !== undefined && { heldUntil: wallTime(heldUntil, now) }),
    },
    happenings: memory.happenings.map(({ at, text }) => ({ at: wallTime(at, now), text })),
    ready: memory.inForce,
    alive: now.monotonic - memory.turnedAt < HANGING_MS,
  }
}

function registriesOf(memory: Memory, now: Clocks): readonly RegistryStatus[] {
  const list = memory.loaded?.list
  if (list === undefined) return []
  const written = selectMirrors(list, knownOf(memory)).registries
  return list.registries.map((registry, i) => registryOf(registry, written[i] ?? registry, memory, now))
}

function registryOf({ name }: Registry, written: Registry, memory: Memory, now: Clocks): RegistryStatus {
  const own = memory.mirrors.filter(({ endpoint }) => endpoint.registry === name)
  const server = memory.servers.find(({ endpoint }) => endpoint.registry === name)
  const hosts = memory.hosts.get(name)
  const urls = written.mirrors.map(({ base }) => baseUrl(base))
  return {
    name,
    mirrors: own.map(mirror => mirrorOf(mirror, urls.indexOf(mirror.url), now)),
    ...(server && { server: { url: server.url, up: isUp(server) } }),
    ...(hosts && { hosts }),
  }
}

function mirrorOf(
  { url, standing, probe, points, asked, changes }: Watched,
  at: number,
  now: Clocks,
): MirrorStatus {
  const { health, since, reason, detail, askedAt, nextAt } = standing
  return {
    url,
    health,
    since: wallTime(since, now),
    place: at === -1 ? undefined : at + 1,
    ...(reason && { reason }),
    ...(detail !== undefined && { detail }),
    askedAt: askedAt === undefined ? undefined : wallTime(askedAt, now),
    nextAt: wallTime(nextAt, now),
    ...(probe?.phases_ms && { phases: probe.phases_ms }),
    ...(probe?.latency_ms && { latencyMs: probe.latency_ms.median }),
    // Many, and only the page looks at them.
    get points() {
      return points.map(({ at, ms }) => ({ at: wallTime(at, now), ms }))
    },
    asked,
    changes,
  }
}
