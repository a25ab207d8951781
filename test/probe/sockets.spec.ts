/** Probes of real sockets: one listener for each behaviour of a mirror. */
import assert from 'node:assert/strict'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import type tls from 'node:tls'
import type { BaseForm } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import type { Endpoint } from '../../lib/probe/api/endpoint.ts'
import { probeOne as ping } from '../../lib/probe/probe.ts'
import { endpointAt } from '../support/sockets.ts'
import { pem, TLS } from '../support/tls.ts'

/** Enough for a healthy response on a busy machine; never reached. */
const PLENTY_MS = 20_000
/** For listeners that never respond: the verdict does not depend on it. */
const SHORT_MS = 400

type Handler = http.RequestListener
type Server = http.Server | https.Server | net.Server

/** Starts the server on a free port, passes the port to `use`, and stops it with all its connections. */
async function withServer<T>(server: Server, use: (port: number) => Promise<T>): Promise<T> {
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  try {
    return await use((server.address() as AddressInfo).port)
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise(done => server.close(done))
  }
}

const endpoint = (origin: string, more: Partial<Endpoint> = {}) =>
  endpointAt(origin, { dialTimeoutMs: PLENTY_MS, ...more })

const pingServer = (handler: Handler, more: Partial<Endpoint> = {}, timeoutMs = PLENTY_MS) =>
  withServer(http.createServer(handler), port =>
    ping(endpoint(`http://127.0.0.1:${port}`, more), { timeoutMs, samples: 1 }),
  )

/** A listener without HTTP. */
const pingSocket = (onSocket: (socket: net.Socket) => void, timeoutMs = SHORT_MS) =>
  withServer(net.createServer(onSocket), port =>
    ping(endpoint(`http://127.0.0.1:${port}`), { timeoutMs, samples: 1 }),
  )

const respond =
  (status: number, headers: http.OutgoingHttpHeaders = {}, body = '{}'): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body)
  }

function assertHealthy(probe: Probe): void {
  assert.equal(probe.status, 'healthy', JSON.stringify(probe))
  assert.ok((probe.latency_ms?.best ?? -1) >= 0)
}

function assertReason(probe: Probe, reason: string, status = 'unhealthy'): void {
  assert.deepEqual([probe.status, probe.reason], [status, reason], JSON.stringify(probe))
  assert.match(probe.detail ?? '', /^[^;]+; .+$/, 'problem; remedy')
}

describe('probe: responses', () => {
  it('calls 200 healthy', async () => assertHealthy(await pingServer(respond(200))))
  it('calls 401 with a challenge healthy', async () =>
    assertHealthy(
      await pingServer(respond(401, { 'www-authenticate': 'Bearer realm="https://auth.test/token"' })),
    ))
  it('reports 401 without a challenge as unauthorized', async () =>
    assertReason(await pingServer(respond(401)), 'unauthorized'))
  it('reports 403 as forbidden', async () => assertReason(await pingServer(respond(403)), 'forbidden'))
  it('reports 404 as not_found', async () => assertReason(await pingServer(respond(404)), 'not_found'))
  it('reports 500 as server_error', async () => assertReason(await pingServer(respond(500)), 'server_error'))
  it('reports 429 as rate_limited and degraded', async () =>
    assertReason(await pingServer(respond(429)), 'rate_limited', 'degraded'))

  it('reads Retry-After as seconds, or as a date by the clock of the mirror', async () => {
    const retryAfter = async (headers: http.OutgoingHttpHeaders) =>
      (await pingServer((_, response) => void response.writeHead(429, headers).end())).retry_after_s
    const at = 'Sat, 21 Nov 2020 10:00:00 GMT'
    assert.equal(await retryAfter({ 'Retry-After': '120' }), 120)
    assert.equal(await retryAfter({ Date: at, 'Retry-After': 'Sat, 21 Nov 2020 10:05:00 GMT' }), 300)
    for (const seconds of ['999999999', '99999999999999999999'])
      assert.equal(await retryAfter({ 'Retry-After': seconds }), 86_400)
    for (const text of ['-5', 'soon', ''])
      assert.equal(await retryAfter({ Date: at, 'Retry-After': text }), undefined)
  })
  it('reports HTML as not_a_registry', async () =>
    assertReason(
      await pingServer(respond(200, { 'content-type': 'text/html' }, '<html></html>')),
      'not_a_registry',
    ))

  it('shows no control characters of a mirror', async () => {
    const probe = await pingServer(
      respond(200, { 'content-type': 'text/html', server: 'x' }, '<title>\u001b]0;owned\u0007</title>'),
    )
    assert.doesNotMatch(JSON.stringify(probe.detail), /\\u001b|\\u0007/)
  })
})

