/** A watcher in a world without time: its clock goes as fast as the loop turns. */
import type { HealthFile } from '../../lib/health/health-file.ts'
import type { MirrorList } from '../../lib/model/registry.ts'
import { baseUrl } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import type { Event } from '../../lib/watch/events.ts'
import type { History } from '../../lib/watch/history.ts'
import type { Hints, Host, Walked } from '../../lib/watch/host/host.ts'
import { watch } from '../../lib/watch/loop.ts'
import type { Memory } from '../../lib/watch/memory.ts'

/** What an endpoint says at a moment, and how long that takes. */
export type Manner = (now: number) => { readonly probe: Partial<Probe>; readonly ms: number }

export const WELL: Manner = () => ({
  probe: { status: 'healthy', latency_ms: { best: 20, median: 20, worst: 20 } },
  ms: 20,
})
export const REFUSING: Manner = () => ({ probe: { status: 'unhealthy', reason: 'refused' }, ms: 1 })
export const SILENT: Manner = () => ({ probe: { status: 'unhealthy', reason: 'no_answer' }, ms: 3000 })

export interface Written {
  readonly at: number
  /** Urls by registry. */
  readonly urls: Readonly<Record<string, readonly string[]>>
  readonly scope: 'all' | 'immediate'
}

export interface World {
  /** When the watcher starts, 0 if left out, and when it ends: milliseconds of its clock. */
  readonly start?: number
  readonly until: number
  readonly list: () => MirrorList
  /** By url. */
  readonly manners: Readonly<Record<string, Manner>>
  readonly hints?: (now: number) => Partial<Hints>
  readonly book?: HealthFile
  readonly history?: History
  readonly walk?: (list: MirrorList, scope: 'all' | 'immediate') => Walked
  readonly keep?: () => void
  readonly keepHistory?: () => void
  readonly turned?: (memory: Memory) => void
}

export interface Simulated {
  readonly memory: Memory
  readonly written: readonly Written[]
  readonly events: readonly (Event & { readonly at: number })[]
  /** When each url was asked. */
  readonly asked: Readonly<Record<string, readonly number[]>>
  /** What was kept last. */
  readonly book: HealthFile | undefined
  readonly history: History | undefined
}

const NOTHING = { list: false, node: false, told: false }

export async function simulate(world: World): Promise<Simulated> {
  let now = world.start ?? 0
  let state = 1
  const pending: { readonly at: number; readonly done: () => void }[] = []
  const written: Written[] = []
  const events: (Event & { at: number })[] = []
  const asked: Record<string, number[]> = {}
  let kept: HealthFile | undefined
  let history: History | undefined
  const around: Host = {
    now: () => now,
    random: () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
      return state / 0x7fffffff
    },
    wait: async until => {
      pending.sort((a, b) => a.at - b.at)
      now = Math.max(now, Math.min(until, pending[0]?.at ?? Infinity, world.until))
      while (pending.length > 0 && (pending[0]?.at ?? 0) <= now) pending.shift()?.done()
      await new Promise(done => setImmediate(done))
    },
    wake: () => {},
    stopped: () => now >= world.until,
    hints: () => ({ ...NOTHING, ...world.hints?.(now) }),
    load: async () => ({ list: world.list(), notices: [], file: 'mirrors.toml' }),
    walk: async (list, scope) => {
      const urls = list.registries.map(({ name, mirrors }) => [
        name,
        mirrors.map(({ base }) => baseUrl(base)),
      ])
      const last = written.at(-1)?.urls
      const next: Written['urls'] = Object.fromEntries(urls)
      if (JSON.stringify(last) !== JSON.stringify(next)) written.push({ at: now, urls: next, scope })
      return world.walk?.(list, scope) ?? UNCHANGED
    },
    ask: async ({ registry, role, base }) => {
      const url = baseUrl(base)
      asked[url] = [...(asked[url] ?? []), now]
      const { probe, ms } = (world.manners[url] ?? WELL)(now)
      await new Promise<void>(done => pending.push({ at: now + ms, done }))
      return { registry, url, role, depth: 'ping', status: 'healthy', ...probe }
    },
    recall: async () => ({ book: world.book, history: world.history }),
    keep: async book => {
      world.keep?.()
      kept = book
    },
    keepHistory: async seen => {
      world.keepHistory?.()
      history = seen
    },
    tell: event => void events.push({ ...event, at: now }),
    turned: memory => world.turned?.(memory),
  }
  const memory = await watch(around)
  return { memory, written, events, asked, book: kept, history }
}

export const UNCHANGED: Walked = {
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
  left: [],
  seesRestarts: true,
  hosts: new Map(),
}
