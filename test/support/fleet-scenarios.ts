/** What happens to the mirror of a fleet, and when: for the figures of docs/fleet.md and for their test. */

import { initialHealth } from '../../lib/health/mirror-health.ts'
import { keyOf } from '../../lib/health/verdicts.ts'
import { type Fleet, type FleetRun, type Responder, simulateFleet } from './fleet.ts'
import { HEALTH, listOf, mirror, registry } from './lists.ts'
import { HEALTHY, REFUSING, SILENT } from './simulation.ts'

export const [MIRROR, SERVER] = ['https://mirror.test/v2', 'https://registry-1.docker.io/v2']

const SECOND = 1000
const MINUTE = 60 * SECOND

/** A part of a run: its requests are counted. */
export interface Phase {
  readonly title: string
  readonly from: number
  readonly to: number
  /** How many mirrors the nodes write because of it; undefined: it causes no write. */
  readonly mirrors?: number
}

export interface Scenario {
  readonly title: string
  readonly phases: readonly Phase[]
  readonly run: () => Promise<FleetRun>
}

export function fleetScenarios(nodes: number): readonly Scenario[] {
  return [...outages(nodes), ...rateLimits(nodes), ...rollOuts(nodes)]
}

function outages(nodes: number): readonly Scenario[] {
  return [
    {
      title: 'the mirror refuses connections for six minutes',
      phases: [
        phase('all nodes start in the same second', 0, 0.5),
        phase('steady state', 1, 4),
        phase('the mirror refuses connections', 4, 5, 0),
        phase('the same, four minutes later', 8, 10),
        phase('the mirror works again', 10, 13, 1),
      ],
      run: fleet(nodes, timeline([4, REFUSING], [10, HEALTHY]), 13),
    },
    {
      title: 'the mirror does not respond for five minutes',
      phases: [phase('the mirror does not respond', 2, 4, 0), phase('it responds again', 7, 10, 1)],
      run: fleet(nodes, timeline([2, SILENT], [7, HEALTHY]), 10),
    },
    {
      title: 'all nodes start in the same second, the mirror five minutes later',
      phases: [
        phase('all nodes start without the mirror', 0, 3, 0),
        phase('the mirror starts five minutes later', 5, 8, 1),
      ],
      run: fleet(nodes, timeline([0, REFUSING], [5, HEALTHY]), 8),
    },
  ]
}

function rateLimits(nodes: number): readonly Scenario[] {
  return [
    {
      title: 'the mirror responds 429 to all for a minute; every Retry-After ends at the same moment',
      phases: [
        phase('429 to every node for a minute', 3.5, 4.5, 0),
        phase('Retry-After ends at one moment for all nodes', 4.5, 7, 1),
      ],
      run: fleet(nodes, timeline([3.5, limitedUntilFullFiveMinutes], [4.5, HEALTHY]), 7),
    },
    {
      title: 'the mirror allows half of the steady rate',
      phases: [phase('429 to every request above half of the steady rate', 4, 10)],
      run: fleet(nodes, timeline([2, limitedTo(Math.round(nodes / 60))]), 10),
    },
  ]
}

/** Nodes that Ansible configures at the same time, and how long that takes. */
const [FORKS, TASK_MS] = [50, 5 * SECOND]

function rollOuts(nodes: number): readonly Scenario[] {
  const batchMs = Math.ceil(nodes / 10 / FORKS) * TASK_MS
  const minutes = (10 * batchMs) / MINUTE
  return [
    {
      title: 'a new list for all nodes in ten parts, one each minute, the pods of a part in the same second',
      phases: [phase('DaemonSet, `maxUnavailable: 10%`', 0, 10)],
      run: fleet(nodes, HEALTHY, 10, { startAt: inTenths(nodes, MINUTE, () => 0) }),
    },
    {
      title: `Ansible with ${FORKS} forks, 5 s for each node: apply, which probes, and the watcher`,
      phases: [phase('Ansible, `serial: 10%` and 50 forks', 0, minutes)],
      run: fleet(nodes, HEALTHY, minutes, {
        startAt: inTenths(nodes, batchMs, nth => Math.floor(nth / FORKS) * TASK_MS),
        probesFirst: true,
      }),
    },
    {
      title: 'an upgrade: all watchers stop for a minute and start in the same second',
      phases: [phase('all watchers restart in the same second', 0, 3)],
      run: fleet(nodes, HEALTHY, 3, { saved: OVERDUE }),
    },
  ]
}

function fleet(nodes: number, responder: Responder, minutes: number, more: Partial<Fleet> = {}) {
  const responders = { [MIRROR]: responder, [SERVER]: HEALTHY }
  const until = minutes * MINUTE
  return () => simulateFleet({ nodes, list: LIST, startAt: () => 0, responders, until, ...more })
}

const LIST = listOf(registry('docker.io', [mirror('https://mirror.test')]))

/** What the previous watcher has saved; its next probe is due. */
const OVERDUE = {
  written_at: 0,
  stale_at: 3 * HEALTH.intervalMs,
  mirrors: {
    [keyOf('docker.io', MIRROR)]: { ...initialHealth(0, HEALTH, () => 0), judged: true, probedAt: 0 },
  },
  servers: {},
  orders: {},
  registries: [],
}

function phase(title: string, from: number, to: number, mirrors?: number): Phase {
  return { title, from: from * MINUTE, to: to * MINUTE, ...(mirrors !== undefined && { mirrors }) }
}

/** A mirror that behaves in turn: each responder counts from its minute on. */
function timeline(...steps: readonly (readonly [minute: number, responder: Responder])[]): Responder {
  return now => (steps.findLast(([minute]) => now >= minute * MINUTE)?.[1] ?? HEALTHY)(now)
}

function limited(retry_after_s: number): ReturnType<Responder> {
  return { probe: { status: 'degraded', reason: 'rate_limited', retry_after_s }, ms: 20 }
}

/** As a limit with a fixed window does. */
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

/** A tenth of the nodes after the other. */
function inTenths(nodes: number, waveMs: number, offsetMs: (nth: number) => number) {
  const tenth = Math.ceil(nodes / 10)
  return (node: number) => Math.floor(node / tenth) * waveMs + offsetMs(node % tenth)
}
