/** The watcher's page for Prometheus. */
import assert from 'node:assert/strict'
import { prometheusPage } from '../../lib/reporters/prometheus.ts'
import { metricsPage } from '../../lib/watch/serve/metrics.ts'
import type { MirrorStatus, WatchStatus } from '../../lib/watch/serve/status.ts'
import { mirrorDown, mirrorStatus, NOW, registryStatus, watchStatus } from '../support/status.ts'

const SAMPLE = /^([a-z_0-9]+)(?:\{((?:[a-z_0-9]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?\d[\d.e+-]*)$/

/** Values by name and labels, after a look at every line. */
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
      assert.ok(!samples.has(key), `${key} is there twice`)
      samples.set(key, Number(value))
    }
  }
  assert.equal(new Set(names).size, names.length, 'every metric stands in one place')
  return samples
}

const typeOf = (name: string) => (name.endsWith('_total') ? 'counter' : 'gauge')
const pageOf = (more: Partial<WatchStatus>) => samplesOf(metricsPage(watchStatus(more)))
const withMirrors = (...mirrors: MirrorStatus[]) => pageOf({ registries: [registryStatus({ mirrors })] })

const WELL = 'registry="docker.io",url="https://mirror.test/v2"'
const DOWN = 'registry="docker.io",url="https://down.test/v2"'

