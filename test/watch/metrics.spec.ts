/** The metrics of a watcher. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { prometheusPage } from '../../lib/reporters/prometheus.ts'
import { renderMetrics } from '../../lib/watch/serve/metrics.ts'
import type { MirrorStatus, ServerStatus, WatchStatus } from '../../lib/watch/serve/status.ts'
import { withMetricsTable } from '../../tools/metrics.ts'
import { metricsInReference, metricsOnPage } from '../support/metrics-page.ts'
import {
  mirrorStatus,
  NOW,
  registryStatus,
  unhealthyMirror,
  watchStatus,
  withState,
} from '../support/status.ts'

const root = path.resolve(import.meta.dirname, '../..')

const SAMPLE = /^([a-z_0-9]+)(?:\{((?:[a-z_0-9]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?\d[\d.e+-]*)$/

/** Values by name and labels, after a check of every line. */
function samplesOf(page: string): ReadonlyMap<string, number> {
  assert.ok(page.endsWith('\n'))
  const samples = new Map<string, number>()
  const names: string[] = []
  for (const line of page.split('\n').slice(0, -1)) {
    const [, helped] = /^# HELP ([a-z_0-9]+) \S[^\n]*\.$/.exec(line) ?? []
    if (helped !== undefined) names.push(helped)
    else if (line.startsWith('#')) assert.equal(line, `# TYPE ${names.at(-1)} ${typeOf(names.at(-1) ?? '')}`)
    else {
      const [, name, labels, value] = SAMPLE.exec(line) ?? assert.fail(line)
      assert.equal(name, names.at(-1))
      const key = labels === undefined ? `${name}` : `${name}{${labels}}`
      assert.ok(!samples.has(key), `${key} appears twice`)
      samples.set(key, Number(value))
    }
  }
  assert.equal(new Set(names).size, names.length, 'the samples of a metric are not separated')
  return samples
}

const typeOf = (name: string) => (name.endsWith('_total') ? 'counter' : 'gauge')
const pageOf = (more: Partial<WatchStatus>) => samplesOf(renderMetrics(watchStatus(more)))
const withMirrors = (...mirrors: MirrorStatus[]) => pageOf({ registries: [registryStatus({ mirrors })] })

const HEALTHY = 'registry="docker.io",url="https://mirror.test/v2"'
const UNHEALTHY = 'registry="docker.io",url="https://unhealthy.test/v2"'

/** A probe that has measured everything. */
const PROBE_PAGE = prometheusPage(
  {
    version: 1,
    kind: 'probe',
    probes: [
      {
        ...{ registry: 'docker.io', url: 'https://m.test/v2', role: 'mirror', depth: 'blob' },
        targets: ['containerd', 'nerdctl'],
        ...{
          status: 'healthy',
          latency_ms: { best: 1, median: 2, worst: 3 },
          phases_ms: { dns: 1, tcp: 1, tls: 1, first_byte: 1 },
        },
        ...{ bytes_per_second: 1, pull_50mb_s: 1, clock_skew_s: 1 },
        tls: { version: 'TLSv1.3', expires: '2026-01-02T00:00:00.000Z', days: 3 },
      },
    ],
    registries: [{ registry: 'docker.io', status: 'healthy', targets: ['containerd'] }],
    unhealthy: [],
    notices: [],
  },
  NOW,
)

