/** The status page as a real browser shows it: on a phone and on a desk, light and dark, in every state. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Serving, serve } from '../../lib/watch/serve/serve.ts'
import type { WatchStatus } from '../../lib/watch/serve/status.ts'
import { type Listener, listen } from '../support/sockets.ts'
import { knownAs, mirrorDown, mirrorStatus, NOW, registryStatus, watchStatus } from '../support/status.ts'
import { BROWSER, type Browser, startBrowser, type View } from './support/browser.ts'
import { needRuntime } from './support/runtimes.ts'

const PHONE: View = { width: 360, height: 800, scheme: 'light' }
const DESK: View = { width: 1280, height: 900, scheme: 'light' }

const LONG = `https://${'a-rather-long-label.'.repeat(9)}test/v2/${'proxy'.repeat(20)}`
const HOSTILE = '</title></style></pre><script>document.title="mine"</script><img src=https://evil.test/x>'

function illWith(text: string): Partial<WatchStatus> {
  const mirrors = [
    mirrorStatus({ url: text, health: 'slow', detail: text }),
    mirrorDown({ url: text, detail: text }),
    mirrorDown({ url: text, health: 'limited', detail: text }),
    mirrorStatus({ askedAt: undefined, points: [], place: 2 }),
  ]
  const server = { url: text, up: false }
  const hosts = { path: `/etc/containerd/certs.d/${text}/hosts.toml`, text: `# ${text}\n`.repeat(40) }
  return {
    machine: text,
    list: { ...watchStatus().list, problem: text },
    node: { ...watchStatus().node, problem: text, restart: [text], heldUntil: NOW + 60_000 },
    registries: [
      registryStatus({ name: text, mirrors, server, hosts }),
      registryStatus({ name: text, mirrors: [mirrorDown({ url: text })], server, hosts }),
    ],
    happenings: [{ at: NOW - 86_400_000, text }],
    alive: false,
    ready: false,
  }
}

const many = Array.from({ length: 40 }, (_, nth) =>
  registryStatus({
    name: `registry-${nth}.example.com`,
    mirrors: Array.from({ length: 5 }, (_, place) => mirrorStatus({ place: place + 1 })),
  }),
)

const STATES: readonly [title: string, more: Partial<WatchStatus>][] = [
  ['all well', {}],
  ['everything wrong, in words without a space', illWith(LONG)],
  ['everything wrong, in the words of an enemy', illWith(HOSTILE)],
  ['no registry', { registries: [], happenings: [] }],
  ['40 registries', { registries: many }],
]

/** Text whose colour is too close to what lies behind it: WCAG 2.2 asks for 4.5 to 1. */
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
  let door: Listener
  let serving: Serving
  let browser: Browser
  let status: WatchStatus

  before(async function () {
    needRuntime(this, BROWSER, false)
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-'))
    serving = await serve(
      '127.0.0.1:0',
      knownAs(() => status),
    )
    // All that is asked of the watcher passes a door that writes it down, all else a proxy that lets nothing through.
    door = await listen(socket => {
      const inside = net.connect(serving.port, '127.0.0.1')
      inside.on('error', () => socket.destroy())
      socket.pipe(inside).pipe(socket)
    })
    outside = await listen(socket => socket.on('data', () => socket.destroy()))
    browser = await startBrowser(directory, outside.origin)
  })

  after(async () => {
    await browser?.[Symbol.asyncDispose]()
    await outside?.[Symbol.asyncDispose]()
    await door?.[Symbol.asyncDispose]()
    await serving?.close()
    if (directory) await fs.rm(directory, { recursive: true, force: true, maxRetries: 5 })
  })

  const show = async (more: Partial<WatchStatus>, view: View, address = '') => {
    status = watchStatus(more)
    await browser.open(`${door.origin}/${address}`, view)
    assert.match(await browser.evaluate('document.title'), / · regmirror$/)
  }
  const requests = () => door.received.map(head => head.split('\r\n')[0])

  for (const [title, more] of STATES) {
    it(`fits a phone and a desk: ${title}`, async () => {
      for (const view of [PHONE, DESK]) {
        await show(more, view)
        await browser.evaluate('document.querySelectorAll("details").forEach(d => { d.open = true })')
        const widths = '[document.documentElement.scrollWidth, innerWidth]'
        assert.deepEqual(await browser.evaluate(widths), [view.width, view.width])
      }
    })

    it(`can be read in the light and in the dark: ${title}`, async () => {
      for (const scheme of ['light', 'dark'] as const) {
        await show(more, { ...PHONE, scheme })
        await browser.evaluate('document.querySelectorAll("details").forEach(d => { d.open = true })')
        assert.deepEqual(await browser.evaluate(FAINT), [], scheme)
      }
    })
  }

  it('follows the scheme that the reader prefers', async () => {
    const backs = []
    for (const scheme of ['light', 'dark'] as const) {
      await show({}, { ...DESK, scheme })
      backs.push(await browser.evaluate<string>('getComputedStyle(document.body).backgroundColor'))
    }
    assert.equal(new Set(backs).size, 2)
  })

  it('says what is wrong in its title and in its text', async () => {
    await show({ registries: [registryStatus({ mirrors: [mirrorStatus(), mirrorDown()] })] }, PHONE)
    assert.equal(await browser.evaluate('document.title'), '◐ node-7: Working, 1 thing to know · regmirror')
    const text = await browser.evaluate<string>('document.body.innerText')
    for (const part of [
      'docker.io: 1 down of 2 mirrors',
      '✗ down for 4 min',
      'no connection to 192.0.2.7:443 within 5s',
    ])
      assert.ok(text.includes(part), part)
  })

  it('shows what an enemy wrote as text, and runs and fetches none of it', async () => {
    await show(illWith(HOSTILE), DESK)
    assert.match(await browser.evaluate('document.title'), /^✗ .* · regmirror$/)
    assert.equal(await browser.evaluate('document.querySelectorAll("script, img").length'), 0)
    assert.ok((await browser.evaluate<string>('document.body.innerText')).includes(HOSTILE))
  })

  it('says all of a registry to a screen reader: sections have names, pictures have words', async () => {
    await show({ registries: [registryStatus({ mirrors: [mirrorStatus(), mirrorDown()] })] }, DESK)
    const names = `[...document.querySelectorAll('section')].map(s => document.getElementById(s.getAttribute('aria-labelledby'))?.innerText ?? '')`
    assert.ok((await browser.evaluate<string[]>(names)).every(name => name !== ''))
    const pictures = `[...document.querySelectorAll('svg')].map(s => s.querySelector('title').textContent)`
    for (const words of await browser.evaluate<string[]>(pictures)) assert.match(words, /^last hour: /)
  })

  it('is loaded again by itself, wherever in it somebody is', async () => {
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

  it('has asked for nothing but itself, and nobody else for anything', () => {
    assert.ok(requests().length > 20)
    assert.deepEqual(new Set(requests()), new Set(['GET / HTTP/1.1', 'GET /?open=docker.io HTTP/1.1']))
    assert.deepEqual(outside.received, [])
  })
})
