/** The table of a probe, and the line that says how far it is. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import type { Probe, Reason } from '../../lib/report.ts'
import { paint } from '../../lib/reporters/paint.ts'
import { probeTable } from '../../lib/reporters/probe-table.ts'
import { progress } from '../../lib/reporters/progress.ts'

const well = (url: string, median: number, more: Partial<Probe> = {}): Probe => ({
  registry: 'docker.io',
  url,
  role: 'mirror',
  status: 'healthy',
  depth: 'ping',
  latency_ms: { best: median, median, worst: median },
  ...more,
})
const sick = (url: string, reason: Reason, detail: string, more: Partial<Probe> = {}): Probe => ({
  registry: 'docker.io',
  url,
  role: 'mirror',
  status: 'unhealthy',
  depth: 'ping',
  reason,
  detail,
  ...more,
})

const table = (probes: readonly Probe[], width = 80, wrapped = true) =>
  probeTable(probes, { paint: paint(false), width, wrapped })

const SMALL = [
  well('https://near.example/v2', 8.25),
  well('https://far.example/v2/hub', 264),
  sick(
    'https://busy.example/v2',
    'rate_limited',
    'it answers 429, too many requests; wait, or list another',
    {
      status: 'degraded',
    },
  ),
  sick('https://gone.example/v2', 'refused', 'nothing listens there; check the port and that it runs'),
  well('https://registry-1.docker.io/v2', 120.4, { role: 'server' }),
  sick('https://gone.example/v2', 'refused', 'nothing listens there; check the port and that it runs', {
    registry: 'quay.io',
  }),
  {
    registry: 'quay.io',
    url: 'https://q.example/v2',
    role: 'server',
    status: 'unknown',
    depth: 'ping',
  } as const,
]

/** Two hundred mirrors of twenty registries, with long urls and every kind of end. */
const MANY = Array.from({ length: 200 }, (_, i): Probe => {
  const url = `https://mirror-${i}.a-long-name.example.com:5000/artifactory/api/docker/team-${i}/v2`
  const registry = `registry-${i % 20}.example.com`
  if (i % 5 === 0)
    return sick(url, 'certificate_expired', 'its certificate has expired; renew it there', { registry })
  if (i % 7 === 0)
    return sick(url, 'server_error', `it is up but answers 50${i % 3}; look into its log`, { registry })
  return well(url, 3000 / (i + 1), { registry })
})

describe('the table', () => {
  it('of a few mirrors', () =>
    assert.deepEqual(table(SMALL), [
      'docker.io',
      '  ● healthy    https://near.example/v2                      8.3 ms  ▎',
      '  ● healthy    https://far.example/v2/hub                   264 ms  ████████',
      '  ◐ degraded   https://busy.example/v2                    rate_limited',
      '      it answers 429, too many requests; wait, or list another',
      '  ✗ unhealthy  https://gone.example/v2                    refused [1]',
      '  ● healthy    https://registry-1.docker.io/v2  (server)    120 ms  ███▋',
      '',
      'quay.io',
      '  ✗ unhealthy  https://gone.example/v2                    refused [1]',
      '  ? unknown    https://q.example/v2  (server)',
      '',
      '[1] nothing listens there; check the port and that it runs',
      '',
      '7 asked: 3 healthy, 1 degraded, 2 unhealthy, 1 unknown',
    ]))

  it('of nothing', () => assert.deepEqual(table([]), ['0 asked: 0 healthy']))

  for (const width of [60, 80, 120]) {
    it(`of 200 mirrors keeps to ${width} columns, one line each, aligned`, () => {
      const lines = table(MANY, width)
      assert.deepEqual(
        lines.filter(line => line.length > width),
        [],
      )
      const rows = lines.filter(line => /^ {2}[●◐✗?] /.test(line))
      assert.equal(rows.length, 200)
      assert.deepEqual(new Set(rows.map(row => row.indexOf('https://'))), new Set([15]))
      assert.deepEqual(
        new Set(rows.filter(row => row.includes(' ms ')).map(row => row.indexOf(' ms '))).size,
        1,
      )
      assert.deepEqual(
        new Set(rows.filter(row => row.includes('[')).map(row => row.search(/(cert|serv)\w+ \[/))).size,
        1,
      )
    })
  }

  it('says a sentence once, however many it is about', () => {
    const text = table(MANY).join('\n')
    assert.equal(text.split('its certificate has expired').length - 1, 1)
    assert.match(text, /^\[1\] its certificate has expired; renew it there$/m)
  })

  it('of 200 mirrors in a pipe has every url whole, for grep', () => {
    const text = table(MANY, 80, false).join('\n')
    for (const { url } of MANY) assert.ok(text.includes(url), url)
  })

  it('sends nothing that steers a terminal', () => {
    const evil = sick(
      'https://x.example/\u001b[2J',
      'tls',
      'its name is \u001b]0;owned\u0007\u202e; look\nhere',
    )
    const lines = table([evil, well('https://x.example/\u009b31m', 1)])
    assert.doesNotMatch(lines.join(''), /[\p{Cc}\p{Cf}]/u)
  })

  it('is the same in colour', () => {
    const coloured = probeTable(SMALL, { paint: paint(true), width: 80, wrapped: true })
    assert.deepEqual(coloured.map(stripVTControlCharacters), table(SMALL))
    assert.notDeepEqual(coloured, table(SMALL))
  })
})

describe('progress', () => {
  const watched = () => {
    const written: string[] = []
    return { written, sink: { write: (text: string) => written.push(text) } }
  }
  /** What a line of a terminal shows in the end. */
  const shown = (written: readonly string[]) => written.join('').split('\r\u001b[2K').at(-1)

  it('draws nothing in a pipe', async () => {
    const { written, sink } = watched()
    const live = progress(sink, 2, false)
    live.onProbe(well('x', 1))
    await sleep(400)
    live.onProbe(well('x', 1))
    live.end()
    assert.deepEqual(written, [])
  })

  it('draws nothing for a quick run', async () => {
    const { written, sink } = watched()
    const live = progress(sink, 1, true)
    live.onProbe(well('x', 1))
    live.end()
    await sleep(400)
    assert.deepEqual(written, [])
  })

  it('counts on one line, and erases it', async () => {
    const { written, sink } = watched()
    const live = progress(sink, 3, true)
    live.onProbe(well('x', 1))
    while (written.length === 0) await sleep(20)
    assert.equal(shown(written), 'probing: 1 of 3')
    live.onProbe(sick('x', 'dns', 'no; yes'))
    assert.equal(shown(written), 'probing: 2 of 3, 1 unhealthy')
    live.end()
    assert.equal(shown(written), '')
    assert.doesNotMatch(written.join(''), /\n/)
  })
})
