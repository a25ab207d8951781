/** The watcher's pages over real sockets. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { Failure } from '../../lib/model/errors.ts'
import { parseListening, servingEvent } from '../../lib/watch/serve/listen-address.ts'
import { type Serving, serve } from '../../lib/watch/serve/serve.ts'
import type { WatchStatus } from '../../lib/watch/serve/status.ts'
import { knownAs, watchStatus } from '../support/status.ts'
import { eventually } from '../support/watching.ts'

interface Got {
  readonly code: number | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

async function ask(port: number, path: string, options: http.RequestOptions = {}): Promise<Got> {
  const request = http.request({ host: '127.0.0.1', port, path, agent: false, ...options }).end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const chunks = await response.setEncoding('utf8').toArray()
  return { code: response.statusCode, headers: response.headers, body: chunks.join('') }
}

/** All that comes back for bytes as they are, until the other side closes. */
async function say(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(bytes)
  let heard = ''
  socket.setEncoding('utf8').on('data', text => {
    heard += text
  })
  await once(socket, 'close')
  return heard
}

const problem = 'mirrors.toml:1:1: no\n\u001b[31mred'
const ILL: Partial<WatchStatus> = {
  list: { ...watchStatus().list, problem },
  node: { ...watchStatus().node, problem: 'cannot write it' },
  alive: false,
  ready: false,
}

