/** Others hold connections to the watcher, or ask and ask: its checks are answered all the same. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { givingWay, peerOf } from '../../lib/watch/serve/connection-limit.ts'
import { openRenderer } from '../../lib/watch/serve/render-cache.ts'
import { openTurns } from '../../lib/watch/serve/send-queue.ts'
import { type Serving, serve } from '../../lib/watch/serve/serve.ts'
import { kill } from '../support/process.ts'
import { knownAs, mirrorStatus, registryStatus, watchStatus } from '../support/status.ts'
import { eventually, listText, startMortal, type Watching, watching, withPlace } from '../support/watching.ts'

const CHECKS = 40
const MIRRORS = 500

/** 500 registries of one mirror each: a page of 1 MB, and as much of metrics. */
const LARGE = watchStatus({
  registries: Array.from({ length: MIRRORS }, (_, i) =>
    registryStatus({ name: `r${i}.example`, mirrors: [mirrorStatus({ url: `https://m${i}.example/v2` })] }),
  ),
})

/** The status of an answer on a connection of its own; undefined: there was none. */
async function codeOf(port: number, path: string): Promise<number | undefined> {
  const request = http.get({ host: '127.0.0.1', port, path, agent: false })
  const response = await Promise.race([
    once(request, 'response').then(([found]) => found as http.IncomingMessage),
    once(request, 'error').then(() => undefined),
  ]).catch(() => undefined)
  response?.resume()
  return response?.statusCode
}

/** How many of so many checks, one after the other, are answered. */
async function answeredOf(port: number, count = CHECKS): Promise<number> {
  let answered = 0
  for (let i = 0; i < count; i += 1) if ((await codeOf(port, '/livez')) === 200) answered += 1
  return answered
}

/** A process that holds so many connections open, each of which begins with `bytes` and reads nothing; a closed one is opened again. */
async function withHolders(
  port: number,
  { count, bytes }: { readonly count: number; readonly bytes: string },
  use: () => Promise<void>,
): Promise<void> {
  const code = `
    const net = require('node:net')
    let opened = 0
    const open = () => {
      const socket = net.connect(${port}, '127.0.0.1')
      socket.on('error', () => {}).on('connect', () => {
        socket.write(${JSON.stringify(bytes)})
        if (++opened === ${count}) process.stdout.write('open')
      }).on('close', () => setTimeout(open, 100))
      socket.pause()
    }
    for (let i = 0; i < ${count}; i += 1) open()
    // Sockets that nobody reads keep no process alive.
    setInterval(() => {}, 1000)`
  const child: ChildProcess = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    await use()
    assert.equal(child.exitCode, null)
  } finally {
    await kill(child, 'SIGKILL')
  }
}

const HELD: Readonly<Record<string, { readonly count: number; readonly bytes: string }>> = {
  '110 idle connections': { count: 110, bytes: '' },
  '1,000 idle connections': { count: 1000, bytes: '' },
  '5,000 idle connections': { count: 5000, bytes: '' },
  '200 heads that are never whole': { count: 200, bytes: 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX-' },
  '200 bodies that are never whole': {
    count: 200,
    bytes: 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx',
  },
  '200 readers of the page that never read': {
    count: 200,
    bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  },
  '200 readers of the metrics that never read': {
    count: 200,
    bytes: 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n',
  },
  '50 who ask 200 times without waiting': {
    count: 50,
    bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200),
  },
}

describe('what the watcher serves while it is crowded', () => {
  let serving: Serving

  before(async () => {
    serving = await serve(
      '127.0.0.1:0',
      knownAs(() => LARGE),
    )
  })

  after(() => serving.close())

  for (const [title, held] of Object.entries(HELD))
    it(`answers every check beside ${title}`, () =>
      withHolders(serving.port, held, async () => {
        assert.equal(await answeredOf(serving.port), CHECKS)
      }))

  it('answers every check beside those who ask for pages as fast as they can', async () => {
    let going = true
    let pages = 0
    const ask = async (path: string) => {
      while (going) if ((await codeOf(serving.port, path)) === 200) pages += 1
    }
    const askers = ['/', '/', '/metrics', '/?open=r1.example', '/?open=r2.example', '/?open=none'].map(ask)
    assert.equal(await answeredOf(serving.port, 200), 200)
    going = false
    await Promise.all(askers)
    assert.ok(pages > 0)
  })

  it('sends a page to who reads it, beside those who do not', () =>
    withHolders(serving.port, { count: 30, bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' }, async () => {
      for (const path of ['/', '/metrics']) {
        const response = await fetch(`http://127.0.0.1:${serving.port}${path}`)
        const body = await response.text()
        assert.equal(Buffer.byteLength(body), Number(response.headers.get('content-length')))
      }
    }))

  it('holds 64 connections at most, and one descriptor each', async () => {
    const before = await descriptors()
    await withHolders(serving.port, { count: 1000, bytes: '' }, async () => {
      for (let i = 0; i < 20; i += 1) {
        assert.equal(await codeOf(serving.port, '/livez'), 200)
        assert.ok((await descriptors()) - before <= 64 + 10)
      }
    })
  })
})