describe('probe: redirects', () => {
  it('follows redirects to the same host', async () => {
    const probe = await pingServer((request, response) => {
      if (request.url === '/v2/') response.writeHead(307, { location: '/real/v2/' }).end()
      else respond(200)(request, response)
    })
    assertHealthy(probe)
  })

  it('refuses circular redirects', async () =>
    assertReason(await pingServer(respond(302, { location: '/v2/' })), 'redirect_refused'))

  it('does not follow redirects into another private space, and names the key that allows them', async () => {
    const probe = await pingServer(respond(302, { location: 'http://10.0.0.1/v2/' }))
    assert.deepEqual([probe.status, probe.reason], ['unknown', undefined])
    assert.match(probe.detail ?? '', /set redirects = /)
  })

  it('sends the static header to another port of the same host, as Go 1.24 does', async () => {
    const seen: (string | undefined)[] = []
    const other = http.createServer((request, response) => {
      seen.push(request.headers.authorization)
      respond(200)(request, response)
    })
    await withServer(other, async port => {
      const header = { Authorization: 'Basic planted-secret' }
      const probe = await pingServer(respond(307, { location: `http://127.0.0.1:${port}/v2/` }), { header })
      assertHealthy(probe)
    })
    assert.deepEqual(seen, ['Basic planted-secret'])
  })
})

