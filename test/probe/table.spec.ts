/** The table of a probe, finished and while it runs. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import type { ProbeReason } from '../../lib/model/probe-reason.ts'
import type { Probe } from '../../lib/model/report.ts'
import { drawTable } from '../../lib/reporters/live.ts'
import { paint } from '../../lib/reporters/paint.ts'
import type { Row } from '../../lib/reporters/probe-row.ts'
import { probeTable } from '../../lib/reporters/probe-table.ts'
import { shortUrl } from '../../lib/reporters/short-url.ts'
import { isDrawable } from '../../lib/reporters/terminal.ts'

const healthy = (url: string, median: number, more: Partial<Probe> = {}): Probe => ({
  registry: 'docker.io',
  url,
  role: 'mirror',
  status: 'healthy',
  depth: 'ping',
  latency_ms: { best: median, median, worst: median },
  ...more,
})
const unhealthy = (url: string, reason: ProbeReason, detail: string, more: Partial<Probe> = {}): Probe => ({
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
  healthy('https://near.example/v2', 8.25),
  healthy('https://far.example/v2/hub', 264),
  unhealthy(
    'https://busy.example/v2',
    'rate_limited',
    'it responds with 429 (too many requests); wait, or list another mirror',
    {
      status: 'degraded',
    },
  ),
  unhealthy('https://gone.example/v2', 'refused', 'nothing listens there; check the port and that it runs'),
  healthy('https://registry-1.docker.io/v2', 120.4, { role: 'server' }),
  unhealthy('https://gone.example/v2', 'refused', 'nothing listens there; check the port and that it runs', {
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

/** Two hundred mirrors of twenty registries, with long URLs and every kind of result. */
const MANY = Array.from({ length: 200 }, (_, i): Probe => {
  const url = `https://mirror-${i}.a-long-name.example.com:5000/artifactory/api/docker/team-${i}/v2`
  const registry = `registry-${i % 20}.example.com`
  if (i % 5 === 0)
    return unhealthy(url, 'certificate_expired', 'its certificate has expired; renew it there', { registry })
  if (i % 7 === 0)
    return unhealthy(url, 'server_error', `it responds with 50${i % 3}; check its log`, { registry })
  return healthy(url, 3000 / (i + 1), { registry })
})

describe('the probe table', () => {
  it('shows a few mirrors', () =>
    assert.deepEqual(table(SMALL), [
      'docker.io',
      '  ● healthy    https://near.example                      8.3 ms  ▎',
      '  ● healthy    https://far.example/v2/hub                264 ms  ████████',
      '  ◐ degraded   https://busy.example                    rate limited (429)',
      '      it responds with 429 (too many requests); wait, or list another mirror',
      '  ✗ unhealthy  https://gone.example                    refused [1]',
      '  ● healthy    https://registry-1.docker.io  (server)    120 ms  ███▋',
      '',
      'quay.io',
      '  ✗ unhealthy  https://gone.example                    refused [1]',
      '  ? unknown    https://q.example  (server)',
      '',
      '[1] nothing listens there; check the port and that it runs',
      '',
      '7 endpoints: 3 healthy, 1 degraded, 2 unhealthy, 1 unknown',
    ]))

  it('shows no mirror', () => assert.deepEqual(table([]), ['0 endpoints: 0 healthy']))

  for (const width of [60, 80, 120]) {
    it(`shows 200 mirrors within ${width} columns, one line each, aligned`, () => {
      const lines = table(MANY, width)
      assert.deepEqual(
        lines.filter(line => line.length > width),
        [],
      )
      const rows = lines.filter(line => /^ {2}[●◐✗?] /.test(line))
      assert.equal(rows.length, 200)
      const start = width === 60 ? 5 : 15
      assert.deepEqual(new Set(rows.map(row => row.search(/(https:\/\/)?mirror-\d/))), new Set([start]))
      const placesOf = (cell: RegExp) => new Set(rows.map(row => row.search(cell)).filter(at => at !== -1))
      assert.equal(placesOf(/ ms( |$)/).size, 1)
      assert.equal(placesOf(/(cert|serv)\w+ \[/).size, width === 60 ? 0 : 1)
    })
  }

  it('prints a sentence about several endpoints once', () => {
    const text = table(MANY).join('\n')
    assert.equal(text.split('its certificate has expired').length - 1, 1)
    assert.match(text, /^\[1\] its certificate has expired; renew it there$/m)
  })

  it('has every URL in full in a pipe, for grep', () => {
    const text = table(MANY, 80, false).join('\n')
    for (const { url } of MANY) assert.ok(text.includes(url), url)
  })

  it('prints no control characters', () => {
    const evil = unhealthy(
      'https://x.example/\u001b[2J',
      'tls',
      'its name is \u001b]0;owned\u0007\u202e; look\nhere',
    )
    const lines = table([evil, healthy('https://x.example/\u009b31m', 1)])
    assert.doesNotMatch(lines.join(''), /[\p{Cc}\p{Cf}]/u)
  })

  it('is the same with colours', () => {
    const coloured = probeTable(SMALL, { paint: paint(true), width: 80, wrapped: true })
    assert.deepEqual(coloured.map(stripVTControlCharacters), table(SMALL))
    assert.notDeepEqual(coloured, table(SMALL))
  })
})

/** Characters of two columns and of none; every other one here takes one. */
const WIDE = ['中', '한', 'ｗ', '😀', '🚀']
const FLAT = ['\u0301', '\u20dd']
const ODD = [...WIDE, ...FLAT, '\u001b', '\u202e', '\t', '\n', ' ', 'é', '…', '\ud800', '❤\ufe0f']
const widthOf = (line: string) =>
  [...line].reduce((sum, sign) => sum + (WIDE.includes(sign) ? 2 : FLAT.includes(sign) ? 0 : 1), 0)

const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom(...ODD), fc.string({ minLength: 1, maxLength: 9 })),
})
const anyUrl = fc
  .tuple(fc.constantFrom('http://', 'https://', ''), fc.domain(), fc.constantFrom('', ':5000'), anyText)
  .map(([scheme, host, port, path]) => `${scheme}${host}${port}/${path}`)