/** All that is heard on a connection that sends this and then waits. */
async function heardOf(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {})
  let heard = ''
  socket.setEncoding('utf8').on('data', text => {
    heard += text
  })
  socket.write(bytes)
  await once(socket, 'close')
  return heard
}

const requestOf = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

describe('what one connection costs the watcher', () => {
  it('is one answer, however many requests it sends', async () => {
    let asked = 0
    const known = { summary: () => watchStatus({ version: String(++asked) }), status: watchStatus }
    const serving = await serve('127.0.0.1:0', known)
    try {
      const heard = await heardOf(serving.port, requestOf('/livez').repeat(100))
      assert.ok((heard.match(/HTTP\/1\.1 200/g)?.length ?? 0) <= 1)
      assert.equal(asked, 1)
    } finally {
      await serving.close()
    }
  })

  it('is no answer where it goes on sending while that is made', async () => {
    const slow = () => {
      for (const until = performance.now() + 30; performance.now() < until; );
      return watchStatus()
    }
    const serving = await serve('127.0.0.1:0', knownAs(slow))
    try {
      // From now on it rests, so that the next page has to wait.
      assert.match(await heardOf(serving.port, requestOf('/')), /^HTTP\/1\.1 200/)
      const [some, many] = await Promise.all([
        heardOf(serving.port, requestOf('/?open=a').repeat(3)),
        heardOf(serving.port, requestOf('/?open=b').repeat(30)),
      ])
      assert.match(some, /^HTTP\/1\.1 200/)
      assert.equal(many, '')
    } finally {
      await serving.close()
    }
  })

  it('is no page of its own in memory: eight are sent at once', async () => {
    // More than a socket holds.
    const hosts = { path: '/etc/hosts.toml', text: '#'.repeat(20_000_000) }
    const huge = watchStatus({ registries: [registryStatus({ hosts })] })
    const serving = await serve(
      '127.0.0.1:0',
      knownAs(() => huge),
    )
    const readers = Array.from({ length: 30 }, () =>
      net.connect(serving.port, '127.0.0.1').on('error', () => {}),
    )
    try {
      // The beginning of the page has come, and no more is read.
      await Promise.all(
        readers.map(async socket => {
          socket.write(requestOf('/'))
          await once(socket, 'readable')
        }),
      )
      const sizes = await Promise.all(
        readers.map(async socket => {
          let size = 0
          socket.on('data', chunk => {
            size += chunk.length
          })
          await once(socket, 'close')
          return size
        }),
      )
      const whole = sizes.filter(size => size > hosts.text.length).length
      assert.ok(whole <= 8, `${whole} have the whole page`)
    } finally {
      for (const socket of readers) socket.destroy()
      await serving.close()
    }
  })
})

async function descriptors(): Promise<number> {
  return (await fs.readdir('/proc/self/fd')).length
}

