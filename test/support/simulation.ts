/** A watcher in a simulated world: its clock advances as fast as the loop turns. */
import type { HealthFile } from '../../lib/health/health-file.ts'
import type { MirrorList } from '../../lib/model/registry.ts'
import { baseUrl } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import { listEndpoints } from '../../lib/probe/endpoints.ts'
import { containerdDialect } from '../../lib/targets/containerd/dialect.ts'
import type { Event } from '../../lib/watch/events.ts'
import type { History } from '../../lib/watch/history.ts'
import type { Host, Reconciled, Scope, Triggers } from '../../lib/watch/host/host.ts'
import { watch } from '../../lib/watch/loop.ts'
import type { Memory } from '../../lib/watch/memory.ts'
import { ofContainerd } from './lists.ts'

/** What a probe of an endpoint finds at a moment, and how long that takes. */
export type Behaviour = (now: number) => { readonly probe: Partial<Probe>; readonly ms: number }

export const HEALTHY: Behaviour = () => ({
  probe: { status: 'healthy', latency_ms: { best: 20, median: 20, worst: 20 } },
  ms: 20,
})
export const REFUSING: Behaviour = () => ({ probe: { status: 'unhealthy', reason: 'refused' }, ms: 1 })
export const SILENT: Behaviour = () => ({
  probe: { status: 'unhealthy', reason: 'connect_timeout' },
  ms: 3000,
})

export interface Written {
  readonly at: number
  /** Urls by registry. */
  readonly urls: Readonly<Record<string, readonly string[]>>
  readonly scope: Scope
}

export interface World {
  /** When the watcher starts (default: 0) and ends: milliseconds of its clock. */
  readonly start?: number
  readonly until: number
  readonly list: () => MirrorList
  /** By url; the others are healthy. */
  readonly behaviours: Readonly<Record<string, Behaviour>>
  readonly hints?: (now: number) => Partial<Triggers>
  readonly healthFile?: HealthFile
  readonly history?: History
  readonly reconcile?: (list: MirrorList, scope: Scope, mayReload: (target: string) => boolean) => Reconciled
  readonly saveHealth?: () => void
  readonly saveHistory?: () => void
  readonly assertLock?: () => void
  readonly onTurn?: (memory: Memory) => void
}

export interface Simulated {
  readonly memory: Memory
  readonly written: readonly Written[]
  readonly events: readonly (Event & { readonly at: number })[]
  /** When each url was probed. */
  readonly probed: Readonly<Record<string, readonly number[]>>
  /** What was saved last. */
  readonly healthFile: HealthFile | undefined
  readonly history: History | undefined
}

const NO_HINTS = { list: false, node: false, requested: false }

export async function simulate(world: World): Promise<Simulated> {
  let now = world.start ?? 0
  let seed = 1
  const pending: { readonly at: number; readonly done: () => void }[] = []
  const written: Written[] = []
  const events: (Event & { at: number })[] = []
  const probed: Record<string, number[]> = {}
  let healthFile: HealthFile | undefined
  let history: History | undefined
  const host: Host = {
    now: () => now,
    random: () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return seed / 0x7fffffff
    },
    wait: async until => {
      pending.sort((a, b) => a.at - b.at)
      now = Math.max(now, Math.min(until, pending[0]?.at ?? Infinity, world.until))
      while (pending.length > 0 && (pending[0]?.at ?? 0) <= now) pending.shift()?.done()
      await new Promise(done => setImmediate(done))
    },
    wake: () => {},
    stopped: () => now >= world.until,
    assertLock: async () => world.assertLock?.(),
    hints: () => ({ ...NO_HINTS, ...world.hints?.(now) }),
    loadList: async () => ({ list: world.list(), namesTargets: true, notices: [], file: 'mirrors.toml' }),
    reconcile: async (list, scope, mayReload) => {
      const urls: Written['urls'] = Object.fromEntries(
        list.registries.map(({ name, mirrors }) => [name, mirrors.map(({ base }) => baseUrl(base))]),
      )
      if (JSON.stringify(written.at(-1)?.urls) !== JSON.stringify(urls))
        written.push({ at: now, urls, scope })
      return world.reconcile?.(list, scope, mayReload) ?? UNCHANGED
    },
    probe: async ({ registry, role, base }) => {
      const url = baseUrl(base)
      probed[url] = [...(probed[url] ?? []), now]
      const { probe, ms } = (world.behaviours[url] ?? HEALTHY)(now)
      await new Promise<void>(done => pending.push({ at: now + ms, done }))
      return { registry, url, role, depth: 'ping', status: 'healthy', ...probe }
    },
    listEndpoints: async list => ({
      endpoints: listEndpoints(list, containerdDialect),
      targets: ofContainerd(list),
    }),
    readSaved: async () => ({ healthFile: world.healthFile, history: world.history }),
    saveHealth: async file => {
      world.saveHealth?.()
      healthFile = file
    },
    saveHistory: async saved => {
      world.saveHistory?.()
      history = saved
    },
    log: event => void events.push({ ...event, at: now }),
    onTurn: memory => world.onTurn?.(memory),
  }
  const memory = await watch(host)
  return { memory, written, events, probed, healthFile, history }
}

export const UNCHANGED: Reconciled = {
  report: {
    version: 1,
    kind: 'apply',
    changed: false,
    changes: [],
    notices: [],
    reload: [],
    restart: [],
    unchanged: 0,
  },
  notices: [],
  pendingFiles: [],
  reloads: [],
  seesActivations: true,
  shownFiles: new Map(),
}
