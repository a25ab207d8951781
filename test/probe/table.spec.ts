/** The table of a probe, and the table while it comes about. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import type { Probe, Reason } from '../../lib/report.ts'
import { live } from '../../lib/reporters/live.ts'
import { isDrawable } from '../../lib/reporters/page.ts'
import { paint } from '../../lib/reporters/paint.ts'
import { probeTable } from '../../lib/reporters/probe-table.ts'

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

describe('a live table', () => {
  const NAMES = ['a', 'b', 'c']
  const endpoints = NAMES.map(url => ({ registry: 'docker.io', role: 'mirror' as const, url }))
  const page = { paint: paint(false), width: 80, wrapped: true }

  /** A terminal of so many rows that knows the two sequences that are used; anything else shows as it is. */
  const terminal = (rows: number) => {
    let lines = ['$ regmirror probe', '']
    const sink = {
      rows,
      columns: 80,
      isTTY: true,
      writes: 0,
      write: (text: string) => {
        sink.writes += 1
        const [, up, rest = ''] = /^(?:\u001b\[(\d+)A\r\u001b\[0J)?(.*)$/s.exec(text) ?? []
        if (up !== undefined) lines = [...lines.slice(0, lines.length - 1 - Number(up)), '']
        lines = [...lines.slice(0, -1), ...`${lines.at(-1)}${rest}`.split('\n')]
      },
    }
    return { sink, screen: () => lines }
  }
  const drawn = async (sink: { writes: number }, atLeast: number) => {
    while (sink.writes < atLeast) await sleep(20)
  }

  it('is not drawn for a quick run', async () => {
    const { sink, screen } = terminal(24)
    const table = live(endpoints, sink, page)
    table.onProbe(well('a', 1))
    table.end()
    await sleep(400)
    assert.deepEqual(screen(), ['$ regmirror probe', ''])
  })

  it('has every endpoint from the start, and is gone in the end', async () => {
    const { sink, screen } = terminal(24)
    const table = live(endpoints, sink, page)
    table.onProbe(well('b', 1))
    await drawn(sink, 1)
    assert.deepEqual(
      screen().map(line => line.trimEnd()),
      [
        '$ regmirror probe',
        'docker.io',
        '  · waiting    a',
        '  ● healthy    b    1.0 ms  ████████',
        '  · waiting    c',
        '',
        '3 asked: 1 healthy, 2 waiting',
        '',
      ],
    )
    table.onProbe(sick('a', 'dns', 'no; yes'))
    await drawn(sink, 2)
    assert.equal(screen().filter(line => line.includes('waiting')).length, 2)
    assert.ok(screen().some(line => line.includes('unhealthy  a  dns')))
    table.end()
    assert.deepEqual(screen(), ['$ regmirror probe', ''])
  })

  it('is one line where the terminal has no room for it', async () => {
    const { sink, screen } = terminal(6)
    const table = live(endpoints, sink, page)
    await drawn(sink, 1)
    assert.deepEqual(screen(), ['$ regmirror probe', '3 asked: 0 healthy, 3 waiting', ''])
    table.end()
    assert.deepEqual(screen(), ['$ regmirror probe', ''])
  })

  it('is for a terminal that can be drawn over', () => {
    const tty = { write: () => {}, isTTY: true, columns: 80, rows: 24 }
    assert.ok(isDrawable(tty, { TERM: 'xterm' }))
    assert.ok(!isDrawable(tty, { TERM: 'dumb' }))
    assert.ok(!isDrawable({ write: () => {} }, { TERM: 'xterm' }))
  })
})
