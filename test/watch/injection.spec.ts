/** Mirrors, and a list, that try to inject text through a watcher: into a terminal, a log, a browser, Prometheus, systemd. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { fakeNotify } from '../support/fake-notify.ts'
import { parallelTests } from '../support/parallel-tests.ts'
import { pagesOf, SERVING } from '../support/served.ts'
import { listen, respondWith } from '../support/sockets.ts'
import { pem, TLS } from '../support/tls.ts'
import { eventually, type Watching, watching, withPlace } from '../support/watching.ts'

const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/
const FORGED = '2026-01-01T00:00:00.000Z info forged {"event":"forged"}'
const EVIL = '\u001b[2J\u001b]0;owned\u0007\u009b31m<script>forged()</script><img src=x>"}\\'
const FLOOD = `${EVIL}\u202e\u2028\u2029\u2066\r\n${FORGED}\nregmirror_forged 1\n`
const ERRORS = JSON.stringify({ errors: [{ code: FLOOD, message: FLOOD, detail: FLOOD }] })
const HTML = { 'Content-Type': 'text/html' }
const JSON_TYPE = { 'Content-Type': 'application/json' }

/** UTF-8 as on the wire, one character for each byte. */
const wired = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
/** Header values: an invalid and a valid one. */
const WIRES = [EVIL, EVIL.replace(/[\0-\x1f]/g, '')].map(text => wired(`${text}\u202e\u2028\u2066`))

/** A response, with its length in bytes. */
function response(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const text = wired(body)
  const lines = Object.entries({ ...headers, 'Content-Length': text.length }).map(pair => pair.join(': '))
  return [`HTTP/1.1 ${status} x`, ...lines, '', text].join('\r\n')
}

const RESPONSES: readonly string[] = [
  ...WIRES.flatMap(wire => [
    `HTTP/1.1 500 ${wire}\r\nServer: ${wire}\r\nContent-Length: 0\r\n\r\n`,
    response(302, { Location: `http://127.0.0.1:1/${wire}` }),
    response(302, { Location: wire }),
    response(302, { Location: `http://${wire}` }),
    response(401, { 'WWW-Authenticate': wire }),
    response(403, { ...JSON_TYPE, Server: wire }, ERRORS),
    response(429, { 'Retry-After': wire }, ERRORS),
    response(503, { 'Content-Type': wire }, FLOOD),
    response(500, Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`X-${i}`, wire.repeat(4)]))),
  ]),
  response(200, HTML, FLOOD),
  response(404, HTML, FLOOD.repeat(20_000)),
  wired(FLOOD),
]

type Use = (place: { root: string; watcher: Watching; notified: () => Promise<string> }) => Promise<void>

/** Runs `use` beside mirrors with these responses, with an invalid list at a path with such text. */
async function withEvil(format: 'text' | 'json', use: Use): Promise<void> {
  const mirrors = await Promise.all([
    ...RESPONSES.map(text => listen(respondWith(Buffer.from(text, 'latin1')))),
    listen(respondWith(response(200)), { ...TLS, cert: pem('evil.pem') }),
  ])
  try {
    await beside(
      mirrors.map(({ origin }) => origin),
      format,
      use,
    )
  } finally {
    await Promise.all(mirrors.map(mirror => mirror[Symbol.asyncDispose]()))
  }
}