describe('probe: connections that fail', () => {
  it('reports a closed port as refused', async () => {
    const port = await withServer(net.createServer(), async port => port)
    assertReason(
      await ping(endpoint(`http://127.0.0.1:${port}`), { timeoutMs: PLENTY_MS, samples: 1 }),
      'refused',
    )
  })
  it('reports a reset before the response as reset', async () =>
    assertReason(
      await pingSocket(socket => socket.once('data', () => socket.resetAndDestroy()), PLENTY_MS),
      'reset',
    ))
  it('reports a truncated head as reset', async () =>
    assertReason(
      await pingSocket(
        socket => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-')),
        PLENTY_MS,
      ),
      'reset',
    ))
  it('reports a missing response as no_response', async () =>
    assertReason(await pingSocket(() => {}), 'no_response'))
  it('reports an incomplete body as no_response', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{'
    assertReason(await pingSocket(socket => socket.once('data', () => socket.write(head))), 'no_response')
  })
  it('reports a head that arrives byte by byte as unhealthy', async () => {
    const probe = await pingSocket(socket => {
      const timer = setInterval(() => socket.write('H'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    assert.equal(probe.status, 'unhealthy', JSON.stringify(probe))
  })
  it('stops reading an endless head', async () => {
    const probe = await pingSocket(socket => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write(`X-Filler: ${'x'.repeat(1000)}\r\n`));
      }
      socket.on('drain', more)
      more()
    }, PLENTY_MS)
    assert.equal(probe.status, 'unhealthy', JSON.stringify(probe))
  })
  it('stops reading an endless body, which is healthy', async () =>
    assertHealthy(
      await pingServer((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const more = () => {
          while (!response.destroyed && response.write(' '.repeat(16_384)));
        }
        response.on('drain', more)
        more()
      }),
    ))
  it('reports a name that does not exist as dns', async () =>
    assertReason(await ping(endpoint('http://mirror.invalid'), { timeoutMs: PLENTY_MS, samples: 1 }), 'dns'))
  it('ends immediately when it is interrupted', async () => {
    const stop = new AbortController()
    const probe = await withServer(
      net.createServer(() => stop.abort()),
      port =>
        ping(endpoint(`http://127.0.0.1:${port}`), { timeoutMs: PLENTY_MS, samples: 1, signal: stop.signal }),
    )
    assert.equal(probe.status, 'unknown')
  })
})

describe('probe: TLS', () => {
  const over = (options: tls.TlsOptions, more: Partial<Endpoint> = {}, host = '127.0.0.1') =>
    withServer(https.createServer({ ...TLS, ...options }, respond(200)), port =>
      ping(endpoint(`https://${host}:${port}`, more), { timeoutMs: PLENTY_MS, samples: 1 }),
    )
  const ca = [pem('ca.pem')]

  it('accepts a certificate of the CA in the list', async () => assertHealthy(await over({}, { ca })))
  it('refuses an unknown CA', async () => assertReason(await over({}), 'tls'))
  it('accepts an unknown CA with skip_verify', async () =>
    assertHealthy(await over({}, { skipVerify: true })))
  it('refuses a certificate for another name', async () => {
    const probe = await over({ cert: pem('wrong-name.pem') }, { ca })
    assertReason(probe, 'tls')
    assert.match(probe.detail ?? '', /another name/)
  })
  it('reports an expired certificate as certificate_expired', async () =>
    assertReason(await over({ cert: pem('expired.pem') }, { ca }), 'certificate_expired'))
  it('refuses a mirror that requires a client certificate if there is none', async () => {
    const probe = await over({ requestCert: true, rejectUnauthorized: true, ca }, { ca })
    // The server's alert and the reset that follows it race each other.
    assert.equal(probe.status, 'unhealthy')
    assert.ok(['tls', 'reset'].includes(probe.reason ?? ''), JSON.stringify(probe))
  })
  it('sends the client certificate', async () => {
    const client = { cert: pem('client.pem'), key: pem('client-key.pem') }
    assertHealthy(await over({ requestCert: true, rejectUnauthorized: true, ca }, { ca, client }))
  })
  it('reports https on a port with http as tls', async () => {
    const probe = await withServer(http.createServer(respond(200)), port =>
      ping(endpoint(`https://127.0.0.1:${port}`), { timeoutMs: PLENTY_MS, samples: 1 }),
    )
    assertReason(probe, 'tls')
  })
})

describe('probe: requests', () => {
  const forms: [form: BaseForm, at: string, url: string][] = [
    ['root', '/v2', '/v2/'],
    ['prefix', '/v2/hub', '/v2/'],
    ['mounted', '/registry/v2', '/registry/v2/'],
    ['exact', '/api/oci', '/api/oci/'],
  ]
  for (const [form, at, url] of forms) {
    it(`pings ${at} at ${url}, without ns, with its header`, async () => {
      const seen: string[] = []
      const handler: Handler = (request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers['x-key']}`)
        respond(200)(request, response)
      }
      const probe = await withServer(http.createServer(handler), port => {
        const base = { origin: `http://127.0.0.1:${port}`, path: at, form }
        return ping(endpoint(base.origin, { base, header: { 'X-Key': 'k' } }), {
          timeoutMs: PLENTY_MS,
          samples: 1,
        })
      })
      assertHealthy(probe)
      assert.deepEqual(seen, [`GET ${url} k`])
    })
  }

  it('does not show a secret header', async () => {
    const header = { Authorization: 'Basic planted-secret' }
    const echo: Handler = (request, response) =>
      respond(403, {}, String(request.headers.authorization))(request, response)
    assert.doesNotMatch(JSON.stringify(await pingServer(echo, { header })), /planted-secret/)
  })
})
