/** Probes of many endpoints: which requests are sent, how often, and what stays open. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import http from 'node:http'
import type net from 'node:net'
import path from 'node:path'
import type { Probe } from '../../lib/model/report.ts'
import { judgeRegistries } from '../../lib/pipeline/judge-registries.ts'
import { listEndpoints } from '../../lib/probe/endpoints.ts'
import { probeOne as ping, probeAll } from '../../lib/probe/probe.ts'
import { containerdDialect } from '../../lib/targets/containerd/dialect.ts'
import { loadText } from '../support/load.ts'
import {
  endpointAt,
  listen,
  onRequest,
  PATIENT,
  REGISTRY,
  resolveNames,
  respondWith,
  response,
  SHORT,
} from '../support/sockets.ts'
import { TLS } from '../support/tls.ts'

/** A server that parses everything as HTTP, as servers do: it responds to TLS with an HTTP error. */
const plainHttp = () => {
  const server = http.createServer((_, out) => out.end('{}'))
  return (socket: net.Socket) => void server.emit('connection', socket)
}

/** The endpoints of registries that are written in TOML. */
const endpointsIn = async (text: string) =>
  listEndpoints((await loadText(`version = 1\n${text}`)).list, containerdDialect)

describe('probe: many', () => {
  it('returns probes in the order of the endpoints, and reports progress as they complete', async () => {
    await using late = await listen(socket =>
      onRequest(socket, () => setTimeout(() => socket.end(REGISTRY), 300)),
    )
    await using soon = await listen(respondWith(response(503)))
    const seen: string[] = []
    const probes = await probeAll([endpointAt(late.origin), endpointAt(soon.origin)], {
      timeoutMs: PATIENT,
      samples: 1,
      onProbe: ({ status }) => seen.push(status),
    })
    assert.deepEqual(
      probes.map(({ status }) => status),
      ['healthy', 'unhealthy'],
    )
    assert.deepEqual(seen, ['unhealthy', 'healthy'])
  })

  it('probes an endpoint of two registries once, and reports it twice', async () => {
    await using mirror = await listen(respondWith(REGISTRY))
    const twins = ['a.test', 'b.test'].map(registry => endpointAt(mirror.origin, { registry }))
    const other = endpointAt(mirror.origin, { registry: 'c.test', header: { 'X-Key': 'k' } })
    const probes = await probeAll([...twins, other], { timeoutMs: PATIENT, samples: 1 })
    assert.deepEqual(
      probes.map(({ registry }) => registry),
      ['a.test', 'b.test', 'c.test'],
    )
    assert.equal(mirror.received.length, 2)
  })

  for (const concurrency of [1, 3]) {
    it(`probes ${concurrency} in parallel, no more and no fewer`, async () => {
      let open = 0
      let most = 0
      await using mirror = await listen(socket =>
        onRequest(socket, () => {
          open += 1
          most = Math.max(most, open)
          // Responds once the maximum is reached: fewer would wait for ever.
          const timer = setInterval(() => {
            if (most < concurrency && !socket.destroyed) return
            clearInterval(timer)
            open -= 1
            socket.end(REGISTRY)
          }, 20)
        }),
      )
      const endpoints = Array.from({ length: 9 }, (_, i) => endpointAt(`${mirror.origin}/${i}/v2`))
      const probes = await probeAll(endpoints, { timeoutMs: PATIENT, samples: 1, concurrency })
      assert.deepEqual(new Set(probes.map(({ status }) => status)), new Set(['healthy']))
      assert.equal(most, concurrency)
    })
  }

  it('reports unknown for all endpoints that an interrupted run did not probe', async () => {
    const stop = new AbortController()
    await using mirror = await listen(() => stop.abort())
    const endpoints = Array.from({ length: 20 }, (_, i) => endpointAt(`${mirror.origin}/${i}/v2`))
    const probes = await probeAll(endpoints, { timeoutMs: PATIENT, concurrency: 2, signal: stop.signal })
    assert.equal(probes.length, 20)
    assert.deepEqual(new Set(probes.map(({ status }) => status)), new Set(['unknown']))
    assert.ok(mirror.received.length <= 2)
  })
})