async function beside(urls: readonly string[], format: 'text' | 'json', use: Use): Promise<void> {
  await withPlace(async ({ root, list }) => {
    const file = path.join(path.dirname(list), `\u001b[2J\n${FORGED}\n\u009b\u202e\u2028<script>"\\.toml`)
    const text = `version = 1\n[health]\ninterval = "1s"\n[registries."r.test"]\nserver = "http://127.0.0.1:9"\nmirrors = ${JSON.stringify(urls)}\n`
    await fs.writeFile(file, text)
    const { env, told: notified } = await fakeNotify(path.join(path.dirname(list), 'bin'))
    const args = ['--root', root, '-f', file, '--log-format', format, ...SERVING]
    const run = async (watcher: Watching) => {
      const pages = await pagesOf(watcher)
      const unhealthy = async () =>
        (await pages.get('/metrics')).body.match(/^regmirror_up\{.*role="mirror"\} 0$/gm)?.length
      await eventually(
        async () => ((await unhealthy()) === urls.length ? true : undefined),
        () => `not all are unhealthy:\n${watcher.log()}`,
      )
      await fs.writeFile(file, `${text}\n${FORGED}\n`)
      await pages.until('/healthz', 503)
      await use({ root, watcher, notified })
      for (const [name, assertSafe] of Object.entries(PAGES)) assertSafe((await pages.get(name)).body)
      assert.equal(await watcher.stop(), 0)
    }
    await watching(args, run, env)
  })
}

const PAGES: Readonly<Record<string, (body: string) => void>> = {
  '/': page => {
    assert.doesNotMatch(page, STEERING)
    assert.doesNotMatch(page, /<script|<img|<b>[^A-Z]/)
    assert.match(page, /The list is invalid/)
  },
  '/metrics': page => {
    for (const line of page.trimEnd().split('\n'))
      assert.match(
        line,
        /^(# (HELP|TYPE) regmirror_\w+ .*|regmirror_\w+(\{(\w+="(?:[^"\\\n]|\\[\\"n])*",?)+\})? -?\d\S*)$/,
      )
    assert.doesNotMatch(page, /forged/)
  },
  '/healthz': page => {
    assert.doesNotMatch(page, STEERING)
    assert.match(page, /^the list is invalid, [^\n]+\n$/)
  },
}

/** The details in health.json, which plan shows. */
async function assertHealthFile(root: string): Promise<void> {
  const file = JSON.parse(await fs.readFile(path.join(root, 'var/lib/regmirror/health.json'), 'utf8'))
  for (const { detail = '' } of Object.values<{ detail?: string }>(file.mirrors)) {
    assert.doesNotMatch(detail, STEERING)
    assert.ok(detail.length < 1000 && !detail.includes('\n'), detail)
  }
}

async function assertNotified(notified: () => Promise<string>): Promise<void> {
  const text = await notified()
  assert.doesNotMatch(text, STEERING)
  for (const line of text.trimEnd().split('\n'))
    assert.match(line, /^(READY=1 |RELOADING=1 |WATCHDOG=1 |STATUS=|STOPPING=1$)/)
}

describe('text of mirrors and lists', () => {
  parallelTests({
    'stays one line of a text log, and has no effect on a terminal, a browser or systemd': async () => {
      await withEvil('text', async ({ root, watcher, notified }) => {
        await watcher.until(/error .*the watcher uses the last valid list/)
        const log = watcher.log()
        assert.doesNotMatch(log, STEERING)
        for (const line of log.trimEnd().split('\n')) {
          assert.match(line, /^\d{4}-[\d-]+T[\d:.]+Z (info |warn |error) \S/)
          assert.ok(!line.startsWith('2026-01-01'), line)
          assert.ok(line.length < 2000)
        }
        await assertHealthFile(root)
        await assertNotified(notified)
      })
    },

    'stays a string in one JSON document a line': async () => {
      await withEvil('json', async ({ root, watcher, notified }) => {
        await watcher.until(/"event":"list_invalid"/)
        const log = watcher.log()
        assert.doesNotMatch(log, STEERING)
        const events = log
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line))
        for (const { time, level, event, msg } of events) {
          for (const text of [time, level, event, msg]) assert.equal(typeof text, 'string')
          assert.notEqual(event, 'forged')
        }
        const { file } = events.find(({ event }) => event === 'list_loaded')
        assert.match(file, /\u001b\[2J\n2026.*\n\u009b\u202e\u2028<script>"\\\.toml$/, 'nothing is lost')
        await assertHealthFile(root)
        await assertNotified(notified)
      })
    },
  })
})
