/** Clients hold connections to the watcher, or send requests all the time: its checks still get responses. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { findPeer, selectConnectionToClose } from '../../lib/watch/serve/connection-limit.ts'
import { openRenderer } from '../../lib/watch/serve/render-cache.ts'
import { openSendQueue } from '../../lib/watch/serve/send-queue.ts'
import { type StatusServer, serve } from '../../lib/watch/serve/serve.ts'
import { kill } from '../support/process.ts'
import { mirrorStatus, registryStatus, statusSource, watchStatus } from '../support/status.ts'
import { eventually, listText, startMirror, type Watching, watching, withPlace } from '../support/watching.ts'

const CHECKS = 40
const MIRRORS = 500

/** 500 registries of one mirror each: a page of 1 MB, and as much of metrics. */
const LARGE = watchStatus({
  registries: Array.from({ length: MIRRORS }, (_, i) =>
    registryStatus({ name: `r${i}.example`, mirrors: [mirrorStatus({ url: `https://m${i}.example/v2` })] }),
  ),
})

/** The status code of a response on a new connection; undefined: none. */
async function codeOf(port: number, path: string): Promise<number | undefined> {
  const request = http.get({ host: '127.0.0.1', port, path, agent: false })
  const response = await Promise.race([
    once(request, 'response').then(([found]) => found as http.IncomingMessage),
    once(request, 'error').then(() => undefined),
  ]).catch(() => undefined)
  response?.resume()
  return response?.statusCode
}

/** How many checks, one after the other, succeed. */
async function countSuccesses(port: number, count = CHECKS): Promise<number> {
  let successes = 0
  for (let i = 0; i < count; i += 1) if ((await codeOf(port, '/livez')) === 200) successes += 1
  return successes
}

/** A process that keeps so many connections open, each of which sends `bytes` and reads nothing; a closed one is opened again. */
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
    // Sockets that are not read do not keep a process alive.
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
  '50 clients that send 200 requests without waiting': {
    count: 50,
    bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200),
  },
}

describe('a crowded watcher', () => {
  let server: StatusServer

  before(async () => {
    server = await serve(
      '127.0.0.1:0',
      statusSource(() => LARGE),
    )
  })

  after(() => server.close())

  for (const [title, held] of Object.entries(HELD))
    it(`responds to every check beside ${title}`, () =>
      withHolders(server.port, held, async () => {
        assert.equal(await countSuccesses(server.port), CHECKS)
      }))

  it('responds to every check beside clients that request pages as fast as they can', async () => {
    let running = true
    let pages = 0
    const requestAll = async (path: string) => {
      while (running) if ((await codeOf(server.port, path)) === 200) pages += 1
    }
    const clients = ['/', '/', '/metrics', '/?open=r1.example', '/?open=r2.example', '/?open=none'].map(
      requestAll,
    )
    assert.equal(await countSuccesses(server.port, 200), 200)
    running = false
    await Promise.all(clients)
    assert.ok(pages > 0)
  })

  it('sends a page to a client that reads it, beside clients that do not', () =>
    withHolders(server.port, { count: 30, bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' }, async () => {
      for (const path of ['/', '/metrics']) {
        const response = await fetch(`http://127.0.0.1:${server.port}${path}`)
        const body = await response.text()
        assert.equal(Buffer.byteLength(body), Number(response.headers.get('content-length')))
      }
    }))

  it('holds at most 64 connections, with one descriptor each', async () => {
    const before = await descriptors()
    await withHolders(server.port, { count: 1000, bytes: '' }, async () => {
      for (let i = 0; i < 20; i += 1) {
        assert.equal(await codeOf(server.port, '/livez'), 200)
        assert.ok((await descriptors()) - before <= 64 + 10)
      }
    })
  })
})

/** Everything received on a connection that sends these bytes and then waits. */
async function sendBytes(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {})
  let received = ''
  socket.setEncoding('utf8').on('data', text => {
    received += text
  })
  socket.write(bytes)
  await once(socket, 'close')
  return received
}

const requestOf = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

describe('a connection to the watcher', () => {
  it('gets one response, however many requests it sends', async () => {
    let reads = 0
    const source = { summary: () => watchStatus({ version: String(++reads) }), status: watchStatus }
    const server = await serve('127.0.0.1:0', source)
    try {
      const received = await sendBytes(server.port, requestOf('/livez').repeat(100))
      assert.ok((received.match(/HTTP\/1\.1 200/g)?.length ?? 0) <= 1)
      assert.equal(reads, 1)
    } finally {
      await server.close()
    }
  })

  it('gets no response if it keeps sending while that is rendered', async () => {
    const slow = () => {
      for (const until = performance.now() + 30; performance.now() < until; );
      return watchStatus()
    }
    const server = await serve('127.0.0.1:0', statusSource(slow))
    try {
      // After this one, the next page has to wait.
      assert.match(await sendBytes(server.port, requestOf('/')), /^HTTP\/1\.1 200/)
      const [some, many] = await Promise.all([
        sendBytes(server.port, requestOf('/?open=a').repeat(3)),
        sendBytes(server.port, requestOf('/?open=b').repeat(30)),
      ])
      assert.match(some, /^HTTP\/1\.1 200/)
      assert.equal(many, '')
    } finally {
      await server.close()
    }
  })

  it('waits for its page while eight others are sent, and so costs no memory', async () => {
    // More than a socket holds.
    const file = { path: '/etc/hosts.toml', text: '#'.repeat(20_000_000) }
    const huge = watchStatus({ registries: [registryStatus({ files: [file] })] })
    const server = await serve(
      '127.0.0.1:0',
      statusSource(() => huge),
    )
    const readers = Array.from({ length: 30 }, () =>
      net.connect(server.port, '127.0.0.1').on('error', () => {}),
    )
    try {
      // The page has begun to arrive, and no more is read.
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
      const whole = sizes.filter(size => size > file.text.length).length
      assert.ok(whole <= 8, `${whole} have the whole page`)
    } finally {
      for (const socket of readers) socket.destroy()
      await server.close()
    }
  })
})