const ms = fc.double({ min: 0, max: 120_000, noNaN: true })
const anyRow: fc.Arbitrary<Row> = fc.record(
  {
    registry: fc.oneof(fc.domain(), anyText),
    url: anyUrl,
    role: fc.constantFrom('mirror', 'server'),
    status: fc.constantFrom('healthy', 'degraded', 'unhealthy', 'unknown', 'waiting'),
    reason: fc.constantFrom('dns', 'certificate_expired', 'redirect_refused', 'slow'),
    detail: fc.oneof(anyText, fc.constant('its certificate has expired; renew it there')),
    latency_ms: ms.map(median => ({ best: median, median, worst: median })),
    bytes_per_second: fc.double({ min: 0, max: 1e11, noNaN: true }),
    pull_50mb_s: ms,
  },
  { requiredKeys: ['registry', 'url', 'role', 'status'] },
)

describe('the probe table in a narrow terminal', () => {
  const pulled = { bytes_per_second: 12e6, pull_50mb_s: 4.8 }
  const FEW = [
    healthy('http://127.0.0.1:5001/v2', 3.2, pulled),
    healthy('https://harbor.example.com/v2/hub', 264, { ...pulled, status: 'degraded', reason: 'slow' }),
    unhealthy('http://127.0.0.1:5003/v2', 'certificate_expired', 'renew it'),
    healthy('http://127.0.0.1:5007/v2', 12, { ...pulled, role: 'server' }),
  ]
  const rowsAt = (width: number) =>
    table(FEW, width)
      .slice(1)
      .filter(line => line.startsWith('  '))

  it('drops the estimate, the bar and the throughput, in that order', () => {
    const shown = (width: number) => {
      const text = rowsAt(width).join('\n')
      return [/█/, /50 MB in/, / MB\/s/].map(part => part.test(text))
    }
    assert.deepEqual(shown(120), [true, true, true])
    assert.deepEqual(shown(100), [true, false, true])
    assert.deepEqual(shown(80), [false, false, true])
    assert.deepEqual(shown(60), [false, false, false])
  })

  it('keeps hosts, and has the scheme in every URL or in none', () => {
    assert.deepEqual(rowsAt(60), [
      '  ● healthy    127.0.0.1:5001              3.2 ms',
      '  ◐ degraded   harbor.example.com/v2…ub    264 ms  slow',
      '  ✗ unhealthy  127.0.0.1:5003            certificate_expired',
      '      renew it',
      '  ● healthy    127.0.0.1:5007  (server)     12 ms',
    ])
    assert.deepEqual(rowsAt(40), [
      '  ●  127.0.0.1:5001               3.2 ms',
      '  ◐  harbor.example.com/v2/hub    264 ms',
      '      slow',
      '  ✗  127.0.0.1:5003',
      '      certificate_expired: renew it',
      '  ●  127.0.0.1:5007  (server)      12 ms',
    ])
  })

  it('shortens a URL by its path, and then by its host', () => {
    const url = 'https://mirror.example.com:5000/artifactory/api/docker/team-7/v2'
    const at = (width: number, hasScheme = true) => shortUrl(url, width, hasScheme)
    assert.equal(at(64), url)
    assert.equal(at(50), 'https://mirror.example.com:5000/artifact…team-7/v2')
    assert.equal(at(64, false), 'mirror.example.com:5000/artifactory/api/docker/team-7/v2')
    assert.equal(at(46, false), 'mirror.example.com:5000/artifactor…r/team-7/v2')
    assert.equal(at(27, false), 'mirror.example.com:5000/a…2')
    assert.equal(at(24, false), 'mirror.example.com:5000…')
    assert.equal(at(20, false), 'mirror.exa….com:5000')
  })

  it('never has a line wider than the terminal', () =>
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 8 }), fc.integer({ min: 20, max: 200 }), (rows, width) => {
        const lines = probeTable(rows, { paint: paint(true), width, wrapped: true })
        for (const line of lines.map(stripVTControlCharacters))
          assert.ok(widthOf(line) <= width, `${widthOf(line)} columns: ${line}`)
        assert.doesNotMatch(lines.join(''), /[\t\n]/)
      }),
    ))
})

