/** What happens to the mirror of a fleet, and when: for the figures of docs/fleet.md and for their test. */
import type { Probe } from '../../lib/model/report.ts'
import { type Fleet, type FleetRun, type Responder, simulateFleet } from './fleet.ts'
import { listOf, mirror, registry } from './lists.ts'
import { HEALTHY, REFUSING, SILENT } from './simulation.ts'

export const [MIRROR, SERVER] = ['https://mirror.test/v2', 'https://registry-1.docker.io/v2']

const SECOND = 1000
const MINUTE = 60 * SECOND

/** A part of a run: its requests are counted from `from` to `to`. */
export interface Phase {
  readonly title: string
  readonly from: number
  readonly to: number
}

export interface Scenario {
  readonly title: string
  readonly phases: readonly Phase[]
  readonly run: (nodes: number) => Promise<FleetRun>
}

/** One mirror behaves in turn: each responder from its minute on. */
function timeline(...steps: readonly (readonly [minute: number, responder: Responder])[]): Responder {
  return now => (steps.findLast(([minute]) => now >= minute * MINUTE)?.[1] ?? HEALTHY)(now)
}

const limited = (retry_after_s: number): ReturnType<Responder> => ({
  probe: { status: 'degraded', reason: 'rate_limited', retry_after_s } satisfies Partial<Probe>,
  ms: 20,
})

/** Every response names the end of the current five minutes, as limits with a fixed window do. */
const limitedUntilFullFiveMinutes: Responder = now =>
  limited(Math.round((5 * MINUTE - (now % (5 * MINUTE))) / SECOND))

/** Serves so many requests a second, and responds to the others with 429. */
function limitedTo(perSecond: number): Responder {
  let [second, count] = [-1, 0]
  return now => {
    const current = Math.floor(now / SECOND)
    if (current !== second) [second, count] = [current, 0]
    count += 1
    return count <= perSecond ? HEALTHY(now) : limited(60)
  }
}

const LIST = listOf(registry('docker.io', [mirror('https://mirror.test')]))
const together = () => 0

function fleet(mirrorResponder: Responder, minutes: number, more: Partial<Fleet> = {}) {
  return (nodes: number) =>
    simulateFleet({
      nodes,
      list: LIST,
      startAt: together,
      responders: { [MIRROR]: mirrorResponder, [SERVER]: HEALTHY },
      until: minutes * MINUTE,
      ...more,
    })
}

const phase = (title: string, from: number, to: number): Phase => ({
  title,
  from: from * MINUTE,
  to: to * MINUTE,
})

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'the mirror refuses connections, and works again',
    phases: [
      phase('all nodes start in the same second', 0, 0.5),
      phase('steady state', 1, 4),
      phase('the mirror refuses connections', 4, 5),
      phase('four minutes later', 8, 10),
      phase('the mirror works again', 10, 13),
    ],
    run: fleet(timeline([4, REFUSING], [10, HEALTHY]), 13),
  },
  {
    title: 'the mirror does not respond',
    phases: [phase('the mirror does not respond', 2, 4), phase('it responds again', 7, 10)],
    run: fleet(timeline([2, SILENT], [7, HEALTHY]), 10),
  },
  {
    title: 'all nodes start in the same second, without the mirror',
    phases: [phase('all nodes start, the mirror refuses connections', 0, 3), phase('the mirror starts too', 5, 8)],
    run: fleet(timeline([0, REFUSING], [5, HEALTHY]), 8),
  },
  {
    title: 'the mirror responds 429 for a minute, until a full five minutes',
    phases: [phase('429 to every node', 4, 5), phase('all return after the same moment', 5, 7)],
    run: fleet(timeline([4, limitedUntilFullFiveMinutes], [5, HEALTHY]), 7),
  },
]

/** The mirror allows a part of the steady rate (nodes / 30 s) only. */
export const limitedScenario = (nodes: number): Scenario => ({
  title: 'the mirror allows half of the steady rate, and responds 429 to the rest',
  phases: [phase('429 to some nodes', 4, 10)],
  run: fleet(timeline([2, limitedTo(Math.round(nodes / 60))]), 10),
})

/** A tenth of the nodes after the other, as `serial: 10%` and `maxUnavailable: 10%` do. */
function startsInTenths(nodes: number, spreadMs: (nth: number, tenth: number) => number, waveMs: number) {
  const tenth = Math.ceil(nodes / 10)
  return (node: number) => Math.floor(node / tenth) * waveMs + spreadMs(node % tenth, tenth)
}

/** Ansible: so many nodes at a time, each for five seconds. */
const [FORKS, TASK_MS] = [50, 5 * SECOND]

export const rolloutScenarios = (nodes: number): readonly Scenario[] => [
  {
    title: 'a DaemonSet rolls out, a tenth of the nodes each minute, all pods of a tenth in the same second',
    phases: [phase('roll-out by DaemonSet', 0, 10)],
    run: fleet(HEALTHY, 11, { startAt: startsInTenths(nodes, () => 0, MINUTE) }),
  },
  {
    title: `Ansible with serial: 10% and ${FORKS} forks: apply, which probes, and then watch`,
    phases: [phase('roll-out by Ansible', 0, (nodes / FORKS) * (TASK_MS / MINUTE))],
    run: fleet(HEALTHY, (nodes / FORKS) * (TASK_MS / MINUTE) + 1, {
      startAt: startsInTenths(
        nodes,
        nth => Math.floor(nth / FORKS) * TASK_MS,
        Math.ceil(Math.ceil(nodes / 10) / FORKS) * TASK_MS,
      ),
      probesFirst: true,
    }),
  },
]

/** Requests a second within a phase. */
export function requestsIn({ requests }: FleetRun, url: string, { from, to }: Phase): readonly number[] {
  return (requests[url] ?? []).slice(from / SECOND, to / SECOND)
}

export const peak = (counts: readonly number[]) => Math.max(0, ...counts)
export const mean = (counts: readonly number[]) =>
  counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length)
