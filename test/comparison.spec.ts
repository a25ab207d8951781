/** What people read of a comparison, and of other reports, in terminals of every usual width. */
import assert from 'node:assert/strict'
import { fastestFirst } from '../lib/health/fastest.ts'
import type { Probe } from '../lib/model/report.ts'
import { catalogLines } from '../lib/reporters/catalog-lines.ts'
import { comparisonLines } from '../lib/reporters/comparison-lines.ts'
import { paint } from '../lib/reporters/paint.ts'
import { textReport } from '../lib/reporters/text.ts'

const pageOf = (width: number) => ({ paint: paint(false), width, wrapped: true })

const mirror = (url: string, more: Partial<Probe>): Probe => ({
  registry: 'docker.io',
  url: `https://${url}/v2`,
  role: 'mirror',
  status: 'healthy',
  depth: 'blob',
  image: 'library/busybox:latest',
  ...more,
})
const measured = (url: string, ms: number, speed: number, seconds: number, more: Partial<Probe> = {}) =>
  mirror(url, {
    latency_ms: { best: ms, median: ms, worst: ms },
    bytes_per_second: speed,
    pull_50mb_s: seconds,
    ...more,
  })

const PROBES = [
  mirror('gone.example', {
    status: 'unhealthy',
    reason: 'refused',
    detail: 'nothing listens there; check the port',
  }),
  measured('far.example', 264, 4.2e6, 13),
  measured('stale.example', 12, 90e6, 0.6, {
    status: 'degraded',
    reason: 'stale',
    detail: 'its tag is out of date',
  }),
  measured('near.example', 38, 21e6, 2.5),
  mirror('portal.example', {
    status: 'unhealthy',
    reason: 'not_a_registry',
    detail: 'responds with a web page',
  }),
]
const sorted = fastestFirst(PROBES)
const report = { probes: sorted, fastest: [{ registry: 'docker.io', mirror: 'https://near.example/v2' }] }

describe('mirrors that are compared', () => {
  it('are sorted by health, then by the time of a pull', () =>
    assert.deepEqual(
      sorted.map(({ url }) => new URL(url).host),
      ['near.example', 'far.example', 'stale.example', 'gone.example', 'portal.example'],
    ))

  it('that are rate limited come after degraded ones, and before unhealthy ones', () => {
    const [refused, limited] = [
      mirror('gone.example', { status: 'unhealthy', reason: 'refused' }),
      measured('limited.example', 1, 90e6, 0.1, { status: 'degraded', reason: 'rate_limited' }),
    ]
    const stale = measured('stale.example', 300, 1e6, 60, { status: 'degraded', reason: 'stale' })
    assert.deepEqual(fastestFirst([refused, limited, stale]), [stale, limited, refused])
  })

  it('are sorted by latency where the throughput of one is unknown, and keep the order of registries', () => {
    const { bytes_per_second: _, pull_50mb_s: __, ...pinged } = measured('far.example', 264, 1, 1)
    const other = measured('q.example', 1, 1e6, 50, { registry: 'quay.io' })
    assert.deepEqual(
      fastestFirst([other, pinged, measured('near.example', 300, 90e6, 0.6)]).map(
        ({ url }) => new URL(url).host,
      ),
      ['q.example', 'far.example', 'near.example'],
    )
  })

  const GOLDEN: Readonly<Record<number, readonly string[]>> = {
    60: [
      'docker.io  (library/busybox:latest)',
      '  ● healthy    near.example       38 ms     21 MB/s',
      '  ● healthy    far.example       264 ms    4.2 MB/s',
      '  ◐ degraded   stale.example      12 ms     90 MB/s  stale',
      '      its tag is out of date',
      '  ✗ unhealthy  gone.example    refused',
      '      nothing listens there; check the port',
      '  ✗ unhealthy  portal.example  not_a_registry',
      '      responds with a web page',
      '',
      '5 endpoints: 2 healthy, 1 degraded, 2 unhealthy',
      'fastest that serves: https://near.example (50 MB in 2.5 s)',
    ],
    80: [
      'docker.io  (library/busybox:latest)',
      '  ● healthy    https://near.example       38 ms     21 MB/s  █▉',
      '  ● healthy    https://far.example       264 ms    4.2 MB/s  ▍',
      '  ◐ degraded   https://stale.example      12 ms     90 MB/s  ████████  stale',
      '      its tag is out of date',
      '  ✗ unhealthy  https://gone.example    refused',
      '      nothing listens there; check the port',
      '  ✗ unhealthy  https://portal.example  not_a_registry',
      '      responds with a web page',
      '',
      '5 endpoints: 2 healthy, 1 degraded, 2 unhealthy',
      'fastest that serves: https://near.example (50 MB in 2.5 s)',
    ],
    120: [
      'docker.io  (library/busybox:latest)',
      '  ● healthy    https://near.example       38 ms     21 MB/s  █▉        50 MB in    2.5 s',
      '  ● healthy    https://far.example       264 ms    4.2 MB/s  ▍         50 MB in   13.0 s',
      '  ◐ degraded   https://stale.example      12 ms     90 MB/s  ████████  50 MB in    0.6 s  stale',
      '      its tag is out of date',
      '  ✗ unhealthy  https://gone.example    refused',
      '      nothing listens there; check the port',
      '  ✗ unhealthy  https://portal.example  not_a_registry',
      '      responds with a web page',
      '',
      '5 endpoints: 2 healthy, 1 degraded, 2 unhealthy',
      'fastest that serves: https://near.example (50 MB in 2.5 s)',
    ],
  }
  for (const width of [60, 80, 120])
    it(`fit ${width} columns`, () => assert.deepEqual(comparisonLines(report, pageOf(width)), GOLDEN[width]))

  it('have a verdict for each registry with several mirrors', () => {
    const quay = (url: string, more: Partial<Probe> = {}) =>
      mirror(url, { registry: 'quay.io', depth: 'ping', ...more })
    const probes = [
      ...sorted,
      quay('q.example', { latency_ms: { best: 3, median: 4, worst: 5 } }),
      quay('r.example', { status: 'unhealthy' }),
      mirror('one.example', { registry: 'ghcr.io' }),
      ...['a.example', 'b.example'].map(url => mirror(url, { registry: 'gcr.io', status: 'unhealthy' })),
    ]
    const fastest = [
      ...report.fastest,
      { registry: 'quay.io', mirror: 'https://q.example/v2' },
      { registry: 'ghcr.io', mirror: 'https://one.example/v2' },
    ]
    assert.deepEqual(comparisonLines({ probes, fastest }, pageOf(80)).slice(-3), [
      'docker.io: fastest that serves: https://near.example (50 MB in 2.5 s)',
      'quay.io: fastest that responds: https://q.example (4 ms)',
      'no mirror serves gcr.io',
    ])
  })
})

