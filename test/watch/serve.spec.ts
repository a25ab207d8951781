/** The pages of a watcher over real sockets. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { Failure } from '../../lib/model/errors.ts'
import { listeningEvent } from '../../lib/watch/events.ts'
import { parseListenAddress } from '../../lib/watch/serve/listen-address.ts'
import { type StatusServer, serve } from '../../lib/watch/serve/serve.ts'
import type { WatchStatus } from '../../lib/watch/serve/status.ts'
import { statusSource, watchStatus } from '../support/status.ts'
import { eventually } from '../support/watching.ts'

interface Received {
  readonly code: number | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

async function requestPage(port: number, path: string, options: http.RequestOptions = {}): Promise<Received> {
  const request = http.request({ host: '127.0.0.1', port, path, agent: false, ...options }).end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const chunks = await response.setEncoding('utf8').toArray()
  return { code: response.statusCode, headers: response.headers, body: chunks.join('') }
}

/** Everything that the server sends for these bytes, until it closes the connection. */
async function sendBytes(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(bytes)
  let received = ''
  socket.setEncoding('utf8').on('data', text => {
    received += text
  })
  await once(socket, 'close')
  return received
}

const problem = 'mirrors.toml:1:1: no\n\u001b[31mred'
const BROKEN: Partial<WatchStatus> = {
  list: { ...watchStatus().list, problem },
  node: { ...watchStatus().node, problem: 'no space' },
  alive: false,
  ready: false,
}