describe('probe: latency', () => {
  it('opens a connection for every sample, and ignores the first one', async () => {
    // The first response is immediate; if it counted, the best would be below the 300 ms of the others.
    await using mirror = await listen((socket, nth) =>
      onRequest(socket, () => setTimeout(() => socket.end(REGISTRY), nth === 0 ? 0 : 300)),
    )
    const probe = await ping(endpointAt(mirror.origin), { timeoutMs: PATIENT, samples: 2 })
    assert.equal(mirror.received.length, 3)
    assert.ok((probe.latency_ms?.best ?? 0) >= 299)
    assert.ok((probe.latency_ms?.median ?? 0) >= (probe.latency_ms?.best ?? 0))
  })

  it('is the time from the connection to the head of the response, without the lookup and the body', async () => {
    await using mirror = await listen(socket =>
      onRequest(socket, () => {
        socket.write(REGISTRY.slice(0, -1))
        setTimeout(() => socket.end(REGISTRY.slice(-1)), 300)
      }),
    )
    using _ = resolveNames({ 'mirror.example': ['127.0.0.1'] }, 300)
    const start = performance.now()
    const probe = await ping(endpointAt(`http://mirror.example:${mirror.port}`), {
      timeoutMs: PATIENT,
      samples: 1,
    })
    const whole = performance.now() - start
    assert.ok((probe.latency_ms?.best ?? whole) <= whole - 2 * 299)
  })

  it('sends no further request after a failure', async () => {
    await using mirror = await listen((socket, nth) =>
      respondWith(nth === 1 ? response(500) : REGISTRY)(socket, nth),
    )
    const probe = await ping(endpointAt(mirror.origin), { timeoutMs: PATIENT })
    assert.equal(probe.reason, 'server_error')
    assert.equal(probe.latency_ms, undefined)
    assert.equal(mirror.received.length, 2)
  })
})

describe('probe: endpoints of a list', () => {
  it('tries https, then http for a loopback server that is not declared', async () => {
    await using plain = await listen(plainHttp())
    const [endpoint] = await endpointsIn(`[registries."127.0.0.1:${plain.port}"]\nmirrors = []`)
    assert.ok(endpoint)
    const probe = await ping(endpoint, { timeoutMs: PATIENT, samples: 1 })
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.equal(probe.role, 'server')
  })

  it('does not verify the certificate of such a server, as containerd does not', async () => {
    await using secure = await listen(respondWith(REGISTRY), TLS)
    const [endpoint] = await endpointsIn(`[registries."localhost:${secure.port}"]\nmirrors = []`)
    assert.ok(endpoint)
    using _ = resolveNames({ localhost: ['127.0.0.1'] })
    assert.equal((await ping(endpoint, { timeoutMs: PATIENT, samples: 1 })).status, 'healthy')
    assert.equal(secure.received.length, 1)
  })

  it('uses only the scheme of a declared loopback server', async () => {
    await using plain = await listen(plainHttp())
    const list = `[registries."127.0.0.1:${plain.port}"]\nserver = "https://127.0.0.1:${plain.port}"\nmirrors = []`
    const [endpoint] = await endpointsIn(list)
    assert.ok(endpoint)
    const probe = await ping(endpoint, { timeoutMs: PATIENT, samples: 1 })
    assert.match(probe.detail ?? '', /^does not speak TLS/)
  })

  it('lists the mirrors in order, then the server, which * and fallback = false do not have', async () => {
    const endpoints = await endpointsIn(
      `[registries."a.test"]
       mirrors = ["https://one.test", { url = "https://two.test/v2/p", dial_timeout = "1.5s" }]
       [registries."b.test"]
       mirrors = ["https://one.test"]
       fallback = false
       [registries."*"]
       mirrors = ["https://one.test"]`,
    )
    assert.deepEqual(
      endpoints.map(({ registry, role, base, dialTimeoutMs }) => [
        registry,
        role,
        base.origin + base.path,
        dialTimeoutMs,
      ]),
      [
        ['a.test', 'mirror', 'https://one.test/v2', 2000],
        ['a.test', 'mirror', 'https://two.test/v2/p', 1500],
        ['a.test', 'server', 'https://a.test/v2', 30_000],
        ['b.test', 'mirror', 'https://one.test/v2', 2000],
        ['*', 'mirror', 'https://one.test/v2', 2000],
      ],
    )
  })

  it('calls a registry unhealthy if none of its endpoints can serve it', async () => {
    const { list } = await loadText(
      'version = 1\n[registries."a.test"]\nmirrors = []\n[registries."b.test"]\nmirrors = ["https://x.test"]',
    )
    const probe = (registry: string, status: Probe['status'], role: Probe['role'] = 'server'): Probe => ({
      registry,
      url: 'https://x.test/v2',
      role,
      depth: 'ping',
      status,
    })
    const unhealthy = (...probes: Probe[]) =>
      judgeRegistries(list, probes, [{ name: 'containerd', registries: list.registries }]).unhealthy
    assert.deepEqual(unhealthy(probe('a.test', 'unhealthy'), probe('b.test', 'healthy')), ['a.test'])
    assert.deepEqual(unhealthy(probe('b.test', 'unhealthy'), probe('b.test', 'healthy', 'mirror')), [])
    const degraded = (reason: NonNullable<Probe['reason']>, role?: Probe['role']) => ({
      ...probe('b.test', 'degraded', role),
      reason,
    })
    assert.deepEqual(unhealthy(probe('b.test', 'unhealthy'), degraded('slow', 'mirror')), [])
    assert.deepEqual(unhealthy(degraded('stale'), degraded('rate_limited', 'mirror')), [])
    assert.deepEqual(unhealthy(degraded('rate_limited')), ['b.test'])
    assert.deepEqual(unhealthy(), [])
  })
})