describe('lines in a narrow terminal', () => {
  const file = '/etc/regmirror/a-folder-with-a-long-name/mirrors.toml'
  const pages = { stdout: pageOf(60), stderr: pageOf(60) }
  /** A path is one word, which only a terminal breaks. */
  const assertFits = (text: string) =>
    assert.deepEqual(
      text.split('\n').filter(line => line.length > 60 && line.trim().includes(' ')),
      [],
    )

  it('fit, of validate, apply and init', () => {
    const counts = { registries: 11, mirrors: 18, notices: [], losses: [] }
    assertFits(textReport({ version: 1, kind: 'validate', file, ...counts }, pages).stdout)
    assertFits(textReport({ version: 1, kind: 'init', preset: 'x', file, list: '' }, pages).stderr)
    const change = {
      target: 'containerd',
      path: '/etc/containerd/certs.d/registry.example.com_5000_/hosts.toml',
      effect: 'immediate',
      why: 'mirrors of registry.example.com:5000, which the list has changed since the last run',
      diff: '+ a line of a file is never broken, because people copy it, however long it may be in the end',
    } as const
    const activation = {
      target: 'containerd',
      command: 'systemctl restart containerd',
      why: 'config_path has changed',
    }
    const changes = {
      version: 1,
      changed: true,
      changes: [{ ...change, action: 'create' }],
      notices: [],
      reload: [],
      restart: [activation],
      unchanged: 120,
    } as const
    const plan = textReport({ ...changes, kind: 'plan', max_probes_per_hour: 1 }, pages).stdout
    assertFits(plan.replace(/^ {2}\+.*\n/m, ''))
    assertFits(textReport({ ...changes, kind: 'apply' }, pages).stdout)
    assertFits(textReport({ ...changes, kind: 'restore', changed: false, restart: [] }, pages).stdout)
  })

  it('fit, of the starter lists and the templates', () => {
    const item = {
      name: 'artifactory',
      summary: 'a repository manager with one remote repository for each registry',
    }
    const catalog = {
      version: 1,
      kind: 'catalog',
      presets: [item],
      templates: [{ ...item, files: 3 }],
    } as const
    assertFits(catalogLines(catalog, pageOf(60)).join('\n'))
  })
})