async function descriptors(): Promise<number> {
  return (await fs.readdir('/proc/self/fd')).length
}

describe('a crowded watcher process', () => {
  it('goes on probing mirrors and writing files', async () => {
    await using a = await startMirror()
    await using b = await startMirror()
    await withPlace(async ({ list, args, hosts }) => {
      await fs.writeFile(list, listText([a.url, b.url]))
      const use = async (watcher: Watching) => {
        const port = Number(/:(\d+)\/$/m.exec(await watcher.until(/listening at/))?.[1])
        await watcher.until(/created .*hosts\.toml/)
        const requesting = { count: 40, bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' }
        await withHolders(port, requesting, () =>
          withHolders(port, { count: 1000, bytes: '' }, async () => {
            await a.stop()
            await watcher.until(/is unhealthy/)
            await watcher.until(/updated .*hosts\.toml/)
            assert.doesNotMatch((await hosts()) ?? '', new RegExp(a.url))
            await a.start()
            await watcher.until(/is healthy again/)
            await watcher.until(/updated .*hosts\.toml/)
            assert.match((await hosts()) ?? '', new RegExp(a.url))
            assert.equal(await countSuccesses(port), CHECKS)
            assert.equal(await watcher.stop(), 0)
          }),
        )
      }
      await watching([...args, '--log-format', 'text', '--listen', '127.0.0.1:0'], use)
    })
  })
})

describe('the connection that is closed when there are too many', () => {
  const at = (peer: string, requested = false) => ({ peer, requested })

  it('is the oldest without a request, then the oldest', () => {
    const [a, b, c] = [at('loopback', true), at('loopback'), at('loopback')]
    assert.equal(selectConnectionToClose([a, b, c], 'loopback'), b)
    assert.equal(selectConnectionToClose([a, { ...c, requested: true }], 'loopback'), a)
    assert.equal(selectConnectionToClose([], 'loopback'), undefined)
  })

  it('belongs to the peer with the most connections', () => {
    const [quiet, first, second] = [at('192.0.2.1'), at('192.0.2.2', true), at('192.0.2.2', true)]
    assert.equal(selectConnectionToClose([quiet, first, second], '192.0.2.3'), first)
    assert.equal(selectConnectionToClose([quiet, first, second], '192.0.2.1'), quiet)
  })

  it('belongs to a peer: all of loopback, or an IPv6 network', () => {
    for (const address of ['127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.2'])
      assert.equal(findPeer(address), 'loopback', address)
    assert.equal(findPeer('::ffff:192.0.2.1'), '192.0.2.1')
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3::'])
      assert.equal(findPeer(address), '2001:db8:1:2', address)
    assert.equal(findPeer('2001:db8::1'), '2001:db8:0:0')
    assert.equal(findPeer('::'), '0:0:0:0')
    assert.equal(findPeer(''), '')
  })
})

describe('pages that many clients request', () => {
  it('are rendered once for all requests at the same time', async () => {
    const rendered: string[] = []
    const busy = (key: string) => {
      rendered.push(key)
      for (const until = performance.now() + 5; performance.now() < until; );
      return `${key} ${rendered.length}`
    }
    const render = openRenderer(busy)
    const keys = ['', 'b', '', 'long', 'b', '']
    const pages = await Promise.all(keys.map(render))
    assert.deepEqual(rendered, ['', 'b', 'long'])
    assert.deepEqual(pages, [' 1', 'b 2', ' 1', 'long 3', 'b 2', ' 1'])
  })

  it('are rendered again, also after an error', async () => {
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
      () => 'it is shared forever',
    )
  })

  it('leave time for the rest of the watcher', async () => {
    const spans: number[] = []
    const render = openRenderer(() => {
      const began = performance.now()
      for (; performance.now() < began + 10; );
      spans.push(began, performance.now())
      return ''
    })
    await Promise.all(['a', 'b', 'c'].map(render))
    for (let i = 2; i < spans.length; i += 2)
      assert.ok((spans[i] ?? 0) - (spans[i - 1] ?? 0) >= 80, 'the next one began immediately')
  })

  it('are sent a few at a time, and a slow reader is closed while others wait', async () => {
    const queue = openSendQueue(2, 20)
    const calls: string[] = []
    const ends = new Map<string, () => void>()
    for (const name of ['a', 'b', 'c', 'd'])
      ends.set(
        name,
        queue.add({
          start: () => calls.push(`${name} starts`),
          abort: () => calls.push(`${name} is aborted`),
        }),
      )
    assert.deepEqual(calls, ['a starts', 'b starts'])
    ends.get('b')?.()
    assert.deepEqual(calls.slice(2), ['c starts'])
    ends.get('b')?.()
    await eventually(
      async () => calls.includes('d starts') || undefined,
      () => calls.join(),
    )
    assert.deepEqual(calls.slice(3), ['a is aborted', 'd starts'])
    await new Promise(done => setTimeout(done, 60))
    assert.equal(calls.length, 5, 'no transfer waits anymore')
  })
})
