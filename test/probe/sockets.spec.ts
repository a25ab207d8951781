/** The probe against real sockets: one listener for each way in which a mirror is well or not. */
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

/** Long enough for a healthy answer on a busy machine; never waited for. */
const PLENTY_MS = 20_000
/** For those that never answer: the verdict is the same however late it comes. */
const SHORT_MS = 400

type Handler = http.RequestListener
type Server = http.Server | https.Server | net.Server

/** Starts the server on a free port, hands `use` the port, and ends it with all its connections. */
async function listening<T>(server: Server, use: (port: number) => Promise<T>): Promise<T> {
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

const asked = (handler: Handler, more: Partial<Endpoint> = {}, timeoutMs = PLENTY_MS) =>
  listening(http.createServer(handler), port =>
    ping(endpoint(`http://127.0.0.1:${port}`, more), { timeoutMs, samples: 1 }),
  )

/** A listener below HTTP. */
const spoken = (onSocket: (socket: net.Socket) => void, timeoutMs = SHORT_MS) =>
  listening(net.createServer(onSocket), port =>
    ping(endpoint(`http://127.0.0.1:${port}`), { timeoutMs, samples: 1 }),
  )

const answer =
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
  assert.match(probe.detail ?? '', /^[^;]+; .+$/, 'what happened; what to do')
}

describe('probe: what a mirror answers', () => {
  it('200 is alive', async () => assertHealthy(await asked(answer(200))))
  it('401 with a challenge is alive', async () =>
    assertHealthy(await asked(answer(401, { 'www-authenticate': 'Bearer realm="https://auth.test/token"' }))))
  it('401 without a challenge is unauthorized', async () =>
    assertReason(await asked(answer(401)), 'unauthorized'))
  it('403 is forbidden', async () => assertReason(await asked(answer(403)), 'forbidden'))
  it('404 is not_found', async () => assertReason(await asked(answer(404)), 'not_found'))
  it('500 is server_error', async () => assertReason(await asked(answer(500)), 'server_error'))
  it('429 is rate_limited and degraded, not dead', async () =>
    assertReason(await asked(answer(429)), 'rate_limited', 'degraded'))

  it('429 may say for how long: in seconds, or until a date by its own clock', async () => {
    const told = async (headers: http.OutgoingHttpHeaders) =>
      (await asked((_, response) => void response.writeHead(429, headers).end())).retry_after_s
    const at = 'Sat, 21 Nov 2020 10:00:00 GMT'
    assert.equal(await told({ 'Retry-After': '120' }), 120)
    assert.equal(await told({ Date: at, 'Retry-After': 'Sat, 21 Nov 2020 10:05:00 GMT' }), 300)
    for (const much of ['999999999', '99999999999999999999'])
      assert.equal(await told({ 'Retry-After': much }), 86_400)
    for (const text of ['-5', 'soon', ''])
      assert.equal(await told({ Date: at, 'Retry-After': text }), undefined)
  })
  it('HTML is not_a_registry', async () =>
    assertReason(
      await asked(answer(200, { 'content-type': 'text/html' }, '<html></html>')),
      'not_a_registry',
    ))

  it('control characters of a mirror never reach the detail', async () => {
    const probe = await asked(
      answer(200, { 'content-type': 'text/html', server: 'x' }, '<title>\u001b]0;owned\u0007</title>'),
    )
    assert.doesNotMatch(JSON.stringify(probe.detail), /\\u001b|\\u0007/)
  })
})

describe('probe: redirects', () => {
  it('to the same host are followed', async () => {
    const probe = await asked((request, response) => {
      if (request.url === '/v2/') response.writeHead(307, { location: '/real/v2/' }).end()
      else answer(200)(request, response)
    })
    assertHealthy(probe)
  })

  it('that go round are refused', async () =>
    assertReason(await asked(answer(302, { location: '/v2/' })), 'redirect_refused'))

  it('into another private space are refused without going there', async () =>
    assertReason(await asked(answer(302, { location: 'http://10.0.0.1/v2/' })), 'redirect_refused'))

  it('to another port leave the static header behind', async () => {
    const seen: (string | undefined)[] = []
    const other = http.createServer((request, response) => {
      seen.push(request.headers.authorization)
      answer(200)(request, response)
    })
    await listening(other, async port => {
      const header = { Authorization: 'Basic planted-secret' }
      const probe = await asked(answer(307, { location: `http://127.0.0.1:${port}/v2/` }), { header })
      assertHealthy(probe)
    })
    assert.deepEqual(seen, [undefined])
  })
})

