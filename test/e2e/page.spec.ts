/** The status page in a real browser: on a phone and on a desktop, light and dark, in every state. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type StatusServer, serve } from '../../lib/watch/serve/serve.ts'
import type { WatchStatus } from '../../lib/watch/serve/status.ts'
import { type Listener, listen } from '../support/sockets.ts'
import {
  mirrorStatus,
  NOW,
  registryStatus,
  statusSource,
  unhealthyMirror,
  watchStatus,
} from '../support/status.ts'
import { BROWSER, type Browser, startBrowser, type View } from './support/browser.ts'
import { needRuntime } from './support/runtimes.ts'

const PHONE: View = { width: 360, height: 800, scheme: 'light' }
const DESKTOP: View = { width: 1280, height: 900, scheme: 'light' }

const LONG = `https://${'a-rather-long-label.'.repeat(9)}test/v2/${'proxy'.repeat(20)}`
const HOSTILE = '</title></style></pre><script>document.title="mine"</script><img src=https://evil.test/x>'

function brokenWith(text: string): Partial<WatchStatus> {
  const mirrors = [
    mirrorStatus({ url: text, health: 'degraded', detail: text }),
    unhealthyMirror({ url: text, detail: text }),
    unhealthyMirror({ url: text, health: 'rate_limited', detail: text }),
    mirrorStatus({ probedAt: undefined, samples: [], position: 2 }),
  ]
  const server = { url: text, health: 'unhealthy' as const, reason: text as 'dns', detail: text }
  const files = [{ path: `/etc/containerd/certs.d/${text}/hosts.toml`, text: `# ${text}\n`.repeat(40) }]
  const activation = { target: text, command: text, why: text }
  return {
    machine: text,
    list: { ...watchStatus().list, problem: text },
    node: {
      ...watchStatus().node,
      problem: text,
      reload: [activation],
      restart: [activation],
      limitedUntil: NOW + 60_000,
    },
    registries: [
      registryStatus({ name: text, mirrors, servers: [server], files }),
      registryStatus({ name: text, mirrors: [unhealthyMirror({ url: text })], servers: [server], files }),
    ],
    recentEvents: [{ at: NOW - 86_400_000, text }],
    alive: false,
    ready: false,
  }
}

const many = Array.from({ length: 40 }, (_, i) =>
  registryStatus({
    name: `registry-${i}.example.com`,
    mirrors: Array.from({ length: 5 }, (_, i) => mirrorStatus({ position: i + 1 })),
  }),
)

const STATES: readonly [title: string, more: Partial<WatchStatus>][] = [
  ['everything healthy', {}],
  ['every problem, in long words', brokenWith(LONG)],
  ['every problem, with hostile text', brokenWith(HOSTILE)],
  ['no registry', { registries: [], recentEvents: [] }],
  ['40 registries', { registries: many }],
]

/** Text with too little contrast to its background: WCAG 2.2 requires 4.5 to 1. */
const FAINT = `(() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = rgb(getComputedStyle(at).backgroundColor)
      if (a === 1) return [r, g, b]
    }
    return [255, 255, 255]
  }
  return [...document.body.querySelectorAll('*')]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== ''))
    .filter(element => !element.closest('svg'))
    .filter(element => {
      const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))]
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5
    })
    .map(element => element.outerHTML.slice(0, 80))
})()`

