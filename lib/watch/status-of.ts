/** What a watcher remembers, as the value that its pages show. Pure. */
import { listed } from '../health/listing.ts'
import { baseUrl, type Registry } from '../registry.ts'
import { isUp, knownOf } from './known.ts'
import type { Memory, Watched } from './memory.ts'
import type { MirrorStatus, RegistryStatus, WatchStatus, WatchSummary } from './status.ts'

/** A loop that has not turned for so long hangs: it looks at the node every minute. */
const HANGING_MS = 180_000

/** Whose pages they are. */
type Watcher = Pick<WatchStatus, 'version' | 'machine'>

export function statusOf(memory: Memory, now: number, watcher: Watcher): WatchStatus {
  return { ...summaryOf(memory, now, watcher), registries: registriesOf(memory) }
}

export function summaryOf(memory: Memory, now: number, watcher: Watcher): WatchSummary {
  const { loaded, listProblem, nodeProblem = memory.keepProblem, writtenAt, heldUntil } = memory
  return {
    ...watcher,
    startedAt: memory.startedAt,
    now,
    list: {
      file: loaded?.file ?? 'no list',
      ...(listProblem !== undefined && { problem: listProblem }),
      ...(loaded !== undefined && { loadedAt: memory.loadedAt }),
      reads: memory.reads,
    },
    node: {
      ...(nodeProblem !== undefined && { problem: nodeProblem }),
      tried: memory.written !== undefined,
      ...(writtenAt !== undefined && { writtenAt }),
      writes: memory.writes,
      failures: memory.failures,
      restart: memory.restart,
      left: memory.left,
      ...(heldUntil !== undefined && { heldUntil }),
    },
    happenings: memory.happenings,
    ready: memory.inForce,
    alive: now - memory.turnedAt < HANGING_MS,
  }
}

function registriesOf(memory: Memory): readonly RegistryStatus[] {
  const list = memory.loaded?.list
  if (list === undefined) return []
  const written = listed(list, knownOf(memory)).registries
  return list.registries.map((registry, i) => registryOf(registry, written[i] ?? registry, memory))
}

function registryOf({ name }: Registry, written: Registry, memory: Memory): RegistryStatus {
  const own = memory.mirrors.filter(({ endpoint }) => endpoint.registry === name)
  const server = memory.servers.find(({ endpoint }) => endpoint.registry === name)
  const hosts = memory.hosts.get(name)
  const urls = written.mirrors.map(({ base }) => baseUrl(base))
  return {
    name,
    mirrors: own.map(mirror => mirrorOf(mirror, urls.indexOf(mirror.url))),
    ...(server && { server: { url: server.url, up: isUp(server) } }),
    ...(hosts && { hosts }),
  }
}

function mirrorOf({ url, standing, probe, points, asked, changes }: Watched, at: number): MirrorStatus {
  const { health, since, reason, detail, askedAt, nextAt } = standing
  return {
    url,
    health,
    since,
    place: at === -1 ? undefined : at + 1,
    ...(reason && { reason }),
    ...(detail !== undefined && { detail }),
    askedAt,
    nextAt,
    ...(probe?.phases_ms && { phases: probe.phases_ms }),
    ...(probe?.latency_ms && { latencyMs: probe.latency_ms.median }),
    points,
    asked,
    changes,
  }
}