describe('probe: connections that go wrong', () => {
  it('refused', async () => {
    const port = await listening(net.createServer(), async port => port)
    assertReason(
      await ping(endpoint(`http://127.0.0.1:${port}`), { timeoutMs: PLENTY_MS, samples: 1 }),
      'refused',
    )
  })
  it('reset before an answer', async () =>
    assertReason(
      await spoken(socket => socket.once('data', () => socket.resetAndDestroy()), PLENTY_MS),
      'reset',
    ))
  it('closed in the middle of the head', async () =>
    assertReason(
      await spoken(socket => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-')), PLENTY_MS),
      'reset',
    ))
  it('accepts and never answers', async () => assertReason(await spoken(() => {}), 'no_response'))
  it('answers the head and never ends', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{'
    assertReason(await spoken(socket => socket.once('data', () => socket.write(head))), 'no_response')
  })
  it('drips its head byte by byte', async () => {
    const probe = await spoken(socket => {
      const timer = setInterval(() => socket.write('H'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    assert.equal(probe.status, 'unhealthy', JSON.stringify(probe))
  })
  it('a head without end costs no more than its bound', async () => {
    const probe = await spoken(socket => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write(`X-Filler: ${'x'.repeat(1000)}\r\n`));
      }
      socket.on('drain', more)
      more()
    }, PLENTY_MS)
    assert.equal(probe.status, 'unhealthy', JSON.stringify(probe))
  })
  it('a body without end is read up to its bound', async () =>
    assertHealthy(
      await asked((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const more = () => {
          while (!response.destroyed && response.write(' '.repeat(16_384)));
        }
        response.on('drain', more)
        more()
      }),
    ))
  it('a name that does not exist', async () =>
    assertReason(await ping(endpoint('http://mirror.invalid'), { timeoutMs: PLENTY_MS, samples: 1 }), 'dns'))
  it('ends at once when it is told to stop', async () => {
    const stop = new AbortController()
    const probe = await listening(
      net.createServer(() => stop.abort()),
      port =>
        ping(endpoint(`http://127.0.0.1:${port}`), { timeoutMs: PLENTY_MS, samples: 1, signal: stop.signal }),
    )
    assert.equal(probe.status, 'unknown')
  })
})

describe('probe: TLS', () => {
  const over = (options: tls.TlsOptions, more: Partial<Endpoint> = {}, host = '127.0.0.1') =>
    listening(https.createServer({ ...TLS, ...options }, answer(200)), port =>
      ping(endpoint(`https://${host}:${port}`, more), { timeoutMs: PLENTY_MS, samples: 1 }),
    )
  const ca = [pem('ca.pem')]

  it('the right CA', async () => assertHealthy(await over({}, { ca })))
  it('an unknown CA', async () => assertReason(await over({}), 'tls'))
  it('an unknown CA with skip_verify', async () => assertHealthy(await over({}, { skipVerify: true })))
  it('a wrong name', async () => {
    const probe = await over({ cert: pem('wrong-name.pem') }, { ca })
    assertReason(probe, 'tls')
    assert.match(probe.detail ?? '', /another name/)
  })
  it('an expired certificate', async () =>
    assertReason(await over({ cert: pem('expired.pem') }, { ca }), 'certificate_expired'))
  it('a client certificate that is required and missing', async () => {
    const probe = await over({ requestCert: true, rejectUnauthorized: true, ca }, { ca })
    // The server's alert and the reset that follows it race each other.
    assert.equal(probe.status, 'unhealthy')
    assert.ok(['tls', 'reset'].includes(probe.reason ?? ''), JSON.stringify(probe))
  })
  it('a client certificate that is required and given', async () => {
    const client = { cert: pem('client.pem'), key: pem('client-key.pem') }
    assertHealthy(await over({ requestCert: true, rejectUnauthorized: true, ca }, { ca, client }))
  })
  it('https asked of a port that speaks http', async () => {
    const probe = await listening(http.createServer(answer(200)), port =>
      ping(endpoint(`https://127.0.0.1:${port}`), { timeoutMs: PLENTY_MS, samples: 1 }),
    )
    assertReason(probe, 'tls')
  })
})

describe('probe: what is asked', () => {
  const forms: [form: BaseForm, at: string, url: string][] = [
    ['root', '/v2', '/v2/'],
    ['prefix', '/v2/hub', '/v2/'],
    ['mounted', '/registry/v2', '/registry/v2/'],
    ['exact', '/api/oci', '/api/oci/'],
  ]
  for (const [form, at, url] of forms) {
    it(`${at} is asked at ${url}, without ns, with its header`, async () => {
      const seen: string[] = []
      const handler: Handler = (request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers['x-key']}`)
        answer(200)(request, response)
      }
      const probe = await listening(http.createServer(handler), port => {
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

  it('a secret header is never told', async () => {
    const header = { Authorization: 'Basic planted-secret' }
    const echo: Handler = (request, response) =>
      answer(403, {}, String(request.headers.authorization))(request, response)
    assert.doesNotMatch(JSON.stringify(await asked(echo, { header })), /planted-secret/)
  })
})