describe('metrics of a watcher', () => {
  it('tell of itself, the list and the node', () => {
    const samples = pageOf({})
    const expected = {
      'regmirror_build_info{version="1.2.3"}': 1,
      regmirror_watch_start_timestamp_seconds: (NOW - 26 * 3_600_000) / 1000,
      regmirror_watch_alive: 1,
      regmirror_watch_ready: 1,
      regmirror_list_valid: 1,
      'regmirror_list_reads_total{result="good"}': 2,
      'regmirror_list_reads_total{result="bad"}': 0,
      regmirror_last_apply_success: 1,
      regmirror_writes_total: 3,
      regmirror_write_failures_total: 0,
      regmirror_last_write_timestamp_seconds: NOW / 1000 - 240,
      regmirror_writes_held: 0,
      regmirror_restart_pending: 0,
      regmirror_files_left: 0,
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(samples.get(name), value, name)
  })

  it('tell of every mirror', () => {
    const samples = withMirrors(mirrorStatus(), mirrorDown())
    const expected = {
      [`regmirror_mirror_up{${WELL}}`]: 1,
      [`regmirror_mirror_up{${DOWN}}`]: 0,
      [`regmirror_mirror_health{${WELL},health="up"}`]: 1,
      [`regmirror_mirror_health{${WELL},health="down"}`]: 0,
      [`regmirror_mirror_health{${DOWN},health="down"}`]: 1,
      [`regmirror_mirror_health_since_timestamp_seconds{${DOWN}}`]: NOW / 1000 - 240,
      [`regmirror_mirror_place{${WELL}}`]: 1,
      [`regmirror_mirror_place{${DOWN}}`]: 0,
      [`regmirror_breaker_open{${DOWN}}`]: 0,
      [`regmirror_questions_total{${DOWN},result="connect_timeout"}`]: 20,
      [`regmirror_questions_total{${DOWN},result="healthy"}`]: 700,
      [`regmirror_health_changes_total{${DOWN}}`]: 1,
      [`regmirror_latency_seconds{${WELL},role="mirror",stat="median"}`]: 0.0123,
      [`regmirror_phase_seconds{${WELL},role="mirror",phase="first_byte"}`]: 0.0058,
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(samples.get(name), value, name)
    assert.equal(samples.get(`regmirror_latency_seconds{${DOWN},role="mirror",stat="median"}`), undefined)
  })

  it('a mirror that answered 429 has an open breaker and is not up', () => {
    const samples = withMirrors(mirrorDown({ health: 'limited', reason: 'rate_limited' }))
    assert.equal(samples.get(`regmirror_breaker_open{${DOWN}}`), 1)
    assert.equal(samples.get(`regmirror_mirror_up{${DOWN}}`), 0)
    assert.equal(samples.get(`regmirror_mirror_health{${DOWN},health="limited"}`), 1)
    assert.match(
      metricsPage(watchStatus()),
      /^# HELP regmirror_mirror_up .*0 for down, and for limited \(429\)/m,
    )
    const probe = { registry: 'docker.io', url: 'https://m.test/v2', role: 'mirror', depth: 'ping' } as const
    const probes = [{ ...probe, status: 'degraded', reason: 'rate_limited' } as const]
    const page = prometheusPage({ version: 1, kind: 'probe', probes, unhealthy: [], notices: [] }, NOW)
    assert.match(
      page,
      /^# HELP regmirror_up 1 for healthy and degraded, which includes rate limited \(429\);/m,
    )
    assert.match(page, /^regmirror_up\{.*\} 1$/m)
  })

  it('a question about a mirror of two registries is a sample of each, and says so', () => {
    const page = metricsPage(
      watchStatus({ registries: ['a.test', 'b.test'].map(name => registryStatus({ name })) }),
    )
    assert.equal(page.match(/^regmirror_questions_total\{.*\} 720$/gm)?.length, 2)
    assert.match(
      page,
      /^# HELP regmirror_questions_total .* One counts for each registry that lists the mirror\.$/m,
    )
  })

  it('what is wrong can be told from numbers', () => {
    const { list, node } = watchStatus()
    const restart = ['systemctl restart containerd']
    const samples = pageOf({
      list: { ...list, problem: 'no' },
      node: { ...node, problem: 'no', heldUntil: NOW + 1, restart, left: ['/etc/containerd/config.toml'] },
      ready: false,
      alive: false,
    })
    for (const name of ['list_valid', 'last_apply_success', 'watch_alive', 'watch_ready'])
      assert.equal(samples.get(`regmirror_${name}`), 0, name)
    for (const name of ['writes_held', 'restart_pending', 'files_left'])
      assert.equal(samples.get(`regmirror_${name}`), 1, name)
  })

  it('nothing is said of writes before the first', () => {
    const samples = pageOf({ node: { ...watchStatus().node, tried: false } })
    assert.equal(samples.get('regmirror_last_apply_success'), undefined)
  })

  it('a registry can be served while a mirror is well or its server answers; what nobody knows is absent', () => {
    const up = (mirror: MirrorStatus, server?: boolean | 'none') => {
      const url = 'https://registry-1.docker.io/v2'
      const { server: _, ...rest } = registryStatus({ mirrors: [mirror] })
      const registry = server === 'none' ? rest : { ...rest, server: { url, up: server } }
      return pageOf({ registries: [registry] }).get('regmirror_registry_up{registry="docker.io"}')
    }
    assert.equal(up(mirrorStatus(), 'none'), 1)
    assert.equal(up(mirrorStatus({ health: 'slow' }), false), 1)
    assert.equal(up(mirrorDown(), true), 1)
    assert.equal(up(mirrorDown(), false), 0)
    assert.equal(up(mirrorDown(), 'none'), 0)
    assert.equal(up(mirrorDown()), undefined)
  })

  it('what strangers wrote cannot forge a sample', () => {
    const url = 'https://m.test/"} 1\nregmirror_list_valid 0\n\\'
    const samples = withMirrors(mirrorStatus({ url, asked: { 'a"b\\c\nd': 1 } }))
    assert.equal(samples.get('regmirror_list_valid'), 1)
    const forged = 'url="https://m.test/\\"} 1\\nregmirror_list_valid 0\\n\\\\"'
    assert.equal(samples.get(`regmirror_mirror_up{registry="docker.io",${forged}}`), 1)
  })

  it('before the first walk there is little, and all of it sound', () => {
    const { writtenAt: _, ...node } = watchStatus().node
    const samples = pageOf({ registries: [], node })
    assert.equal(samples.get('regmirror_last_write_timestamp_seconds'), undefined)
    assert.ok(![...samples.keys()].some(key => key.includes('mirror_up')))
    const unasked = withMirrors(mirrorStatus({ askedAt: undefined, asked: {} }))
    assert.ok(![...unasked.keys()].some(key => /last_question|questions_total/.test(key)))
  })
})
