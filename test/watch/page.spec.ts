/** The status page as HTML: no text can break out of it, and every state is described in words. */
import assert from 'node:assert/strict'
import { newMemory } from '../../lib/watch/memory.ts'
import { renderPage } from '../../lib/watch/page/page.ts'
import { buildStatus } from '../../lib/watch/serve/build-status.ts'
import type { RegistryStatus, WatchStatus } from '../../lib/watch/serve/status.ts'
import {
  mirrorStatus,
  NOW,
  registryStatus,
  samplesOf,
  unhealthyMirror,
  watchStatus,
} from '../support/status.ts'

const RESTART = { target: 'containerd', command: 'systemctl restart containerd', why: 'config.toml is newer' }
const RELOAD = { target: 'docker', command: 'systemctl reload docker', why: 'daemon.json is newer' }

const pageOf = (more: Partial<WatchStatus> = {}) => renderPage(watchStatus(more))
const withRegistries = (...registries: RegistryStatus[]) => pageOf({ registries })

/** The text that a person reads. */
const textOf = (page: string) =>
  page
    .replace(/<(style|head)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,:;])/g, '$1')

/** Tags with the names of their attributes, in order: the structure of a page, whatever its text. */
const skeletonOf = (page: string) =>
  [...page.matchAll(/<(!?\/?[a-zA-Z0-9]+)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, tag, attributes = '']) =>
      [tag, ...[...attributes.matchAll(/([a-zA-Z-]+)(?:="[^"]*")?/g)].map(([, name]) => name)].join(' '),
  )

/** A status with this text everywhere that its text comes from outside. */
function filledWith(text: string): WatchStatus {
  const server = { url: text, health: 'unhealthy' as const, reason: text as 'dns', detail: text }
  const files = [{ path: text, text }]
  const mirrors = [
    mirrorStatus({ url: text }),
    unhealthyMirror({ url: text, detail: text, reason: text as 'dns' }),
    unhealthyMirror({ url: text, detail: text, health: 'rate_limited' }),
  ]
  const unhealthy = [unhealthyMirror({ url: text, detail: text })]
  const activation = { target: text, command: text, why: text }
  return watchStatus({
    version: text,
    machine: text,
    list: { ...watchStatus().list, file: text, problem: text },
    node: {
      ...watchStatus().node,
      problem: text,
      reload: [activation],
      restart: [activation],
      limitedUntil: NOW + 1,
    },
    registries: [
      registryStatus({ name: text, mirrors, servers: [server], files }),
      registryStatus({ name: text, mirrors: unhealthy, servers: [server], files }),
    ],
    recentEvents: [{ at: NOW, text }],
  })
}

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '</pre></details></style></title><style>*{display:none}</style>',
  '<!-- ',
  ']]><svg onload=alert(1)>',
  '&lt;b&gt;&amp;#60;',
  'a" style="position:fixed" x="',
  '<meta http-equiv=refresh content="0;url=https://evil.test/">',
]

describe('the status page', () => {
  it('has the same tags, whatever the text', () => {
    const harmless = skeletonOf(renderPage(filledWith('x')))
    assert.ok(harmless.length > 100)
    for (const text of HOSTILE) {
      const page = renderPage(filledWith(text))
      assert.deepEqual(skeletonOf(page), harmless, text)
      // Without another `<`, a browser finds no other tag.
      assert.equal((page.match(/</g) ?? []).length, harmless.length, text)
    }
  })

  it('escapes what could control a terminal or reverse the text', () => {
    const page = renderPage(filledWith('a\u202egnp.exe\u0000\u001b[31m'))
    assert.doesNotMatch(page, /[\u0000\u001b\u202e]/)
    assert.match(page, /a\\u202egnp\.exe\\u0000\\u001b\[31m/)
  })

  it('keeps hosts.toml as it is, line by line', () => {
    const page = withRegistries(
      registryStatus({ files: [{ path: '/p', text: '[host."https://a"]\n\tx = 1 # <&>\n' }] }),
    )
    assert.ok(page.includes('>[host.&quot;https://a&quot;]\n\tx = 1 # &lt;&amp;&gt;\n</pre>'))
  })

  it('opens the file of the registry that the address names, also after a reload', () => {
    const status = watchStatus({ registries: [registryStatus(), registryStatus({ name: 'r.test:5000' })] })
    const page = renderPage(status, 'r.test:5000')
    assert.deepEqual(page.match(/<details [^>]*>/g), [
      '<details id="registry-1-file">',
      '<details id="registry-2-file" open>',
    ])
    assert.match(page, /content="10; url=\.\/\?open=r\.test%3A5000"/)
    assert.equal(renderPage(status, '"><script>'), renderPage(status))
  })

  it('has no scripts, and loads nothing from other places', () => {
    const page = renderPage(filledWith('x'))
    assert.doesNotMatch(page, /<script|<link rel="stylesheet|@import|url\(|<img|<iframe| on[a-z]+=/i)
    for (const [, target = ''] of page.matchAll(/ (?:href|src)="([^"]*)"/g))
      assert.match(target, /^(#|data:,$|metrics$|healthz$|\.\/\?open=[^"&]*#)/)
  })

  it('has a language, a title, a viewport, one top heading, and no broken link', () => {
    const page = withRegistries(
      ...['a.test', 'b.test', 'c.test'].map(name => registryStatus({ name, mirrors: [unhealthyMirror()] })),
    )
    assert.match(page, /^<!DOCTYPE html>\n<html lang="en">/)
    assert.match(page, /<meta name="viewport" content="width=device-width, initial-scale=1">/)
    assert.match(page, /<meta http-equiv="refresh" content="10; url=\.\/">/)
    assert.equal(page.match(/<h1>/g)?.length, 1)
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    assert.equal(new Set(ids).size, ids.length)
    const named = [...page.matchAll(/ (?:href="#|aria-labelledby=")([^"]*)"/g)].map(([, id]) => id)
    assert.ok(named.length > 6)
    for (const id of named) assert.ok(ids.includes(id), id)
    for (const [, time = ''] of page.matchAll(/<time datetime="([^"]*)"/g))
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  })

  const states: [title: string, more: Partial<WatchStatus>, title: RegExp, text: RegExp][] = [
    [
      'a watcher without problems',
      {},
      /<title>● node-7: Healthy · regmirror</,
      /as of 03:14:15 UTC ● Healthy/,
    ],
    [
      'a loop that hangs',
      { alive: false },
      /✗ node-7: 1 problem/,
      /The watcher hangs\. This page may be out of date\./,
    ],
    [
      'an invalid list',
      { list: { ...watchStatus().list, problem: 'mirrors.toml:3:1: no' } },
      /✗ node-7: 1 problem/,
      /The list is invalid\. The watcher keeps the list that it read 20 h ago\. mirrors\.toml:3:1: no/,
    ],
    [
      'an invalid first list',
      {
        list: { file: 'no list', problem: 'mirrors.toml:3:1: no', reads: { success: 0, error: 1 } },
        registries: [],
        ready: false,
      },
      /✗ node-7: 1 problem/,
      /The list is invalid\. The watcher writes nothing until it is valid\. mirrors\.toml:3:1: no Registries No list is in use\./,
    ],
    [
      'a write that fails',
      { node: { ...watchStatus().node, problem: 'read-only' } },
      /✗ node-7: 1 problem/,
      /Cannot write to this node\. read-only/,
    ],
    [
      'a pending restart',
      { node: { ...watchStatus().node, restart: [RESTART] } },
      /✗ node-7: 1 problem/,
      /Restart containerd: systemctl restart containerd \(config\.toml is newer\)/,
    ],
    [
      'a pending reload',
      { node: { ...watchStatus().node, reload: [RELOAD] } },
      /✗ node-7: 1 problem/,
      /Reload docker: systemctl reload docker \(daemon\.json is newer\)/,
    ],
    [
      'a file that waits for apply',
      { node: { ...watchStatus().node, pendingFiles: ['/etc/containerd/config.toml'] } },
      /✗ node-7: 1 problem/,
      /\/etc\/containerd\/config\.toml differs from the list\. Run regmirror apply before you reload or restart the runtime/,
    ],
    [
      'a reload that failed',
      {
        node: {
          ...watchStatus().node,
          reloadFailures: [{ target: 'docker', problem: 'docker does not serve <after> the reload' }],
        },
      },
      /✗ node-7: 1 problem/,
      /The reload of docker failed\. Its files are as before\. docker does not serve &lt;after&gt; the reload/,
    ],
    [
      'writes that wait',
      { node: { ...watchStatus().node, limitedUntil: NOW + 600_000 } },
      /◐ node-7: Working, 1 warning/,
      /Writes are limited until 03:24:15 UTC: the health of mirrors changes too often\./,
    ],
    [
      'the time before the first write',
      { ready: false },
      /◐ node-7: Starting, 1 warning/,
      /Starting\. The list is not applied yet/,
    ],
    [
      'no registry',
      { registries: [], recentEvents: [] },
      /● node-7: Healthy/,
      /The list has no registries\. Add one to \/etc/,
    ],
    [
      'an unhealthy mirror',
      { registries: [registryStatus({ mirrors: [mirrorStatus(), unhealthyMirror()] })] },
      /◐ node-7: Working, 1 warning/,
      /docker\.io: 1 unhealthy of 2 mirrors; last change 4 min ago\./,
    ],
    [
      'an unhealthy registry',
      {
        registries: [
          registryStatus({
            mirrors: [unhealthyMirror()],
            servers: [{ url: 'https://registry-1.docker.io/v2', health: 'unhealthy' }],
          }),
        ],
      },
      /✗ node-7: 1 problem/,
      /Registry docker\.io has been unhealthy for 4 min: no mirror and no server is healthy\./,
    ],
    [
      'a server without mirrors',
      {
        registries: [
          registryStatus({ mirrors: [], servers: [{ url: 'https://r.test/v2', health: 'unknown' }] }),
        ],
      },
      /● node-7: Healthy/,
      /\? docker\.io no mirrors ↳ https:\/\/r\.test server · not probed/,
    ],
  ]
  for (const [state, more, title, text] of states) {
    it(`describes ${state}`, () => {
      const page = pageOf(more)
      assert.match(page, title)
      assert.match(textOf(page), text)
    })
  }

  /** Registries r0.test, r1.test, …, whose only mirror and server are unhealthy. */
  const unhealthy = (count: number, more: Partial<RegistryStatus> = {}) =>
    Array.from({ length: count }, (_, i) =>
      registryStatus({
        name: `r${i}.test`,
        mirrors: [unhealthyMirror({ position: 1 })],
        servers: [{ url: 'https://s.test', health: 'unhealthy', reason: 'refused' }],
        ...more,
      }),
    )
  const alarmsIn = (page: string) => {
    const [, list = ''] = /<section class="verdict[\s\S]*?<ul>([\s\S]*?)<\/ul>/.exec(page) ?? []
    return textOf(list)
      .trim()
      .split(/ ?(?:[✗◐]) (?:problem|warning): /)
      .slice(1)
  }

  it('reports an outage of all registries in one line, which names this node', () => {
    const page = withRegistries(...unhealthy(12), registryStatus({ name: 'no-mirrors.test', mirrors: [] }))
    assert.deepEqual(alarmsIn(page), [
      "All 12 registries with mirrors have been unhealthy for 4 min: check this node's network first.",
    ])
    assert.match(page, /<title>✗ node-7: 1 problem · regmirror</)
  })

  it('reports an outage of some registries in a line each, or in one line for many', () => {
    const few = alarmsIn(withRegistries(...unhealthy(3), registryStatus()))
    assert.deepEqual(
      few.map(line => line.split(' for ')[0]),
      ['r0.test', 'r1.test', 'r2.test'].map(name => `Registry ${name} has been unhealthy`),
    )
    const many = withRegistries(registryStatus(), ...unhealthy(9))
    assert.deepEqual(alarmsIn(many), [
      'Registries r0.test, r1.test, r2.test and 6 more are unhealthy: pulls by tag fail.',
    ])
    assert.match(many, /<a href="#registry-2">r0\.test<\/a>/)
  })

  it('does not suspect the network of the node while a mirror responds with 429', () => {
    const limited = unhealthy(2, {
      mirrors: [unhealthyMirror({ health: 'rate_limited', reason: 'rate_limited' })],
    })
    assert.equal(alarmsIn(withRegistries(...limited)).length, 2)
  })

  it('does not suspect the network of the node while an endpoint of another registry responds', () => {
    const note = /writes every mirror of the list, because the cause may be this node/
    assert.match(withRegistries(...unhealthy(2)), note)
    assert.doesNotMatch(withRegistries(...unhealthy(2), registryStatus()), note)
  })

  it('reports registries with fewer mirrors in a line each, or in one line for many', () => {
    const weak = (count: number) => unhealthy(count, { mirrors: [mirrorStatus(), unhealthyMirror()] })
    assert.equal(alarmsIn(withRegistries(...weak(3))).length, 3)
    assert.deepEqual(alarmsIn(withRegistries(...weak(5))), [
      'r0.test, r1.test, r2.test and 2 more: 5 unhealthy of 10 mirrors; last change 4 min ago.',
    ])
  })

  it('has no list in use before the first one was read', () => {
    const page = renderPage(
      buildStatus(newMemory(NOW), { monotonic: NOW, wall: NOW }, { version: '1.2.3', machine: 'node-7' }),
    )
    assert.match(page, /<title>◐ node-7: Starting, 1 warning/)
    assert.match(textOf(page), /List none in use/)
  })

  it('has the most serious alarm first', () => {
    const { list, node } = watchStatus()
    const lines = alarmsIn(
      pageOf({
        registries: [...unhealthy(2), registryStatus({ mirrors: [mirrorStatus(), unhealthyMirror()] })],
        list: { ...list, problem: 'no' },
        node: {
          ...node,
          problem: 'read-only',
          restart: [RESTART],
          reload: [RELOAD],
          limitedUntil: NOW + 1,
        },
        alive: false,
      }),
    )
    const order = [
      'The watcher',
      'Registry r0.test',
      'Registry r1.test',
      'Cannot write',
      'Restart containerd',
      'Reload docker',
      'The list',
      'Writes',
      'docker',
    ]
    assert.deepEqual(
      lines.map((line, i) => line.slice(0, order[i]?.length)),
      order,
    )
  })

  it('explains why unhealthy mirrors are in the file', () => {
    const why =
      /No endpoint is healthy. regmirror writes every mirror of the list, because the cause may be this node/
    assert.match(withRegistries(...unhealthy(1)), why)
    assert.doesNotMatch(withRegistries(...unhealthy(1, { mirrors: [unhealthyMirror()] })), why)
    assert.doesNotMatch(
      withRegistries(...unhealthy(1, { mirrors: [mirrorStatus(), unhealthyMirror({ position: 2 })] })),
      why,
    )
    assert.doesNotMatch(
      withRegistries(...unhealthy(1, { servers: [{ url: 'https://s.test', health: 'healthy' }] })),
      why,
    )
  })

  it('separates the events of the previous watcher from those of this one', () => {
    const startedAt = NOW - 60_000
    const recentEvents = [NOW - 30_000, NOW - 90_000, NOW - 86_400_000].map((at, i) => ({
      at,
      text: `no. ${i}`,
    }))
    const listed = (more: Partial<WatchStatus>) =>
      textOf(/<ol[\s\S]*<\/ol>/.exec(pageOf(more))?.[0] ?? '').trim()
    assert.equal(
      listed({ startedAt, recentEvents }),
      '03:13:45 no. 0 03:13:15 this watcher started; the events below are from the previous one 03:12:45 no. 1 2026-05-05 03:14:15 no. 2',
    )
    assert.equal(listed({ startedAt, recentEvents: recentEvents.slice(0, 1) }), '03:13:45 no. 0')
  })

  it('shows the position, health, duration and reason of every mirror', () => {
    const text = textOf(
      withRegistries(
        registryStatus({
          mirrors: [
            unhealthyMirror(),
            mirrorStatus({
              url: 'https://slow.test/v2',
              health: 'degraded',
              position: 2,
              latencyMs: 1203,
              reason: 'slow',
            }),
            mirrorStatus(),
            unhealthyMirror({ url: 'https://busy.test/v2', health: 'rate_limited', nextAt: NOW + 600_000 }),
            mirrorStatus({ url: 'https://new.test/v2', position: 3, probedAt: undefined, samples: [] }),
          ],
        }),
      ),
    )
    const parts = [
      /position 1 https:\/\/mirror\.test ● healthy for 3 h 12 ms .* 11–13 ms position 2/,
      /position 2 https:\/\/slow\.test ◐ degraded for 3 h 1203 ms .* slow position 3/,
      /position 3 https:\/\/new\.test · not probed yet .*no probes in the last hour/,
      /– not written https:\/\/unhealthy\.test ✗ unhealthy for 4 min .*removed · since 03:10:15 UTC/,
      /probed 5 s ago, next probe in 10 s connect_timeout: does not accept a connection within 2 s/,
      /https:\/\/busy\.test ○ rate limited for 4 min .*next probe in 10 min/,
      /↳ https:\/\/registry-1\.docker\.io server ● healthy/,
    ]
    for (const part of parts) assert.match(text, part)
  })

  it('shows unhealthy registries first', () => {
    const page = withRegistries(
      registryStatus({ name: 'healthy.test' }),
      registryStatus({ name: 'weak.test', mirrors: [mirrorStatus(), unhealthyMirror()] }),
      registryStatus({
        name: 'unhealthy.test',
        mirrors: [unhealthyMirror()],
        servers: [{ url: 'https://d.test', health: 'unhealthy' }],
      }),
    )
    const names = [...page.matchAll(/<h3 [^>]*>.*<\/span> (\S+) /g)].map(([, name]) => name)
    assert.deepEqual(names, ['unhealthy.test', 'weak.test', 'healthy.test'])
  })

  it('draws gaps where probes failed, and counts them', () => {
    const drawn = (page: string) => /<path class="line" d="([^"]*)"/.exec(page)?.[1] ?? ''
    const mirrors = (ms: (i: number) => number | undefined) => [mirrorStatus({ samples: samplesOf(ms) })]
    const steady = withRegistries(registryStatus({ mirrors: mirrors(() => 10) }))
    assert.equal(drawn(steady).match(/M/g)?.length, 1)
    assert.doesNotMatch(steady, /class="gap"/)
    const broken = withRegistries(
      registryStatus({ mirrors: mirrors(i => (i >= 100 && i < 120 ? undefined : 10)) }),
    )
    assert.equal(drawn(broken).match(/M/g)?.length, 2)
    assert.match(broken, /class="gap"/)
    assert.match(broken, /last hour: 20 of 240 probes failed, the others took 10 ms/)
    const never = withRegistries(registryStatus({ mirrors: mirrors(() => undefined) }))
    assert.equal(drawn(never), '')
    assert.match(never, /last hour: 240 of 240 probes failed</)
  })

  it('draws only numbers, whatever the clock shows', () => {
    for (const now of [0, NOW - 7_200_000, NOW + 7_200_000]) {
      const page = pageOf({
        now,
        registries: [registryStatus({ mirrors: [mirrorStatus(), unhealthyMirror()] })],
      })
      assert.doesNotMatch(page, /NaN|Infinity|undefined|Invalid/)
    }
  })

  it('stays small with 40 registries of 5 mirrors, and links each', () => {
    const mirrors = Array.from({ length: 5 }, (_, i) => mirrorStatus({ position: i + 1 }))
    const names = Array.from({ length: 40 }, (_, i) => `r${i}.test`)
    const page = withRegistries(...names.map(name => registryStatus({ name, mirrors })))
    assert.ok(page.length < 400_000, `${page.length} characters`)
    const [nav = ''] = /<nav aria-label="Registries">[\s\S]*?<\/nav>/.exec(page) ?? []
    assert.equal(nav.match(/<a href="#/g)?.length, 40)
  })
})