describe('what the watcher serves', () => {
  let serving: Serving
  let status: () => WatchStatus

  beforeEach(async () => {
    status = watchStatus
    serving = await serve(
      '127.0.0.1:0',
      knownAs(() => status()),
    )
  })

  afterEach(() => serving.close())

  const get = (path: string, options?: http.RequestOptions) => ask(serving.port, path, options)

  it('a page, metrics and three checks', async () => {
    const expected: [path: string, type: string, body: RegExp][] = [
      ['/', 'text/html; charset=utf-8', /^<!DOCTYPE html>[\s\S]*<\/html>\n$/],
      ['/?open=docker.io', 'text/html; charset=utf-8', /<details [^>]* open>/],
      ['/?open=%ff%00%zz&open=2', 'text/html; charset=utf-8', /All is well/],
      [
        '/metrics',
        'text/plain; version=0.0.4; charset=utf-8',
        /^regmirror_build_info\{version="1\.2\.3"\} 1$/m,
      ],
      ['/healthz', 'text/plain; charset=utf-8', /^ok\n$/],
      ['/readyz', 'text/plain; charset=utf-8', /^ok\n$/],
      ['/livez', 'text/plain; charset=utf-8', /^ok\n$/],
    ]
    for (const [path, type, body] of expected) {
      const got = await get(path)
      assert.deepEqual([got.code, got.headers['content-type']], [200, type], path)
      assert.match(got.body, body)
    }
  })

  it('says what is wrong, one line a problem', async () => {
    status = () => watchStatus(ILL)
    const health = await get('/healthz')
    assert.equal(health.code, 503)
    assert.deepEqual(health.body.split('\n'), [
      'the watcher has stopped looking',
      'the list is not sound, the last good one is in force: mirrors.toml:1:1: no \\u001b[31mred',
      'the node is not as the list says: cannot write it',
      '',
    ])
    assert.deepEqual((await get('/readyz')).code, 503)
    assert.deepEqual((await get('/livez')).code, 503)
    assert.equal((await get('/')).code, 200, 'the page is what tells')
    assert.equal((await get('/metrics')).code, 200)
  })

  it('each check looks at its own part only', async () => {
    status = () => watchStatus({ ready: false })
    assert.deepEqual(
      await Promise.all(['/healthz', '/readyz', '/livez'].map(async path => (await get(path)).code)),
      [200, 503, 200],
    )
    status = () => watchStatus({ list: { ...watchStatus().list, problem } })
    assert.deepEqual(
      await Promise.all(['/healthz', '/readyz', '/livez'].map(async path => (await get(path)).code)),
      [503, 200, 200],
    )
    assert.match(
      (await get('/healthz')).body,
      /^the list is not sound, the last good one is in force: mirrors/,
    )
  })

  it('a list that never was sound is not said to be in force', async () => {
    status = () => watchStatus({ list: { file: 'no list', problem, reads: { good: 0, bad: 1 } } })
    const { code, body } = await get('/healthz')
    assert.equal(code, 503)
    assert.match(
      body,
      /^the list is not sound, there was none before it and nothing is done: mirrors\.toml:1:1: no/,
    )
  })

  it('asks for the status anew for each check, and for a page when the one before has rested', async () => {
    let ready = false
    status = () => watchStatus({ ready, version: ready ? '2' : '1' })
    assert.equal((await get('/readyz')).code, 503)
    assert.match((await get('/metrics')).body, /version="1"/)
    ready = true
    assert.equal((await get('/readyz')).code, 200)
    await eventually(
      async () => /version="2"/.test((await get('/metrics')).body) || undefined,
      () => 'the page is never rendered again',
    )
  })

  it('answers HEAD as GET, without the body', async () => {
    for (const path of ['/', '/metrics', '/healthz', '/nothing']) {
      const head = await get(path, { method: 'HEAD' })
      const whole = await get(path)
      assert.deepEqual([head.code, head.body], [whole.code, ''], path)
      assert.equal(head.headers['content-length'], String(Buffer.byteLength(whole.body)))
    }
  })

  it('has nothing elsewhere, and nothing to change', async () => {
    for (const path of [
      '/nothing',
      '/metrics/',
      '//',
      '/../etc/passwd',
      '/%2e%2e/',
      '/toString',
      '/__proto__',
    ])
      assert.equal((await get(path)).code, 404, path)
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
      const got = await get('/', { method })
      assert.deepEqual([got.code, got.headers.allow], [405, 'GET, HEAD'], method)
    }
  })

  it('tells browsers to run nothing, load nothing, guess nothing and keep nothing', async () => {
    for (const path of ['/', '/metrics', '/nothing']) {
      const { headers } = await get(path)
      assert.match(
        String(headers['content-security-policy']),
        /^default-src 'none'; style-src 'unsafe-inline';/,
      )
      assert.doesNotMatch(String(headers['content-security-policy']), /script/)
      assert.deepEqual(
        [headers['x-content-type-options'], headers['referrer-policy'], headers['cache-control']],
        ['nosniff', 'no-referrer', 'no-store'],
      )
    }
  })

  it('does not answer to a name that somebody has made to mean this machine', async () => {
    const code = async (host: string) => (await get('/', { headers: { Host: host } })).code
    for (const host of ['127.0.0.1', '127.0.0.1:9464', '[::1]:9464', 'localhost', 'LOCALHOST:1', '10.0.0.1'])
      assert.equal(await code(host), 200, host)
    for (const host of ['evil.test', 'evil.test:9464', '127.0.0.1.evil.test', 'localhost.evil.test'])
      assert.equal(await code(host), 403, host)
  })

  it('answers a check of the simple kind that names no host', async () => {
    assert.match(
      await say(serving.port, 'GET /healthz HTTP/1.0\r\n\r\n'),
      /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nok\n$/,
    )
  })

  it('a fault of a page is an answer, not the end', async () => {
    status = () => assert.fail('a bug')
    const { code, body } = await get('/')
    assert.equal(code, 500)
    assert.doesNotMatch(body, /a bug\b[^\n]*serve/)
    status = watchStatus
    assert.equal((await get('/')).code, 200)
  })

  it('refuses heads that are too large, and what is not HTTP', async () => {
    const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`
    assert.match(await say(serving.port, large), /^HTTP\/1\.1 431 |^$/)
    assert.match(await say(serving.port, '\u0016\u0003\u0001 not at all\r\n\r\n'), /^HTTP\/1\.1 400 /)
    assert.equal((await get('/livez')).code, 200)
  })

  it('a slow client is sent away, and nobody waits for it', async () => {
    const slow = say(serving.port, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-')
    assert.equal((await get('/livez')).code, 200)
    assert.match(await slow, /^HTTP\/1\.1 408 |^$/)
  })

  it('closes, also with connections that are open', async () => {
    const mute = say(serving.port, '')
    const half = say(serving.port, 'GET / HTTP/1.1\r\n')
    await get('/livez')
    await serving.close()
    assert.deepEqual(await Promise.all([mute, half]), ['', ''])
    await assert.rejects(get('/livez'), { code: 'ECONNREFUSED' })
    serving = await serve(`127.0.0.1:${serving.port}`, knownAs(watchStatus))
  })
})

describe('the address to listen at', () => {
  it('is read in four forms', () => {
    const expected: [text: string, host: string, port: number][] = [
      ['127.0.0.1:9464', '127.0.0.1', 9464],
      ['0.0.0.0:80', '0.0.0.0', 80],
      ['node-1.example:65535', 'node-1.example', 65535],
      [':9464', '127.0.0.1', 9464],
      ['9464', '127.0.0.1', 9464],
      ['0', '127.0.0.1', 0],
      ['[::1]:9464', '::1', 9464],
      ['[::]:9464', '::', 9464],
    ]
    for (const [text, host, port] of expected) assert.deepEqual(parseListening(text), { host, port }, text)
  })

  it('is refused with what to write instead', () => {
    const wrong = [
      '',
      'localhost',
      '127.0.0.1',
      '::1:9464',
      'http://a:1',
      'a:65536',
      ':-1',
      'a b:1',
      '[::1]',
      'a:1:2',
      '[]:1',
    ]
    for (const text of wrong)
      assert.throws(
        () => parseListening(text),
        (error: unknown) =>
          error instanceof Failure &&
          error.code === 'usage' &&
          /; write \[HOST:\]PORT, as in 9464 /.test(error.message),
        text,
      )
  })

  it('is told as one opens it, with a warning where everybody can', async () => {
    const told = async (address: string) => {
      const serving = await serve(address, knownAs(watchStatus))
      await serving.close()
      const { level, text } = servingEvent(serving)
      return `${level} ${text.replace(`:${serving.port}/`, ':PORT/')}`
    }
    const others = ', and to whoever else can reach this machine'
    assert.equal(await told('0'), 'info serving the status at http://127.0.0.1:PORT/')
    assert.equal(await told('127.0.0.2:0'), 'info serving the status at http://127.0.0.2:PORT/')
    assert.equal(await told('0.0.0.0:0'), `warn serving the status at http://127.0.0.1:PORT/${others}`)
    const six = (host: string) => servingEvent({ host, port: 80 })
    assert.deepEqual([six('::1').level, six('::1').fields?.url], ['info', 'http://[::1]:80/'])
    assert.deepEqual([six('::').level, six('::').fields?.url], ['warn', 'http://[::1]:80/'])
  })

  it('that is taken is said to be so', async () => {
    const first = await serve('0', knownAs(watchStatus))
    try {
      await assert.rejects(serve(`:${first.port}`, knownAs(watchStatus)), (error: unknown) => {
        assert.ok(error instanceof Failure)
        assert.equal(error.code, 'io')
        const start = `cannot listen at :${first.port}: another program listens there; `
        assert.ok(error.message.startsWith(start), error.message)
        return true
      })
    } finally {
      await first.close()
    }
  })

  it('that this machine does not have is said to be so', () =>
    assert.rejects(serve('192.0.2.1:0', knownAs(watchStatus)), (error: unknown) => {
      assert.ok(error instanceof Failure)
      assert.match(error.message, /this machine does not have that address/)
      return error.code === 'io'
    }))
})
