/** Proxies of the environment, as Go reads them. */
import assert from 'node:assert/strict'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { proxyAuthorization, readProxies } from '../../lib/probe/http/proxies.ts'
import { probeOne } from '../../lib/probe/probe.ts'
import { endpointAt, type Listener, listen, PATIENT, REGISTRY, respondWith } from '../support/sockets.ts'
import { pem, TLS } from '../support/tls.ts'

const proxyOf = (url: string, env: Record<string, string>) => readProxies(env)(new URL(url))?.url.href

describe('the proxy of a url', () => {
  const PROXY = 'http://proxy.test:3128/'

  it('is that of its scheme', () => {
    const env = { HTTP_PROXY: 'http://plain.test:1', https_proxy: 'secure.test:2' }
    assert.equal(proxyOf('http://a.test/', env), 'http://plain.test:1/')
    assert.equal(proxyOf('https://a.test/', env), 'http://secure.test:2/')
    assert.equal(proxyOf('https://a.test/', { HTTP_PROXY: PROXY }), undefined)
    assert.equal(proxyOf('https://a.test/', {}), undefined)
  })

  it('is refused in a CGI program, where a client could have set it', () => {
    const proxyFor = readProxies({ HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, REQUEST_METHOD: 'GET' })
    assert.equal(proxyFor(new URL('http://a.test/'))?.kind, 'cgi')
    assert.equal(proxyFor(new URL('https://a.test/'))?.kind, 'http')
  })

  it('keeps its password out of its url', () => {
    const proxy = readProxies({ HTTPS_PROXY: 'http://u:p%40ss@proxy.test' })(new URL('https://a.test'))
    assert.equal(proxy?.url.href, 'http://proxy.test/')
    assert.equal(proxy && proxyAuthorization(proxy), `Basic ${Buffer.from('u:p@ss').toString('base64')}`)
  })

  it('keeps its password out of its name, also if it is not a valid url', () => {
    const named = (text: string) => readProxies({ HTTPS_PROXY: text })(new URL('https://a.test'))
    assert.equal(named('http://u:pass@proxy.test:3128')?.name, 'proxy.test:3128')
    assert.deepEqual(named('http://:pass@proxy.test')?.user, { name: '', password: 'pass' })
    assert.equal(named('http://u:12/34@proxy.test')?.name, 'of the environment')
    assert.equal(named('http://u:%zz@proxy.test'), undefined)
  })

  it('reports whether any proxy holds a secret', () => {
    assert.equal(readProxies({ HTTP_PROXY: 'u@proxy.test', NO_PROXY: '*' }).holdsSecret, true)
    assert.equal(readProxies({ HTTP_PROXY: 'proxy.test' }).holdsSecret, false)
  })

  const cases: [noProxy: string, direct: string[], proxied: string[]][] = [
    [
      '',
      ['https://localhost/', 'https://127.0.0.9:5000/', 'https://[::1]/'],
      ['https://10.0.0.1/', 'https://a.test/'],
    ],
    ['*', ['https://a.test/', 'https://1.2.3.4/'], []],
    [
      'b.test',
      ['https://b.test/', 'https://x.b.test:5000/', 'https://B.TEST/'],
      ['https://ab.test/', 'https://a.test/'],
    ],
    ['.b.test', ['https://x.b.test/'], ['https://b.test/']],
    ['*.b.test', ['https://x.b.test/'], ['https://b.test/', 'https://ab.test/']],
    ['b.test:5000', ['https://b.test:5000/'], ['https://b.test/']],
    [' b.test , c.test ', ['https://b.test/', 'https://c.test/'], ['https://d.test/']],
    [
      '10.0.0.0/8,fd00::/8',
      ['https://10.9.8.7/', 'https://[fd00::1]/'],
      ['https://11.0.0.1/', 'https://ten.test/'],
    ],
    [
      '10.0.0.1,[fd00::2]:443',
      ['https://10.0.0.1/', 'https://[fd00::2]/'],
      ['https://10.0.0.2/', 'https://[fd00::2]:5000/'],
    ],
    ['10.0.0.0/99,nonsense/8', [], ['https://10.0.0.1/']],
  ]
  for (const [noProxy, direct, proxied] of cases) {
    it(`follows NO_PROXY="${noProxy}"`, () => {
      const env = { HTTPS_PROXY: PROXY, NO_PROXY: noProxy }
      for (const url of direct) assert.equal(proxyOf(url, env), undefined, url)
      for (const url of proxied) assert.equal(proxyOf(url, env), PROXY, url)
    })
  }
})

