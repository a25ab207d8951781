/** The status page as HTML: nobody can write into it, and every state is told in words. */
import assert from 'node:assert/strict'
import { blank } from '../../lib/watch/memory.ts'
import { statusPage } from '../../lib/watch/page/page.ts'
import type { RegistryStatus, WatchStatus } from '../../lib/watch/serve/status.ts'
import { statusOf } from '../../lib/watch/serve/watch-status.ts'
import { mirrorDown, mirrorStatus, NOW, pointsOf, registryStatus, watchStatus } from '../support/status.ts'

const pageOf = (more: Partial<WatchStatus> = {}) => statusPage(watchStatus(more))
const withRegistries = (...registries: RegistryStatus[]) => pageOf({ registries })

/** What a person reads, without the names that only the machine sees. */
const textOf = (page: string) =>
  page
    .replace(/<(style|head)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,:;])/g, '$1')

/** Tags with the names of their attributes, in order: what a page is made of, whatever is written in it. */
const skeletonOf = (page: string) =>
  [...page.matchAll(/<(!?\/?[a-zA-Z0-9]+)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, tag, attributes = '']) =>
      [tag, ...[...attributes.matchAll(/([a-zA-Z-]+)(?:="[^"]*")?/g)].map(([, name]) => name)].join(' '),
  )

/** A status that holds this text wherever a stranger may have written something. */
function filledWith(text: string): WatchStatus {
  const server = { url: text, up: false }
  const hosts = { path: text, text }
  const mirrors = [
    mirrorStatus({ url: text }),
    mirrorDown({ url: text, detail: text, reason: text as 'dns' }),
    mirrorDown({ url: text, detail: text, health: 'limited' }),
  ]
  const dead = [mirrorDown({ url: text, detail: text })]
  return watchStatus({
    version: text,
    machine: text,
    list: { ...watchStatus().list, file: text, problem: text },
    node: { ...watchStatus().node, problem: text, restart: [text], heldUntil: NOW + 1 },
    registries: [
      registryStatus({ name: text, mirrors, server, hosts }),
      registryStatus({ name: text, mirrors: dead, server, hosts }),
    ],
    happenings: [{ at: NOW, text }],
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
  it('is made of the same tags, whatever strangers write', () => {
    const harmless = skeletonOf(statusPage(filledWith('x')))
    assert.ok(harmless.length > 100)
    for (const text of HOSTILE) {
      const page = statusPage(filledWith(text))
      assert.deepEqual(skeletonOf(page), harmless, text)
      // What was not taken for a tag is none in a browser's eyes either.
      assert.equal((page.match(/</g) ?? []).length, harmless.length, text)
    }
  })

  it('shows what could steer a terminal or turn the text around, instead of sending it', () => {
    const page = statusPage(filledWith('a\u202egnp.exe\u0000\u001b[31m'))
    assert.doesNotMatch(page, /[\u0000\u001b\u202e]/)
    assert.match(page, /a\\u202egnp\.exe\\u0000\\u001b\[31m/)
  })

  it('keeps hosts.toml as it is, line by line', () => {
    const page = withRegistries(
      registryStatus({ hosts: { path: '/p', text: '[host."https://a"]\n\tx = 1 # <&>\n' } }),
    )
    assert.ok(page.includes('>[host.&quot;https://a&quot;]\n\tx = 1 # &lt;&amp;&gt;\n</pre>'))
  })

  it('shows the file of the registry that its address names, also when it is loaded again', () => {
    const status = watchStatus({ registries: [registryStatus(), registryStatus({ name: 'r.test:5000' })] })
    const page = statusPage(status, 'r.test:5000')
    assert.deepEqual(page.match(/<details [^>]*>/g), [
      '<details id="registry-1-file">',
      '<details id="registry-2-file" open>',
    ])
    assert.match(page, /content="10; url=\.\/\?open=r\.test%3A5000"/)
    assert.equal(statusPage(status, '"><script>'), statusPage(status))
  })

  it('needs no script and nothing from elsewhere', () => {
    const page = statusPage(filledWith('x'))
    assert.doesNotMatch(page, /<script|<link rel="stylesheet|@import|url\(|<img|<iframe| on[a-z]+=/i)
    for (const [, target = ''] of page.matchAll(/ (?:href|src)="([^"]*)"/g))
      assert.match(target, /^(#|data:,$|metrics$|healthz$|\.\/\?open=[^"&]*#)/)
  })

  it('has a language, a title, a way to shrink, one heading above all, and every link leads somewhere', () => {
    const page = withRegistries(
      ...['a.test', 'b.test', 'c.test'].map(name => registryStatus({ name, mirrors: [mirrorDown()] })),
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

  const wrong: [title: string, more: Partial<WatchStatus>, title: RegExp, text: RegExp][] = [
    ['nothing', {}, /<title>● node-7: All is well · regmirror</, /as of 03:14:15 UTC ● All is well/],
    [
      'a loop that hangs',
      { alive: false },
      /✗ node-7: 1 thing is wrong/,
      /The watcher has stopped looking\./,
    ],
    [
      'a list that is not sound',
      { list: { ...watchStatus().list, problem: 'mirrors.toml:3:1: no' } },
      /✗ node-7: 1 thing is wrong/,
      /The list is not sound\. The one of 20 h ago stays in force\. mirrors\.toml:3:1: no/,
    ],
    [
      'a list that is not sound, and none before it',
      {
        list: { file: 'no list', problem: 'mirrors.toml:3:1: no', reads: { good: 0, bad: 1 } },
        registries: [],
        ready: false,
      },
      /✗ node-7: 1 thing is wrong/,
      /The list is not sound\. There was none before it, so nothing is done\. mirrors\.toml:3:1: no Registries No list is in force\./,
    ],
    [
      'a node that cannot be written',
      { node: { ...watchStatus().node, problem: 'read-only' } },
      /✗ node-7: 1 thing is wrong/,
      /The node is not as the list says\. read-only/,
    ],
    [
      'a restart that is due',
      { node: { ...watchStatus().node, restart: ['systemctl restart containerd'] } },
      /✗ node-7: 1 thing is wrong/,
      /A restart is needed\. None of this acts until then: systemctl restart containerd/,
    ],
    [
      'a file that is left to apply',
      { node: { ...watchStatus().node, left: ['/etc/containerd/config.toml'] } },
      /✗ node-7: 1 thing is wrong/,
      /\/etc\/containerd\/config\.toml is not as the list says\. Run regmirror apply, and do not restart/,
    ],
    [
      'changes that wait',
      { node: { ...watchStatus().node, heldUntil: NOW + 600_000 } },
      /◐ node-7: Working, 1 thing to know/,
      /Changes are held back until 03:24:15 UTC: there were too many within an hour\./,
    ],
    [
      'the time before the first walk',
      { ready: false },
      /◐ node-7: Starting, 1 thing to know/,
      /Starting\. Nothing was written yet/,
    ],
    [
      'no registry',
      { registries: [], happenings: [] },
      /● node-7: All is well/,
      /The list names no registry\. Add one to \/etc/,
    ],
    [
      'a mirror that is down',
      { registries: [registryStatus({ mirrors: [mirrorStatus(), mirrorDown()] })] },
      /◐ node-7: Working, 1 thing to know/,
      /docker\.io: 1 down of 2 mirrors; the latest change was 4 min ago\./,
    ],
    [
      'a registry that nobody can serve',
      {
        registries: [
          registryStatus({
            mirrors: [mirrorDown()],
            server: { url: 'https://registry-1.docker.io/v2', up: false },
          }),
        ],
      },
      /✗ node-7: 1 thing is wrong/,
      /Nothing to pull docker\.io from, for 4 min: no mirror is well, and its server does not answer\./,
    ],
    [
      'a server that is alone',
      { registries: [registryStatus({ mirrors: [], server: { url: 'https://r.test/v2', up: undefined } })] },
      /● node-7: All is well/,
      /docker\.io no mirrors ↳ https:\/\/r\.test\/v2 server · not asked/,
    ],
  ]
  for (const [state, more, title, text] of wrong) {
    it(`says in words: ${state}`, () => {
      const page = pageOf(more)
      assert.match(page, title)
      assert.match(textOf(page), text)
    })
  }

  /** Registries r0.test, r1.test, …, whose only mirror and server are dead. */
  const dead = (count: number, more: Partial<RegistryStatus> = {}) =>
    Array.from({ length: count }, (_, nth) =>
      registryStatus({
        name: `r${nth}.test`,
        mirrors: [mirrorDown({ place: 1 })],
        server: { url: 'https://s.test', up: false },
        ...more,
      }),
    )
  const alarmsIn = (page: string) => {
    const [, list = ''] = /<section class="verdict[\s\S]*?<ul>([\s\S]*?)<\/ul>/.exec(page) ?? []
    return textOf(list)
      .trim()
      .split(/ ?(?:[✗◐]) (?:bad|fair): /)
      .slice(1)
  }

  it('an outage of all is one line, and about this node', () => {
    const page = withRegistries(...dead(12), registryStatus({ name: 'no-mirrors.test', mirrors: [] }))
    assert.deepEqual(alarmsIn(page), [
      "Nothing can be pulled from any of 12 registries for 4 min: look at this node's own network first.",
    ])
    assert.match(page, /<title>✗ node-7: 1 thing is wrong · regmirror</)
  })

  it('an outage of some is a line each, or one for many', () => {
    const few = alarmsIn(withRegistries(...dead(3), registryStatus()))
    assert.deepEqual(
      few.map(line => line.split(',')[0]),
      ['r0.test', 'r1.test', 'r2.test'].map(name => `Nothing to pull ${name} from`),
    )
    const many = withRegistries(registryStatus(), ...dead(9))
    assert.deepEqual(alarmsIn(many), [
      'Nothing to pull r0.test, r1.test, r2.test and 6 more from: no mirror is well, and no server is known to answer.',
    ])
    assert.match(many, /<a href="#registry-2">r0\.test<\/a>/)
  })

  it('who says 429 is there: this is not the network of the node', () => {
    const limited = dead(2, { mirrors: [mirrorDown({ health: 'limited' })] })
    assert.equal(alarmsIn(withRegistries(...limited)).length, 2)
  })

  it('registries that are weakened are a line each, or one for many', () => {
    const weak = (count: number) => dead(count, { mirrors: [mirrorStatus(), mirrorDown()] })
    assert.equal(alarmsIn(withRegistries(...weak(3))).length, 3)
    assert.deepEqual(alarmsIn(withRegistries(...weak(5))), [
      'r0.test, r1.test, r2.test and 2 more: 5 down of 10 mirrors; the latest change was 4 min ago.',
    ])
  })

  it('before a list was read none is in force', () => {
    const page = statusPage(
      statusOf(blank(NOW), { monotonic: NOW, wall: NOW }, { version: '1.2.3', machine: 'node-7' }),
    )
    assert.match(page, /<title>◐ node-7: Starting, 1 thing to know/)
    assert.match(textOf(page), /List none is in force/)
  })

  it('what hinders most comes first', () => {
    const { list, node } = watchStatus()
    const lines = alarmsIn(
      pageOf({
        registries: [...dead(2), registryStatus({ mirrors: [mirrorStatus(), mirrorDown()] })],
        list: { ...list, problem: 'no' },
        node: {
          ...node,
          problem: 'read-only',
          restart: ['systemctl restart containerd'],
          heldUntil: NOW + 1,
        },
        alive: false,
      }),
    )
    const order = [
      'The watcher',
      'Nothing',
      'Nothing',
      'The node',
      'A restart',
      'The list',
      'Changes',
      'docker',
    ]
    assert.deepEqual(
      lines.map((line, nth) => line.slice(0, order[nth]?.length)),
      order,
    )
  })

  it('says why mirrors are in the file though nobody answers', () => {
    const why = /Nobody answers well. Every mirror of the list stays written/
    assert.match(withRegistries(...dead(1)), why)
    assert.doesNotMatch(withRegistries(...dead(1, { mirrors: [mirrorDown()] })), why)
    assert.doesNotMatch(
      withRegistries(...dead(1, { mirrors: [mirrorStatus(), mirrorDown({ place: 2 })] })),
      why,
    )
    assert.doesNotMatch(withRegistries(...dead(1, { server: { url: 'https://s.test', up: true } })), why)
  })

  it('tells what an earlier watcher has seen from what this one has', () => {
    const startedAt = NOW - 60_000
    const happenings = [NOW - 30_000, NOW - 90_000, NOW - 86_400_000].map((at, nth) => ({
      at,
      text: `no. ${nth}`,
    }))
    const told = (more: Partial<WatchStatus>) =>
      textOf(/<ol[\s\S]*<\/ol>/.exec(pageOf(more))?.[0] ?? '').trim()
    assert.equal(
      told({ startedAt, happenings }),
      '03:13:45 no. 0 03:13:15 this watcher was started; what follows was seen by the one before it 03:12:45 no. 1 2026-05-05 03:14:15 no. 2',
    )
    assert.equal(told({ startedAt, happenings: happenings.slice(0, 1) }), '03:13:45 no. 0')
  })

  it('tells of every mirror its place, its health and since when, and why', () => {
    const text = textOf(
      withRegistries(
        registryStatus({
          mirrors: [
            mirrorDown(),
            mirrorStatus({
              url: 'https://slow.test/v2',
              health: 'slow',
              place: 2,
              latencyMs: 1203,
              reason: 'slow',
            }),
            mirrorStatus(),
            mirrorDown({ url: 'https://busy.test/v2', health: 'limited', nextAt: NOW + 600_000 }),
            mirrorStatus({ url: 'https://new.test/v2', place: 3, askedAt: undefined, points: [] }),
          ],
        }),
      ),
    )
    const told = [
      /place 1 https:\/\/mirror\.test\/v2 ● up for 3 h 12 ms .* 11–13 ms place 2/,
      /place 2 https:\/\/slow\.test\/v2 ◐ slow for 3 h 1203 ms .* slow place 3/,
      /place 3 https:\/\/new\.test\/v2 · not asked yet .*not asked within the last hour/,
      /– left out https:\/\/down\.test\/v2 ✗ down for 4 min .*left out · since 03:10:15 UTC/,
      /asked 5 s ago, asked again in 10 s connect_timeout: no connection to 192\.0\.2\.7:443 within 5s/,
      /https:\/\/busy\.test\/v2 ○ limited for 4 min .*asked again in 10 min/,
      /↳ https:\/\/registry-1\.docker\.io\/v2 server ● answers/,
    ]
    for (const part of told) assert.match(text, part)
  })

  it('puts what is in trouble first', () => {
    const page = withRegistries(
      registryStatus({ name: 'well.test' }),
      registryStatus({ name: 'ill.test', mirrors: [mirrorStatus(), mirrorDown()] }),
      registryStatus({
        name: 'dead.test',
        mirrors: [mirrorDown()],
        server: { url: 'https://d.test', up: false },
      }),
    )
    const names = [...page.matchAll(/<h3 [^>]*>.*<\/span> (\S+) /g)].map(([, name]) => name)
    assert.deepEqual(names, ['dead.test', 'ill.test', 'well.test'])
  })

  it('draws gaps where a mirror did not answer well, and says how many', () => {
    const drawn = (page: string) => /<path class="line" d="([^"]*)"/.exec(page)?.[1] ?? ''
    const mirrors = (ms: (nth: number) => number | undefined) => [mirrorStatus({ points: pointsOf(ms) })]
    const steady = withRegistries(registryStatus({ mirrors: mirrors(() => 10) }))
    assert.equal(drawn(steady).match(/M/g)?.length, 1)
    assert.doesNotMatch(steady, /class="gap"/)
    const broken = withRegistries(
      registryStatus({ mirrors: mirrors(nth => (nth >= 100 && nth < 120 ? undefined : 10)) }),
    )
    assert.equal(drawn(broken).match(/M/g)?.length, 2)
    assert.match(broken, /class="gap"/)
    assert.match(broken, /last hour: 20 of 240 times it did not answer well, 10 ms where it did/)
    const never = withRegistries(registryStatus({ mirrors: mirrors(() => undefined) }))
    assert.equal(drawn(never), '')
    assert.match(never, /last hour: 240 of 240 times it did not answer well</)
  })

  it('draws nothing that is not a number, whatever the clock has done', () => {
    for (const now of [0, NOW - 7_200_000, NOW + 7_200_000]) {
      const page = pageOf({ now, registries: [registryStatus({ mirrors: [mirrorStatus(), mirrorDown()] })] })
      assert.doesNotMatch(page, /NaN|Infinity|undefined|Invalid/)
    }
  })

  it('stays small with 40 registries of 5 mirrors, and gives a way to each', () => {
    const mirrors = Array.from({ length: 5 }, (_, nth) => mirrorStatus({ place: nth + 1 }))
    const names = Array.from({ length: 40 }, (_, nth) => `r${nth}.test`)
    const page = withRegistries(...names.map(name => registryStatus({ name, mirrors })))
    assert.ok(page.length < 400_000, `${page.length} characters`)
    const [nav = ''] = /<nav aria-label="Registries">[\s\S]*?<\/nav>/.exec(page) ?? []
    assert.equal(nav.match(/<a href="#/g)?.length, 40)
  })
})