describe('probe: headers and connections', () => {
  it('sends the header as written, except Host, and a User-Agent', async () => {
    await using mirror = await listen(respondWith(REGISTRY))
    const header = { 'X-Key': 'k', Host: 'elsewhere.test' }
    await ping(endpointAt(mirror.origin, { header }), { timeoutMs: PATIENT, samples: 1 })
    const [head = ''] = mirror.received
    assert.match(head, /^GET \/v2\/ HTTP\/1\.1\r\n/)
    assert.match(head, new RegExp(`\r\nhost: 127\\.0\\.0\\.1:${mirror.port}\r\n`, 'i'))
    assert.doesNotMatch(head, /elsewhere/)
    assert.match(head, /\r\nX-Key: k\r\n/)
    assert.match(head, /\r\nuser-agent: regmirror\/[\d.]+\r\n/i)
    assert.match(head, /\r\nAccept-Encoding: gzip\r\n/)
  })

  it('reports refused credentials and unsupported challenges', async () => {
    const challenged = async (challenge: string, header = {}) => {
      await using mirror = await listen(respondWith(response(401, { 'WWW-Authenticate': challenge })))
      return await ping(endpointAt(mirror.origin, { header }), { timeoutMs: PATIENT, samples: 1 })
    }
    const header = { authorization: 'Basic planted-secret' }
    assert.equal((await challenged('Basic realm="x"')).status, 'healthy')
    assert.equal((await challenged('Digest realm="x", Bearer realm="y"')).status, 'healthy')
    assert.equal((await challenged('Negotiate')).reason, 'unauthorized')
    assert.match(
      (await challenged('Basic realm="planted-secret"', header)).detail ?? '',
      /^does not accept the Authorization header; check the Authorization header in the list$/,
    )
  })

  it('leaves nothing open, so that the process ends by itself', async () => {
    await using silent = await listen(() => {})
    await using endless = await listen(socket =>
      onRequest(socket, () => socket.write('HTTP/1.1 200 OK\r\n\r\n{')),
    )
    await using reset = await listen(socket => socket.once('data', () => socket.resetAndDestroy()))
    await using healthy = await listen(respondWith(REGISTRY), TLS)
    const urls = [
      silent.origin,
      endless.origin,
      reset.origin,
      healthy.origin,
      `https://127.0.0.1:${silent.port}`,
    ]
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', CHILD, ...urls], {
      cwd: path.join(import.meta.dirname, '../..'),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    child.stdout.on('data', text => (printed += text))
    child.stderr.on('data', text => (printed += text))
    const code = await new Promise(done => child.once('close', done))
    assert.equal(code, 0, printed)
    assert.equal(printed.trim(), 'no_response no_response reset tls no_response')
  })
})

const CHILD = `
  import { endpointAt } from './test/support/sockets.ts'
  import { probeAll } from './lib/probe/probe.ts'
  const endpoints = process.argv.slice(1).map(url => endpointAt(url))
  const probes = await probeAll(endpoints, { timeoutMs: ${SHORT * 5}, samples: 1 })
  console.log(probes.map(probe => probe.reason).join(' '))
  process.on('exit', () => process.exitCode ??= 0)
`
