/** The status of a watcher, for the tests of its pages: everything is healthy, except what a test changes. */
import { judgeRegistry } from '../../lib/health/availability.ts'
import type { Health } from '../../lib/health/health.ts'
import type { StatusSource } from '../../lib/watch/serve/serve.ts'
import type {
  LatencySample,
  MirrorStatus,
  RegistryStatus,
  WatchStatus,
} from '../../lib/watch/serve/status.ts'
import { mirror, registry } from './lists.ts'

/** The time of every status here. */
export const NOW = Date.UTC(2026, 4, 6, 3, 14, 15)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** An hour of latencies, one every 15 seconds; `undefined` where the probe failed. */
export function samplesOf(ms: (i: number) => number | undefined): readonly LatencySample[] {
  return Array.from({ length: 240 }, (_, i) => ({ at: NOW - (239 - i) * 15_000, ms: ms(i) }))
}

export function mirrorStatus(more: Partial<MirrorStatus> = {}): MirrorStatus {
  return {
    url: 'https://mirror.test/v2',
    health: 'healthy',
    since: NOW - 3 * HOUR,
    position: 1,
    probedAt: NOW - 5000,
    nextAt: NOW + 10_000,
    latencyMs: 12.3,
    phases: { dns: 1, tcp: 2.5, tls: 4, first_byte: 5.8 },
    samples: samplesOf(i => 12 + Math.sin(i / 3)),
    probes: { healthy: 720 },
    changes: 0,
    ...more,
  }
}

export function unhealthyMirror(more: Partial<MirrorStatus> = {}): MirrorStatus {
  const { latencyMs: _, phases: __, ...rest } = mirrorStatus()
  return {
    ...rest,
    url: 'https://unhealthy.test/v2',
    health: 'unhealthy',
    since: NOW - 4 * MINUTE,
    position: undefined,
    reason: 'connect_timeout',
    detail: 'does not accept a connection within 2 s',
    samples: samplesOf(i => (i > 220 ? undefined : 40 + (i % 7))),
    probes: { healthy: 700, connect_timeout: 20 },
    changes: 1,
    ...more,
  }
}

export function registryStatus(more: Partial<RegistryStatus> = {}): RegistryStatus {
  return withState({
    name: 'docker.io',
    mirrors: [mirrorStatus()],
    servers: [{ url: 'https://registry-1.docker.io/v2', health: 'healthy' }],
    files: [
      {
        path: '/etc/containerd/certs.d/docker.io/hosts.toml',
        text: 'server = "https://registry-1.docker.io"\n\n[host."https://mirror.test"]\n  capabilities = ["pull", "resolve"]\n',
      },
    ],
    ...more,
  })
}

/** With the health that follows from its endpoints, where every mirror resolves tags. */
export function withState(status: Omit<RegistryStatus, 'state'>): RegistryStatus {
  const { name, mirrors, servers } = status
  const [server] = servers
  const declared = registry(
    name,
    mirrors.map(() => mirror('https://any.test')),
    { fallback: server !== undefined },
  )
  const order = mirrors.map(({ health }) => health)
  const state = judgeRegistry(
    {
      ...declared,
      mirrors: declared.mirrors.map((one, i) => ({ ...one, base: { ...one.base, path: `/${i}` } })),
    },
    {
      health: (_, url) => knownHealth(order[Number(url.split('/').at(-1))]),
      serverHealth: () => knownHealth(server?.health),
    },
  )
  return { state, ...status }
}

function knownHealth(health: MirrorStatus['health'] | undefined): Health | undefined {
  return health === 'unknown' ? undefined : health
}

const NODE: WatchStatus['node'] = {
  writes: 3,
  failures: 0,
  writtenAt: NOW - 4 * MINUTE,
  tried: true,
  reload: [],
  restart: [],
  pendingFiles: [],
  reloads: {},
  reloadFailures: [],
}

export function watchStatus(more: Partial<WatchStatus> = {}): WatchStatus {
  return {
    version: '1.2.3',
    machine: 'node-7',
    startedAt: NOW - 26 * HOUR,
    now: NOW,
    list: {
      file: '/etc/regmirror/mirrors.toml',
      loadedAt: NOW - 20 * HOUR,
      reads: { success: 2, error: 0 },
    },
    node: NODE,
    registries: [registryStatus()],
    recentEvents: [
      { at: NOW - 4 * MINUTE, text: 'docker.io: https://unhealthy.test/v2 is unhealthy: connect_timeout' },
    ],
    ready: true,
    alive: true,
    ...more,
  }
}

/** The same status for pages and for checks. */
export function statusSource(status: () => WatchStatus): StatusSource {
  return { summary: status, status }
}