/** A proxy that connects every client to one listener, and logs the requests. */
async function startProxy(to: Listener | undefined, status = 200, secure = false) {
  const requests: string[] = []
  const log = (request: http.IncomingMessage) =>
    requests.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? '-'}`)
  const respond = (request: http.IncomingMessage, response: http.ServerResponse) => {
    log(request)
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
  }
  const server = secure ? https.createServer(TLS, respond) : http.createServer(respond)
  server.on('connect', (request, socket) => {
    log(request)
    socket.on('error', () => {})
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} x\r\n\r\n`)
    const upstream = net.connect(to?.port ?? 0, '127.0.0.1', () =>
      socket.write('HTTP/1.1 200 x\r\nX: y\r\n\r\n'),
    )
    upstream.on('error', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
    upstream.pipe(socket).pipe(upstream)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    requests,
    url: `${secure ? 'https' : 'http'}://user:planted@127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections()
      return new Promise<void>(done => server.close(() => done()))
    },
  }
}

describe('probe: through a proxy', () => {
  const secret = `Basic ${Buffer.from('user:planted').toString('base64')}`
  const probe = (url: string, proxy: string, more = {}, timeoutMs = PATIENT) =>
    probeOne(endpointAt(url, more), {
      timeoutMs,
      samples: 1,
      proxyFor: readProxies({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy }),
    })

  it('sends https through a tunnel, without the password of the proxy', async () => {
    await using mirror = await listen(respondWith(REGISTRY), TLS)
    await using proxy = await startProxy(mirror)
    const result = await probe('https://mirror.test:5000', proxy.url, { skipVerify: true })
    assert.equal(result.status, 'healthy', result.detail)
    assert.deepEqual(proxy.requests, [`CONNECT mirror.test:5000 ${secret}`])
    assert.doesNotMatch(mirror.received[0] ?? '', /proxy-authorization/i)
    assert.ok(result.tls !== undefined && result.phases_ms?.tls !== undefined)
  })

  it('sends http to the proxy with the whole url', async () => {
    await using proxy = await startProxy(undefined)
    assert.equal((await probe('http://mirror.test', proxy.url)).status, 'healthy')
    assert.deepEqual(proxy.requests, [`GET http://mirror.test/v2/ ${secret}`])
  })

  it('verifies a proxy with TLS like the mirror: Go has one configuration for both', async () => {
    await using mirror = await listen(respondWith(REGISTRY), TLS)
    await using proxy = await startProxy(mirror, 200, true)
    const trusted = { ca: [pem('ca.pem')] }
    for (const url of ['http://mirror.test', 'https://mirror.test:5000']) {
      const result = await probe(url, proxy.url)
      assert.deepEqual([result.status, result.reason], ['unhealthy', 'tls'], result.detail)
      assert.match(result.detail ?? '', /through the proxy/)
      assert.deepEqual(proxy.requests, [])
    }
    const plain = await probe('http://mirror.test', proxy.url, trusted)
    assert.deepEqual([plain.status, plain.tls], ['healthy', undefined])
    assert.equal((await probe('https://mirror.test', proxy.url, { skipVerify: true })).status, 'healthy')
    assert.deepEqual(
      proxy.requests.map(line => line.split(' ')[0]),
      ['GET', 'CONNECT'],
    )
  })

  it('uses no proxy for this machine', async () => {
    await using mirror = await listen(respondWith(REGISTRY))
    await using proxy = await startProxy(mirror)
    assert.equal((await probe(mirror.origin, proxy.url)).status, 'healthy')
    assert.deepEqual(proxy.requests, [])
  })

  it('names the proxy if it refuses, fails or does not respond', async () => {
    await using refusing = await startProxy(undefined, 403)
    await using silent = await listen(() => {})
    const results = await Promise.all([
      probe('https://mirror.test', refusing.url),
      probe('https://mirror.test', 'http://127.0.0.1:1'),
      probe('https://mirror.test', silent.origin, {}, 2000),
      probe('https://mirror.test', 'socks5://127.0.0.1:1'),
    ])
    assert.deepEqual(
      results.map(({ status, reason }) => [status, reason]),
      [
        ['unhealthy', 'refused'],
        ['unhealthy', 'refused'],
        ['unhealthy', 'no_response'],
        ['unhealthy', 'refused'],
      ],
    )
    assert.match(
      results[0]?.detail ?? '',
      /^the proxy responds with 403 \(through the proxy 127\.0\.0\.1:\d+\); allow the host in the proxy/,
    )
    assert.match(
      results[1]?.detail ?? '',
      /^the proxy refuses the connection \(through the proxy 127\.0\.0\.1:1\); /,
    )
    assert.doesNotMatch(JSON.stringify(results), /planted|dXNlcjpwbGFudGVk/)
  })
})