describe('the pages of a watcher', () => {
  let server: StatusServer
  let status: () => WatchStatus

  beforeEach(async () => {
    status = watchStatus
    server = await serve(
      '127.0.0.1:0',
      statusSource(() => status()),
    )
  })

  afterEach(() => server.close())

  const get = (path: string, options?: http.RequestOptions) => requestPage(server.port, path, options)

  it('are a status page, metrics and three checks', async () => {
    const expected: [path: string, type: string, body: RegExp][] = [
      ['/', 'text/html; charset=utf-8', /^<!DOCTYPE html>[\s\S]*<\/html>\n$/],
      ['/?open=docker.io', 'text/html; charset=utf-8', /<details [^>]* open>/],
      ['/?open=%ff%00%zz&open=2', 'text/html; charset=utf-8', /Healthy/],
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
      const received = await get(path)
      assert.deepEqual([received.code, received.headers['content-type']], [200, type], path)
      assert.match(received.body, body)
    }
  })

  it('report every problem in one line', async () => {
    status = () => watchStatus(BROKEN)
    const health = await get('/healthz')
    assert.equal(health.code, 503)
    assert.deepEqual(health.body.split('\n'), [
      'the watcher hangs: its loop has not run for three minutes; restart it: systemctl restart regmirror-watch',
      'the list is invalid, and the watcher uses the last valid one: mirrors.toml:1:1: no \\u001b[31mred',
      'cannot write to this node: no space',
      '',
    ])
    assert.deepEqual((await get('/readyz')).code, 503)
    assert.deepEqual((await get('/livez')).code, 503)
    assert.equal((await get('/')).code, 200, 'the page itself is served')
    assert.equal((await get('/metrics')).code, 200)
  })

  it('have checks that are independent', async () => {
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
      /^the list is invalid, and the watcher uses the last valid one: mirrors/,
    )
  })

  it('report an invalid first list', async () => {
    status = () => watchStatus({ list: { file: 'no list', problem, reads: { success: 0, error: 1 } } })
    const { code, body } = await get('/healthz')
    assert.equal(code, 503)
    assert.match(
      body,
      /^the list is invalid, and the watcher writes nothing until it is valid: mirrors\.toml:1:1: no/,
    )
  })

  it('are current: each check, and a page after the pause that follows its rendering', async () => {
    let ready = false
    status = () => watchStatus({ ready, version: ready ? '2' : '1' })
    assert.equal((await get('/readyz')).code, 503)
    assert.match((await get('/metrics')).body, /version="1"/)
    ready = true
    assert.equal((await get('/readyz')).code, 200)
    await eventually(
      async () => /version="2"/.test((await get('/metrics')).body) || undefined,
      () => 'the page is not rendered again',
    )
  })

  it('have the same response to HEAD as to GET, without the body', async () => {
    for (const path of ['/', '/metrics', '/healthz', '/nothing']) {
      const head = await get(path, { method: 'HEAD' })
      const whole = await get(path)
      assert.deepEqual([head.code, head.body], [whole.code, ''], path)
      assert.equal(head.headers['content-length'], String(Buffer.byteLength(whole.body)))
    }
  })

  it('are the only paths, and read-only', async () => {
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
      const received = await get('/', { method })
      assert.deepEqual([received.code, received.headers.allow], [405, 'GET, HEAD'], method)
    }
  })

  it('forbid browsers to run, load, guess or store anything', async () => {
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

  it('are refused under a name that resolves to this machine', async () => {
    const code = async (host: string) => (await get('/', { headers: { Host: host } })).code
    for (const host of ['127.0.0.1', '127.0.0.1:9464', '[::1]:9464', 'localhost', 'LOCALHOST:1', '10.0.0.1'])
      assert.equal(await code(host), 200, host)
    for (const host of ['evil.test', 'evil.test:9464', '127.0.0.1.evil.test', 'localhost.evil.test'])
      assert.equal(await code(host), 403, host)
  })

  it('are served to a check without a Host header', async () => {
    assert.match(
      await sendBytes(server.port, 'GET /healthz HTTP/1.0\r\n\r\n'),
      /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nok\n$/,
    )
  })

  it('survive a bug in a page', async () => {
    status = () => assert.fail('a bug')
    const { code, body } = await get('/')
    assert.equal(code, 500)
    assert.doesNotMatch(body, /a bug\b[^\n]*serve/)
    status = watchStatus
    assert.equal((await get('/')).code, 200)
  })

  it('are refused to large heads, and to requests that are not HTTP', async () => {
    const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`
    assert.match(await sendBytes(server.port, large), /^HTTP\/1\.1 431 |^$/)
    assert.match(await sendBytes(server.port, '\u0016\u0003\u0001 not at all\r\n\r\n'), /^HTTP\/1\.1 400 /)
    assert.equal((await get('/livez')).code, 200)
  })

  it('do not wait for a slow client, whose connection is closed', async () => {
    const slow = sendBytes(server.port, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-')
    assert.equal((await get('/livez')).code, 200)
    assert.match(await slow, /^HTTP\/1\.1 408 |^$/)
  })

  it('end with the watcher, also with open connections', async () => {
    const idle = sendBytes(server.port, '')
    const half = sendBytes(server.port, 'GET / HTTP/1.1\r\n')
    await get('/livez')
    await server.close()
    assert.deepEqual(await Promise.all([idle, half]), ['', ''])
    await assert.rejects(get('/livez'), { code: 'ECONNREFUSED' })
    server = await serve(`127.0.0.1:${server.port}`, statusSource(watchStatus))
  })
})

describe('--listen', () => {
  it('takes four forms; without a host it is every address, as exporters of Prometheus have it', () => {
    const expected: [text: string, host: string | undefined, port: number][] = [
      ['127.0.0.1:9464', '127.0.0.1', 9464],
      ['0.0.0.0:80', '0.0.0.0', 80],
      ['node-1.example:65535', 'node-1.example', 65535],
      [':9464', undefined, 9464],
      ['9464', '127.0.0.1', 9464],
      ['0', '127.0.0.1', 0],
      ['[::1]:9464', '::1', 9464],
      ['[::]:9464', '::', 9464],
    ]
    for (const [text, host, port] of expected)
      assert.deepEqual(parseListenAddress(text), host === undefined ? { port } : { host, port }, text)
  })

  it('refuses other forms, and shows a valid one', () => {
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
        () => parseListenAddress(text),
        (error: unknown) =>
          error instanceof Failure &&
          error.code === 'usage' &&
          /; write \[HOST:\]PORT, such as 9464 /.test(error.message),
        text,
      )
  })

  it('reports the url to open, with a warning where other machines can', async () => {
    const reported = async (address: string) => {
      const server = await serve(address, statusSource(watchStatus))
      await server.close()
      const { level, text } = listeningEvent(server)
      return `${level} ${text.replace(`:${server.port}/`, ':PORT/')}`
    }
    const others =
      '; every machine that can reach this node can read it: restrict the port with a firewall, or listen on one address'
    assert.equal(await reported('0'), 'info listening at http://127.0.0.1:PORT/')
    assert.equal(await reported('127.0.0.2:0'), 'info listening at http://127.0.0.2:PORT/')
    assert.equal(await reported('0.0.0.0:0'), `warn listening at http://127.0.0.1:PORT/${others}`)
    assert.match(
      await reported(':0'),
      /^warn listening at http:\/\/(127\.0\.0\.1|\[::1\]):PORT\/; every machine/,
    )
    const six = (host: string) => listeningEvent({ host, port: 80 })
    assert.deepEqual([six('::1').level, six('::1').fields?.url], ['info', 'http://[::1]:80/'])
    assert.deepEqual([six('::').level, six('::').fields?.url], ['warn', 'http://[::1]:80/'])
  })

  it('reports an address in use', async () => {
    const first = await serve('0', statusSource(watchStatus))
    try {
      await assert.rejects(serve(`:${first.port}`, statusSource(watchStatus)), (error: unknown) => {
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

  it('reports an address that this machine does not have', () =>
    assert.rejects(serve('192.0.2.1:0', statusSource(watchStatus)), (error: unknown) => {
      assert.ok(error instanceof Failure)
      assert.match(error.message, /this machine does not have that address/)
      return error.code === 'io'
    }))
})
