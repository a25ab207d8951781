/** What a watcher may know, for the tests of its pages: all well, unless somebody wants otherwise. */
import type { Known } from '../../lib/watch/serve/serve.ts'
import type { MirrorStatus, Point, RegistryStatus, WatchStatus } from '../../lib/watch/serve/status.ts'

/** The moment at which every status here was taken. */
export const NOW = Date.UTC(2026, 4, 6, 3, 14, 15)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** An hour of latencies, one every 15 seconds; `undefined` where it did not answer well. */
export function pointsOf(ms: (nth: number) => number | undefined): readonly Point[] {
  return Array.from({ length: 240 }, (_, nth) => ({ at: NOW - (239 - nth) * 15_000, ms: ms(nth) }))
}

export function mirrorStatus(more: Partial<MirrorStatus> = {}): MirrorStatus {
  return {
    url: 'https://mirror.test/v2',
    health: 'up',
    since: NOW - 3 * HOUR,
    place: 1,
    askedAt: NOW - 5000,
    nextAt: NOW + 10_000,
    latencyMs: 12.3,
    phases: { dns: 1, tcp: 2.5, tls: 4, first_byte: 5.8 },
    points: pointsOf(nth => 12 + Math.sin(nth / 3)),
    asked: { healthy: 720 },
    changes: 0,
    ...more,
  }
}

export function mirrorDown(more: Partial<MirrorStatus> = {}): MirrorStatus {
  const { latencyMs: _, phases: __, ...rest } = mirrorStatus()
  return {
    ...rest,
    url: 'https://down.test/v2',
    health: 'down',
    since: NOW - 4 * MINUTE,
    place: undefined,
    reason: 'connect_timeout',
    detail: 'no connection to 192.0.2.7:443 within 5s',
    points: pointsOf(nth => (nth > 220 ? undefined : 40 + (nth % 7))),
    asked: { healthy: 700, connect_timeout: 20 },
    changes: 1,
    ...more,
  }
}

export function registryStatus(more: Partial<RegistryStatus> = {}): RegistryStatus {
  return {
    name: 'docker.io',
    mirrors: [mirrorStatus()],
    server: { url: 'https://registry-1.docker.io/v2', up: true },
    hosts: {
      path: '/etc/containerd/certs.d/docker.io/hosts.toml',
      text: 'server = "https://registry-1.docker.io"\n\n[host."https://mirror.test"]\n  capabilities = ["pull", "resolve"]\n',
    },
    ...more,
  }
}

export function watchStatus(more: Partial<WatchStatus> = {}): WatchStatus {
  return {
    version: '1.2.3',
    machine: 'node-7',
    startedAt: NOW - 26 * HOUR,
    now: NOW,
    list: { file: '/etc/regmirror/mirrors.toml', loadedAt: NOW - 20 * HOUR, reads: { good: 2, bad: 0 } },
    node: { writes: 3, failures: 0, writtenAt: NOW - 4 * MINUTE, tried: true, restart: [], left: [] },
    registries: [registryStatus()],
    happenings: [{ at: NOW - 4 * MINUTE, text: 'docker.io: https://down.test/v2 is down: connect_timeout' }],
    ready: true,
    alive: true,
    ...more,
  }
}

/** For what serves it: checks go by the same as pages. */
export function knownAs(status: () => WatchStatus): Known {
  return { summary: status, status }
}
