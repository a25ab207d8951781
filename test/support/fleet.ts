/** A fleet of watchers in a simulated world: each node runs the real loop, and all share a clock and a mirror. */
import type { HealthFile } from '../../lib/health/health-file.ts'
import { baseUrl, type MirrorList } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import { listEndpoints } from '../../lib/probe/endpoints.ts'
import { containerdDialect } from '../../lib/targets/containerd/dialect.ts'
import type { Host } from '../../lib/watch/host/host.ts'
import { watch } from '../../lib/watch/loop.ts'
import { ofContainerd } from './lists.ts'
import { UNCHANGED } from './simulation.ts'
import { openVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** What a request finds at a moment, and how long the response takes. It may count the requests. */
export type Responder = (now: number) => { readonly probe: Partial<Probe>; readonly ms: number }

export interface Fleet {
  readonly nodes: number
  readonly list: MirrorList
  /** When the watcher of a node starts, in milliseconds from now. */
  readonly startAt: (node: number) => number
  /** By url. */
  readonly responders: Readonly<Record<string, Responder>>
  readonly until: number
  /** Whether a node sends one probe before its watcher starts, as `apply` does. */
  readonly probesFirst?: boolean
  /** What the previous watcher of every node has saved. */
  readonly saved?: HealthFile
}

export interface FleetRun {
  /** Requests to each url in each second. */
  readonly requests: Readonly<Record<string, readonly number[]>>
  /** When a node wrote another number of mirrors than before, and how many. */
  readonly writes: readonly { readonly at: number; readonly node: number; readonly mirrors: number }[]
}

export async function simulateFleet(fleet: Fleet): Promise<FleetRun> {
  const clock = openVirtualClock()
  const requests = Object.fromEntries(
    Object.keys(fleet.responders).map(url => [url, Array<number>(Math.ceil(fleet.until / 1000)).fill(0)]),
  )
  const writes: FleetRun['writes'][number][] = []
  const ended: Promise<unknown>[] = []
  for (let node = 0; node < fleet.nodes; node += 1) {
    const host = openNode(node, fleet, clock, requests, write => writes.push(write))
    clock.at(fleet.startAt(node), () => {
      if (fleet.probesFirst) probeFirst(fleet, host)
      ended.push(watch(host))
    })
  }
  await clock.run(fleet.until)
  await clock.run(Number.POSITIVE_INFINITY)
  await Promise.all(ended)
  return { requests, writes }
}

function probeFirst({ list }: Fleet, host: Host): void {
  for (const endpoint of listEndpoints(list, containerdDialect))
    if (endpoint.role === 'mirror') void host.probe(endpoint, list)
}

type OnWrite = (write: FleetRun['writes'][number]) => void

function openNode(
  node: number,
  fleet: Fleet,
  clock: VirtualClock,
  requests: Readonly<Record<string, number[]>>,
  onWrite: OnWrite,
): Host {
  const { list } = fleet
  let written = -1
  let resume = () => {}
  return {
    now: clock.now,
    random: openRandom(node),
    wait: until =>
      new Promise<void>(done => {
        const cancel = clock.at(until, done)
        resume = () => {
          cancel()
          done()
        }
      }),
    wake: () => resume(),
    stopped: () => clock.now() >= fleet.until,
    assertLock: async () => {},
    hints: () => ({ list: false, node: false, requested: false }),
    loadList: async () => ({ list, namesTargets: true, notices: [], file: 'mirrors.toml' }),
    reconcile: async ({ registries }) => {
      const mirrors = registries.reduce((sum, registry) => sum + registry.mirrors.length, 0)
      if (mirrors !== written) onWrite({ at: clock.now(), node, mirrors })
      written = mirrors
      return UNCHANGED
    },
    probe: async ({ registry, role, base }) => {
      const url = baseUrl(base)
      const now = clock.now()
      const counts = requests[url]
      const responder = fleet.responders[url]
      if (counts === undefined || responder === undefined) throw new Error(`no responder for ${url}`)
      counts[Math.floor(now / 1000)] = (counts[Math.floor(now / 1000)] ?? 0) + 1
      const { probe, ms } = responder(now)
      await new Promise<void>(done => clock.at(now + ms, done))
      return { registry, url, role, depth: 'ping', status: 'healthy', ...probe }
    },
    listEndpoints: async all => ({
      endpoints: listEndpoints(all, containerdDialect),
      targets: ofContainerd(all),
    }),
    readSaved: async () => ({ healthFile: fleet.saved }),
    saveHealth: async () => {},
    saveHistory: async () => {},
    log: () => {},
    onTurn: () => {},
  }
}

/** Numbers of one node, the same in every run. */
function openRandom(node: number): () => number {
  let seed = Math.imul(node + 1, 2_654_435_761) >>> 0
  return () => {
    // mulberry32: neighbours must not have similar numbers.
    seed = (seed + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