describe('a watcher that is crowded', () => {
  it('goes on probing its mirrors and writing its files', async () => {
    await using a = await startMortal()
    await using b = await startMortal()
    await withPlace(async ({ list, args, hosts }) => {
      await fs.writeFile(list, listText([a.url, b.url]))
      const use = async (watcher: Watching) => {
        const port = Number(/:(\d+)\/$/m.exec(await watcher.until(/serving the status at/))?.[1])
        await watcher.until(/created .*hosts\.toml/)
        const asking = { count: 40, bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' }
        await withHolders(port, asking, () =>
          withHolders(port, { count: 1000, bytes: '' }, async () => {
            await a.die()
            await watcher.until(/is down/)
            await watcher.until(/updated .*hosts\.toml/)
            assert.doesNotMatch((await hosts()) ?? '', new RegExp(a.url))
            await a.rise()
            await watcher.until(/is well again/)
            await watcher.until(/updated .*hosts\.toml/)
            assert.match((await hosts()) ?? '', new RegExp(a.url))
            assert.equal(await answeredOf(port), CHECKS)
            assert.equal(await watcher.stop(), 0)
          }),
        )
      }
      await watching([...args, '--log-format', 'text', '--listen', '127.0.0.1:0'], use)
    })
  })
})

describe('who gives way', () => {
  const at = (peer: string, asked = false) => ({ peer, asked })

  it('is the oldest that has not asked, then the oldest that is answered', () => {
    const [a, b, c] = [at('loopback', true), at('loopback'), at('loopback')]
    assert.equal(givingWay([a, b, c], 'loopback'), b)
    assert.equal(givingWay([a, { ...c, asked: true }], 'loopback'), a)
    assert.equal(givingWay([], 'loopback'), undefined)
  })

  it('is of the peer that holds the most, whoever comes', () => {
    const [quiet, first, second] = [at('192.0.2.1'), at('192.0.2.2', true), at('192.0.2.2', true)]
    assert.equal(givingWay([quiet, first, second], '192.0.2.3'), first)
    assert.equal(givingWay([quiet, first, second], '192.0.2.1'), quiet)
  })

  it('a peer is a host: all of loopback, all of an IPv6 network', () => {
    for (const address of ['127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.2'])
      assert.equal(peerOf(address), 'loopback', address)
    assert.equal(peerOf('::ffff:192.0.2.1'), '192.0.2.1')
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3::'])
      assert.equal(peerOf(address), '2001:db8:1:2', address)
    assert.equal(peerOf('2001:db8::1'), '2001:db8:0:0')
    assert.equal(peerOf('::'), '0:0:0:0')
    assert.equal(peerOf(''), '')
  })
})

describe('pages that many ask for', () => {
  it('are rendered once for all who ask at the same time', async () => {
    const rendered: string[] = []
    const busy = (key: string) => {
      rendered.push(key)
      for (const until = performance.now() + 5; performance.now() < until; );
      return `${key} ${rendered.length}`
    }
    const render = openRenderer(busy)
    const keys = ['', 'b', '', 'long', 'b', '']
    const answers = await Promise.all(keys.map(render))
    assert.deepEqual(rendered, ['', 'b', 'long'])
    assert.deepEqual(answers, [' 1', 'b 2', ' 1', 'long 3', 'b 2', ' 1'])
  })

  it('are rendered again, also after one that could not be', async () => {
    let count = 0
    const render = openRenderer(() => {
      count += 1
      if (count === 1) throw new Error('a bug')
      return count
    })
    await assert.rejects(render(''), /a bug/)
    assert.equal(await render(''), 2)
    await eventually(
      async () => ((await render('')) > 2 ? true : undefined),
      () => 'it is kept for ever',
    )
  })

  it('leave a part of the time to others', async () => {
    const spans: number[] = []
    const render = openRenderer(() => {
      const began = performance.now()
      for (; performance.now() < began + 10; );
      spans.push(began, performance.now())
      return ''
    })
    await Promise.all(['a', 'b', 'c'].map(render))
    for (let i = 2; i < spans.length; i += 2)
      assert.ok((spans[i] ?? 0) - (spans[i - 1] ?? 0) >= 80, 'the next one began at once')
  })

  it('are sent a few at a time, and who is slow gives way to who waits', async () => {
    const turns = openTurns(2, 20)
    const told: string[] = []
    const over = new Map<string, () => void>()
    for (const name of ['a', 'b', 'c', 'd'])
      over.set(
        name,
        turns.enter({
          begin: () => told.push(`${name} begins`),
          giveUp: () => told.push(`${name} gives up`),
        }),
      )
    assert.deepEqual(told, ['a begins', 'b begins'])
    over.get('b')?.()
    assert.deepEqual(told.slice(2), ['c begins'])
    over.get('b')?.()
    await eventually(
      async () => told.includes('d begins') || undefined,
      () => told.join(),
    )
    assert.deepEqual(told.slice(3), ['a gives up', 'd begins'])
    await new Promise(done => setTimeout(done, 60))
    assert.equal(told.length, 5, 'nobody waits any more')
  })
})