describe('the live table', () => {
  const NAMES = ['a', 'b', 'c']
  const endpoints = NAMES.map(url => ({ registry: 'docker.io', role: 'mirror' as const, url }))
  const page = { paint: paint(false), width: 80, wrapped: true }

  /** A terminal that knows the two control sequences in use, and shows any other. */
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
        lines = [...lines.slice(0, -1), ...`${lines.at(-1)}${rest.replace(/\u001b\[\d+m/g, '')}`.split('\n')]
      },
    }
    /** Folds lines that do not fit, as terminals do. */
    const narrow = (columns: number) => {
      sink.columns = columns
      const fold = new RegExp(`.{1,${columns}}`, 'g')
      lines = lines.flatMap(line => line.match(fold) ?? [''])
    }
    return { sink, screen: () => lines, narrow }
  }
  const drawn = async (sink: { writes: number }, atLeast: number) => {
    while (sink.writes < atLeast) await sleep(20)
  }

  it('is not drawn for a quick run', async () => {
    const { sink, screen } = terminal(24)
    const table = drawTable(endpoints, sink, page)
    table.onProbe(healthy('a', 1))
    table.end()
    await sleep(400)
    assert.deepEqual(screen(), ['$ regmirror probe', ''])
  })

  it('has every endpoint from the start, and is erased at the end', async () => {
    const { sink, screen } = terminal(24)
    const table = drawTable(endpoints, sink, page)
    table.onProbe(healthy('b', 1))
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
        '3 endpoints: 1 healthy, 2 waiting',
        '',
      ],
    )
    table.onProbe(unhealthy('a', 'dns', 'no; yes'))
    await drawn(sink, 2)
    assert.equal(screen().filter(line => line.includes('waiting')).length, 2)
    assert.ok(screen().some(line => line.includes('unhealthy  a  dns')))
    table.end()
    assert.deepEqual(screen(), ['$ regmirror probe', ''])
  })

  it('leaves nothing behind in a narrow terminal, whatever the URLs', async () => {
    const url = `https://${'a-long-label.'.repeat(5)}example.com:5000/v2/team`
    const { sink, screen, narrow } = terminal(24)
    narrow(40)
    const table = drawTable([{ registry: 'docker.io', role: 'server', url }], sink, page)
    table.onProbe(healthy(url, 1, { role: 'server', bytes_per_second: 1e6, pull_50mb_s: 50 }))
    await drawn(sink, 1)
    assert.deepEqual(
      screen().filter(line => line.length > 40),
      [],
    )
    table.end()
    assert.deepEqual(screen(), ['$ regmirror probe', ''])
  })

  it('leaves nothing behind in a terminal that is made narrower meanwhile, and fits it afterwards', async () => {
    const long = ['a', 'b'].map(
      name => ({ registry: 'docker.io', role: 'mirror', url: name.repeat(60) }) as const,
    )
    for (const coloured of [false, true]) {
      const { sink, screen, narrow } = terminal(24)
      const table = drawTable(long, sink, { ...page, paint: paint(coloured) })
      await drawn(sink, 1)
      narrow(40)
      table.onProbe(healthy('b'.repeat(60), 1))
      await drawn(sink, 2)
      assert.deepEqual(
        screen().filter(line => line.length > 40),
        [],
      )
      assert.equal(screen().filter(line => line.includes('docker.io')).length, 1)
      table.end()
      assert.deepEqual(screen(), ['$ regmirror probe', ''])
    }
  })

  it('is only the totals where the terminal has too few rows', async () => {
    const { sink, screen } = terminal(6)
    const table = drawTable(endpoints, sink, page)
    await drawn(sink, 1)
    assert.deepEqual(screen(), ['$ regmirror probe', '3 endpoints: 0 healthy, 3 waiting', ''])
    table.end()
    assert.deepEqual(screen(), ['$ regmirror probe', ''])
  })

  it('needs a terminal that can be erased', () => {
    const tty = { write: () => {}, isTTY: true, columns: 80, rows: 24 }
    assert.ok(isDrawable(tty, { TERM: 'xterm' }))
    assert.ok(!isDrawable(tty, { TERM: 'dumb' }))
    assert.ok(!isDrawable({ write: () => {} }, { TERM: 'xterm' }))
    assert.ok(!isDrawable({ ...tty, columns: 0 }, { TERM: 'xterm' }))
  })
})