describe('the metrics of a watcher', () => {
  it('describe the watcher, the list and the node', () => {
    const samples = pageOf({})
    const expected = {
      'regmirror_build_info{version="1.2.3"}': 1,
      regmirror_watch_start_timestamp_seconds: (NOW - 26 * 3_600_000) / 1000,
      regmirror_watch_alive: 1,
      regmirror_watch_ready: 1,
      regmirror_list_valid: 1,
      'regmirror_list_reads_total{result="success"}': 2,
      'regmirror_list_reads_total{result="error"}': 0,
      regmirror_last_apply_success: 1,
      regmirror_writes_total: 3,
      regmirror_write_failures_total: 0,
      regmirror_last_write_timestamp_seconds: NOW / 1000 - 240,
      regmirror_writes_limited: 0,
      regmirror_reload_pending: 0,
      regmirror_restart_pending: 0,
      regmirror_files_pending: 0,
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(samples.get(name), value, name)
  })

  it('describe every mirror', () => {
    const samples = withMirrors(mirrorStatus(), unhealthyMirror())
    const expected = {
      [`regmirror_up{${HEALTHY},role="mirror"}`]: 1,
      [`regmirror_up{${UNHEALTHY},role="mirror"}`]: 0,
      [`regmirror_mirror_health{${HEALTHY},health="healthy"}`]: 1,
      [`regmirror_mirror_health{${HEALTHY},health="unhealthy"}`]: 0,
      [`regmirror_mirror_health{${UNHEALTHY},health="unhealthy"}`]: 1,
      [`regmirror_mirror_health_since_timestamp_seconds{${UNHEALTHY}}`]: NOW / 1000 - 240,
      [`regmirror_mirror_position{${HEALTHY}}`]: 1,
      [`regmirror_mirror_position{${UNHEALTHY}}`]: 0,
      [`regmirror_mirror_rate_limited{${UNHEALTHY}}`]: 0,
      [`regmirror_probes_total{${UNHEALTHY},result="connect_timeout"}`]: 20,
      [`regmirror_probes_total{${UNHEALTHY},result="healthy"}`]: 700,
      [`regmirror_health_changes_total{${UNHEALTHY}}`]: 1,
      [`regmirror_latency_seconds{${HEALTHY},role="mirror",stat="median"}`]: 0.0123,
      [`regmirror_phase_seconds{${HEALTHY},role="mirror",phase="first_byte"}`]: 0.0058,
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(samples.get(name), value, name)
    assert.equal(
      samples.get(`regmirror_latency_seconds{${UNHEALTHY},role="mirror",stat="median"}`),
      undefined,
    )
  })

  it('report a rate limited mirror, which is not up', () => {
    const samples = withMirrors(unhealthyMirror({ health: 'rate_limited', reason: 'rate_limited' }))
    assert.equal(samples.get(`regmirror_mirror_rate_limited{${UNHEALTHY}}`), 1)
    assert.equal(samples.get(`regmirror_up{${UNHEALTHY},role="mirror"}`), 0)
    assert.equal(samples.get(`regmirror_mirror_health{${UNHEALTHY},health="rate_limited"}`), 1)
    const probe = { registry: 'docker.io', url: 'https://m.test/v2', role: 'mirror', depth: 'ping' } as const
    const probes = [{ ...probe, status: 'degraded', reason: 'rate_limited' } as const]
    const page = prometheusPage(
      { version: 1, kind: 'probe', probes, registries: [], unhealthy: [], notices: [] },
      NOW,
    )
    const help = /^# HELP regmirror_up .*0 if it is unhealthy or rate limited \(429\);.*$/m
    assert.equal(help.exec(page)?.[0], help.exec(renderMetrics(watchStatus()))?.[0])
    assert.match(page, /^regmirror_up\{.*\} 0$/m)
  })

  it('count a probe of a mirror for each registry that lists it', () => {
    const page = renderMetrics(
      watchStatus({ registries: ['a.test', 'b.test'].map(name => registryStatus({ name })) }),
    )
    assert.equal(page.match(/^regmirror_probes_total\{.*\} 720$/gm)?.length, 2)
    assert.match(page, /^# HELP regmirror_probes_total .* that two registries list is counted twice\.$/m)
  })

  it('are those of the reference, with their types and labels', () => {
    const document = readFileSync(path.join(root, 'docs/metrics.md'), 'utf8')
    assert.equal(document, withMetricsTable(document), 'docs/metrics.md is outdated; run npm run metrics')
    const server = {
      url: 'https://registry-1.docker.io/v2',
      health: 'healthy',
      certificateExpiresAt: NOW,
      targets: ['docker'],
    } as const
    const mirrors = [mirrorStatus({ targets: ['docker'] })]
    const state = { registry: 'docker.io', status: 'unhealthy', targets: ['docker'] } as const
    const list = { ...watchStatus().list, loadedAt: NOW }
    const node = { ...watchStatus().node, reloads: { docker: { success: 1, error: 0 } } }
    const page = renderMetrics(
      watchStatus({ list, node, registries: [registryStatus({ mirrors, servers: [server], state })] }),
    )
    const sorted = (metrics: ReadonlyMap<string, string>) => [...metrics].sort()
    assert.deepEqual(sorted(metricsOnPage(page)), sorted(metricsInReference(document, 'watch')))
    assert.deepEqual(sorted(metricsOnPage(PROBE_PAGE)), sorted(metricsInReference(document, 'probe')))
  })

  it('are separate for targets that are probed apart, and name them', () => {
    const mirrors = [
      mirrorStatus({ targets: ['containerd', 'nerdctl'] }),
      mirrorStatus({ targets: ['docker'], health: 'unhealthy', position: undefined }),
    ]
    const page = renderMetrics(watchStatus({ registries: [registryStatus({ mirrors })] }))
    const up = (targets: string) =>
      `regmirror_up{registry="docker.io",url="https://mirror.test/v2",role="mirror",targets="${targets}"}`
    assert.ok(page.includes(`${up('containerd,nerdctl')} 1\n`))
    assert.ok(page.includes(`${up('docker')} 0\n`))
    assert.match(
      page,
      /^regmirror_up\{registry="docker\.io",url="https:\/\/registry-1.docker.io\/v2",role="server"\} 1$/m,
    )
  })

  it('are as many as the documentation says', () => {
    const mirrors = ['a', 'b'].map(name =>
      mirrorStatus({ url: `https://${name}.test/v2`, certificateExpiresAt: NOW }),
    )
    const all = Array.from({ length: 5 }, (_, i) => {
      const status = { ...registryStatus({ name: `r${i}.test`, mirrors }), servers: [] }
      return status
    })
    const [, own, each, mirror, sum] =
      /exports (\d+) samples, (\d+) for each registry and (\d+) for each mirror over https: (\d+) for 5 registries with 2/
        .exec(readFileSync(path.join(root, 'docs/metrics.md'), 'utf8'))
        ?.map(Number) ?? []
    assert.equal(pageOf({ registries: all }).size, sum)
    assert.equal(sum, Number(own) + 5 * Number(each) + 10 * Number(mirror))
  })

  it('show every problem as a number', () => {
    const { list, node } = watchStatus()
    const why = 'a file is newer'
    const restart = [{ target: 'containerd', command: 'systemctl restart containerd', why }]
    const reload = [{ target: 'docker', command: 'systemctl reload docker', why }]
    const pendingFiles = ['/etc/containerd/config.toml']
    const samples = pageOf({
      list: { ...list, problem: 'no' },
      node: { ...node, problem: 'no', limitedUntil: NOW + 1, reload, restart, pendingFiles },
      ready: false,
      alive: false,
    })
    for (const name of ['list_valid', 'last_apply_success', 'watch_alive', 'watch_ready'])
      assert.equal(samples.get(`regmirror_${name}`), 0, name)
    for (const name of ['writes_limited', 'reload_pending', 'restart_pending', 'files_pending'])
      assert.equal(samples.get(`regmirror_${name}`), 1, name)
  })

  it('have no result of writes before the first one', () => {
    const samples = pageOf({ node: { ...watchStatus().node, tried: false } })
    assert.equal(samples.get('regmirror_last_apply_success'), undefined)
  })

  it('show a registry as up while a mirror or its server is usable, and nothing while that is unknown', () => {
    const up = (mirror: MirrorStatus, server: ServerStatus['health'] | 'none' = 'unknown') => {
      const url = 'https://registry-1.docker.io/v2'
      const { state: _, ...rest } = { ...registryStatus({ mirrors: [mirror] }), servers: [] }
      const registry = withState(server === 'none' ? rest : { ...rest, servers: [{ url, health: server }] })
      return pageOf({ registries: [registry] }).get('regmirror_registry_up{registry="docker.io"}')
    }
    assert.equal(up(mirrorStatus(), 'none'), 1)
    assert.equal(up(mirrorStatus({ health: 'degraded' }), 'unhealthy'), 1)
    assert.equal(up(unhealthyMirror(), 'healthy'), 1)
    assert.equal(up(unhealthyMirror(), 'unhealthy'), 0)
    assert.equal(up(unhealthyMirror(), 'none'), 0)
    assert.equal(up(unhealthyMirror()), undefined)
  })

  it('cannot be forged by text from outside', () => {
    const url = 'https://m.test/"} 1\nregmirror_list_valid 0\n\\'
    const samples = withMirrors(mirrorStatus({ url, probes: { 'a"b\\c\nd': 1 } }))
    assert.equal(samples.get('regmirror_list_valid'), 1)
    const forged = 'url="https://m.test/\\"} 1\\nregmirror_list_valid 0\\n\\\\"'
    assert.equal(samples.get(`regmirror_up{registry="docker.io",${forged},role="mirror"}`), 1)
  })

  it('are valid before the first write and the first probe', () => {
    const { writtenAt: _, ...node } = watchStatus().node
    const samples = pageOf({ registries: [], node })
    assert.equal(samples.get('regmirror_last_write_timestamp_seconds'), undefined)
    assert.ok(![...samples.keys()].some(key => key.includes('regmirror_up')))
    const unprobed = withMirrors(mirrorStatus({ probedAt: undefined, probes: {} }))
    assert.ok(![...unprobed.keys()].some(key => /last_probe|probes_total/.test(key)))
  })
})
