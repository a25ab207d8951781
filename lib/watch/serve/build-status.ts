/** The status of a watcher, from what it remembers. Pure. */
import { judgeRegistry } from '../../health/availability.ts'
import { judgedHealth } from '../../health/mirror-health.ts'
import { selectMirrors } from '../../health/select.ts'
import { baseUrl, type Registry } from '../../model/registry.ts'
import { type Clocks, wallTime } from '../../system/clocks.ts'
import { knownHealth } from '../current-health.ts'
import type { Memory, Watched } from '../memory.ts'
import { serverHealth } from '../server-health.ts'
import type { MirrorStatus, RegistryStatus, ServerStatus, WatchStatus, WatchSummary } from './status.ts'

/** A loop that has not turned for that long hangs: it checks the node every minute. */
const HANGING_MS = 180_000

type Watcher = Pick<WatchStatus, 'version' | 'machine'>

/** `now` by both clocks: times become wall time only here, and so are right also after the wall clock was set. */
export function buildStatus(memory: Memory, now: Clocks, watcher: Watcher): WatchStatus {
  return { ...buildSummary(memory, now, watcher), registries: buildRegistries(memory, now) }
}

/** Without the mirrors. */
export function buildSummary(memory: Memory, now: Clocks, watcher: Watcher): WatchSummary {
  return {
    ...watcher,
    startedAt: wallTime(memory.startedAt, now),
    now: now.wall,
    list: listStatus(memory, now),
    node: nodeStatus(memory, now),
    recentEvents: memory.recentEvents.map(({ at, text }) => ({ at: wallTime(at, now), text })),
    ready: memory.ready,
    alive: now.monotonic - memory.turnedAt < HANGING_MS,
  }
}

function listStatus({ loaded, loadedAt, listProblem, reads }: Memory, now: Clocks): WatchStatus['list'] {
  return {
    file: loaded?.file ?? 'no list',
    ...(listProblem !== undefined && { problem: listProblem }),
    ...(loaded !== undefined && { loadedAt: wallTime(loadedAt, now) }),
    reads,
  }
}

function nodeStatus(memory: Memory, now: Clocks): WatchStatus['node'] {
  const { nodeProblem = memory.saveProblem, writtenAt, limitedUntil = memory.reloadsLimitedUntil } = memory
  const { writes, failures, reload, restart, pendingFiles, reloads } = memory
  const failed = [...memory.reloadFailures].map(([target, { problem }]) => ({ target, problem }))
  return {
    ...(nodeProblem !== undefined && { problem: nodeProblem }),
    tried: memory.attempted !== undefined,
    ...(writtenAt !== undefined && { writtenAt: wallTime(writtenAt, now) }),
    ...{ writes, failures, reload, restart, pendingFiles },
    ...{ reloadFailures: failed, reloads: Object.fromEntries(reloads) },
    ...(limitedUntil !== undefined && { limitedUntil: wallTime(limitedUntil, now) }),
  }
}

function buildRegistries(memory: Memory, now: Clocks): readonly RegistryStatus[] {
  const list = memory.loaded?.list
  if (list === undefined) return []
  const known = knownHealth(memory)
  const written = selectMirrors(list, known).registries
  return list.registries.map((registry, i) => ({
    ...buildRegistry(registry, written[i] ?? registry, memory, now),
    state: judgeRegistry(registry, known),
  }))
}

function buildRegistry(
  { name }: Registry,
  written: Registry,
  memory: Memory,
  now: Clocks,
): Omit<RegistryStatus, 'state'> {
  const own = memory.mirrors.filter(({ endpoint }) => endpoint.registry === name)
  const server = memory.servers.find(({ endpoint }) => endpoint.registry === name)
  const urls = written.mirrors.map(({ base }) => baseUrl(base))
  return {
    name,
    mirrors: own.map(mirror => buildMirror(mirror, urls.indexOf(mirror.url), now)),
    ...(server && { server: buildServer(server) }),
    files: memory.shownFiles.get(name) ?? [],
  }
}

function buildServer(server: Watched): ServerStatus {
  const health = serverHealth(server) ?? 'unknown'
  const { reason, detail } = server.lastProbe ?? {}
  return {
    url: server.url,
    health,
    ...(reason && { reason }),
    ...(detail !== undefined && { detail }),
    ...certificateOf(server),
  }
}

function certificateOf({ certificateExpiresAt }: Watched): Pick<ServerStatus, 'certificateExpiresAt'> {
  return certificateExpiresAt === undefined ? {} : { certificateExpiresAt }
}

function buildMirror(watched: Watched, at: number, now: Clocks): MirrorStatus {
  const { url, state, lastProbe, samples, probes, changes } = watched
  const { since, reason, detail, probedAt, nextAt } = state
  return {
    url,
    health: judgedHealth(state) ?? 'unknown',
    since: wallTime(since, now),
    position: at === -1 ? undefined : at + 1,
    ...(reason && { reason }),
    ...(detail !== undefined && { detail }),
    probedAt: probedAt === undefined ? undefined : wallTime(probedAt, now),
    nextAt: wallTime(nextAt, now),
    ...(lastProbe?.phases_ms && { phases: lastProbe.phases_ms }),
    ...(lastProbe?.latency_ms && { latencyMs: lastProbe.latency_ms.median }),
    // There are many, and only the page reads them.
    get samples() {
      return samples.map(({ at, ms }) => ({ at: wallTime(at, now), ms }))
    },
    probes,
    changes,
    ...certificateOf(watched),
  }
}
