/** The status of a watcher, from what it remembers. Pure. */
import { judgeForTargets } from '../../health/judge-targets.ts'
import { judgedHealth } from '../../health/mirror-health.ts'
import { selectMirrors } from '../../health/select.ts'
import { keyOf } from '../../health/verdicts.ts'
import { baseUrl, type MirrorList, type Registry } from '../../model/registry.ts'
import { registriesFor, type TargetRegistries } from '../../model/target-registries.ts'
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
  const { nodeProblem = memory.saveProblem, writtenAt, limitedUntil = memory.reloads.limitedUntil } = memory
  const { writes, failures, reload, restart, pendingFiles, reloads } = memory
  const failed = [...reloads.failures].map(([target, { problem }]) => ({ target, problem }))
  return {
    ...(nodeProblem !== undefined && { problem: nodeProblem }),
    tried: memory.attempted !== undefined,
    ...(writtenAt !== undefined && { writtenAt: wallTime(writtenAt, now) }),
    ...{ writes, failures, reload, restart, pendingFiles },
    ...{ reloadFailures: failed, reloads: Object.fromEntries(reloads.counts) },
    ...(limitedUntil !== undefined && { limitedUntil: wallTime(limitedUntil, now) }),
  }
}

function buildRegistries(memory: Memory, now: Clocks): readonly RegistryStatus[] {
  const list = memory.loaded?.list
  if (list === undefined) return []
  const { targets } = memory
  const knownFor = knownHealth(memory)
  const positionOf = writtenPositions(selectMirrors(list, targets, knownFor), targets)
  return list.registries.map(registry => ({
    ...buildRegistry(registry, positionOf, memory, now),
    state: judgeForTargets(registry.name, targets, knownFor) ?? unused(registry.name),
  }))
}

/** No target has it, so nothing of it is probed. */
function unused(registry: string): RegistryStatus['state'] {
  return { registry, status: 'unknown', detail: 'no runtime of the list can have its mirrors' }
}

type PositionOf = (mirror: Watched) => number | undefined

/** The positions among the mirrors that the target can have; of several targets, the first that has the mirror counts. */
function writtenPositions(written: MirrorList, targets: readonly TargetRegistries[]): PositionOf {
  const indexes = targets.map(target => ({ target, positions: positionsOf(written, target) }))
  return ({ endpoint: { registry, targets: names }, url }) => {
    const [position] = indexes.flatMap(({ target, positions }) =>
      names === undefined || names.includes(target.name) ? (positions.get(keyOf(registry, url)) ?? []) : [],
    )
    return position === 0 ? undefined : position
  }
}

/** By `keyOf`, from 1; 0: it is not written. */
function positionsOf(written: MirrorList, target: TargetRegistries): ReadonlyMap<string, number> {
  const now = new Map(registriesFor(written, target.name).map(({ name, mirrors }) => [name, mirrors]))
  return new Map(
    target.registries.flatMap(({ name, mirrors: had }) => {
      const order = now.get(name)?.filter(mirror => had.includes(mirror)) ?? []
      return had.map(mirror => [keyOf(name, baseUrl(mirror.base)), order.indexOf(mirror) + 1] as const)
    }),
  )
}

function buildRegistry(
  { name }: Registry,
  positionOf: PositionOf,
  memory: Memory,
  now: Clocks,
): Omit<RegistryStatus, 'state'> {
  const own = memory.mirrors.filter(({ endpoint }) => endpoint.registry === name)
  const servers = memory.servers.filter(({ endpoint }) => endpoint.registry === name)
  return {
    name,
    mirrors: own.map(mirror => buildMirror(mirror, positionOf(mirror), now)),
    servers: servers.map(buildServer),
    files: memory.shownFiles.get(name) ?? [],
  }
}

function buildServer(server: Watched): ServerStatus {
  const health = serverHealth(server) ?? 'unknown'
  const { reason, detail } = server.lastProbe ?? {}
  return {
    url: server.url,
    ...targetsOf(server),
    health,
    ...(reason && { reason }),
    ...(detail !== undefined && { detail }),
    ...certificateOf(server),
  }
}

function targetsOf({ endpoint: { targets } }: Watched): Pick<ServerStatus, 'targets'> {
  return targets === undefined ? {} : { targets }
}

function certificateOf({ certificateExpiresAt }: Watched): Pick<ServerStatus, 'certificateExpiresAt'> {
  return certificateExpiresAt === undefined ? {} : { certificateExpiresAt }
}

function buildMirror(watched: Watched, position: number | undefined, now: Clocks): MirrorStatus {
  const { url, state, lastProbe, samples, probes, changes } = watched
  const { since, reason, detail, probedAt, nextAt } = state
  return {
    url,
    ...targetsOf(watched),
    health: judgedHealth(state) ?? 'unknown',
    since: wallTime(since, now),
    position,
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