describe('the status page in a browser', function () {
  this.timeout(120_000)
  let directory: string
  let outside: Listener
  let recorder: Listener
  let server: StatusServer
  let browser: Browser
  let status: WatchStatus

  before(async function () {
    needRuntime(this, BROWSER, false)
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-'))
    server = await serve(
      '127.0.0.1:0',
      statusSource(() => status),
    )
    // Requests to the watcher pass a recorder; all others go to a proxy that closes the connection.
    recorder = await listen(socket => {
      const inside = net.connect(server.port, '127.0.0.1')
      inside.on('error', () => socket.destroy())
      socket.pipe(inside).pipe(socket)
    })
    outside = await listen(socket => socket.on('data', () => socket.destroy()))
    browser = await startBrowser(directory, outside.origin)
  })

  after(async () => {
    await browser?.[Symbol.asyncDispose]()
    await outside?.[Symbol.asyncDispose]()
    await recorder?.[Symbol.asyncDispose]()
    await server?.close()
    if (directory) await fs.rm(directory, { recursive: true, force: true, maxRetries: 5 })
  })

  const show = async (more: Partial<WatchStatus>, view: View, address = '') => {
    status = watchStatus(more)
    await browser.open(`${recorder.origin}/${address}`, view)
    assert.match(await browser.evaluate('document.title'), / · regmirror$/)
  }
  const requests = () => recorder.received.map(head => head.split('\r\n')[0])

  for (const [title, more] of STATES) {
    it(`fits a phone and a desktop: ${title}`, async () => {
      for (const view of [PHONE, DESKTOP]) {
        await show(more, view)
        await browser.evaluate('document.querySelectorAll("details").forEach(d => { d.open = true })')
        const widths = '[document.documentElement.scrollWidth, innerWidth]'
        assert.deepEqual(await browser.evaluate(widths), [view.width, view.width])
      }
    })

    it(`is readable in light and dark: ${title}`, async () => {
      for (const scheme of ['light', 'dark'] as const) {
        await show(more, { ...PHONE, scheme })
        await browser.evaluate('document.querySelectorAll("details").forEach(d => { d.open = true })')
        assert.deepEqual(await browser.evaluate(FAINT), [], scheme)
      }
    })
  }

  it('follows the preferred colour scheme', async () => {
    const backs = []
    for (const scheme of ['light', 'dark'] as const) {
      await show({}, { ...DESKTOP, scheme })
      backs.push(await browser.evaluate<string>('getComputedStyle(document.body).backgroundColor'))
    }
    assert.equal(new Set(backs).size, 2)
  })

  it('describes problems in its title and in its text', async () => {
    await show({ registries: [registryStatus({ mirrors: [mirrorStatus(), unhealthyMirror()] })] }, PHONE)
    assert.equal(await browser.evaluate('document.title'), '◐ node-7: Working, 1 warning · regmirror')
    const text = await browser.evaluate<string>('document.body.innerText')
    for (const part of [
      'docker.io: 1 unhealthy of 2 mirrors',
      '✗ unhealthy for 4 min',
      'does not accept a connection within 2 s',
    ])
      assert.ok(text.includes(part), part)
  })

  it('shows hostile text as text, and does not run or load anything of it', async () => {
    await show(brokenWith(HOSTILE), DESKTOP)
    assert.match(await browser.evaluate('document.title'), /^✗ .* · regmirror$/)
    assert.equal(await browser.evaluate('document.querySelectorAll("script, img").length'), 0)
    assert.ok((await browser.evaluate<string>('document.body.innerText')).includes(HOSTILE))
  })

  it('has names for sections and texts for pictures, for screen readers', async () => {
    await show({ registries: [registryStatus({ mirrors: [mirrorStatus(), unhealthyMirror()] })] }, DESKTOP)
    const names = `[...document.querySelectorAll('section')].map(s => document.getElementById(s.getAttribute('aria-labelledby'))?.innerText ?? '')`
    assert.ok((await browser.evaluate<string[]>(names)).every(name => name !== ''))
    const pictures = `[...document.querySelectorAll('svg')].map(s => s.querySelector('title').textContent)`
    for (const words of await browser.evaluate<string[]>(pictures)) assert.match(words, /^last hour: /)
  })

  it('reloads by itself, and keeps the position of the reader', async () => {
    const scrolled = 'scrollTo(0, 300), scrollY'
    const isOpen = '[...document.querySelectorAll("details")].map(({ open }) => open)'
    for (const address of ['', '#registry-1', '?open=docker.io#registry-1-file']) {
      await show({ registries: many.with(0, registryStatus()) }, PHONE, address)
      assert.equal(await browser.evaluate(scrolled), 300)
      const opened = await browser.evaluate(isOpen)
      status = { ...status, version: '9.9.9' }
      const isNew = 'document.readyState === "complete" && document.body.innerText.includes("9.9.9")'
      while (!(await browser.evaluate(isNew))) await sleep(200)
      while ((await browser.evaluate('scrollY')) !== 300) await sleep(200)
      assert.deepEqual(
        await browser.evaluate(isOpen),
        address.startsWith('?') ? opened : many.map(() => false),
      )
    }
  })

  it('requests only itself, and nothing from other places', () => {
    assert.ok(requests().length > 20)
    assert.deepEqual(new Set(requests()), new Set(['GET / HTTP/1.1', 'GET /?open=docker.io HTTP/1.1']))
    assert.deepEqual(outside.received, [])
  })
})
