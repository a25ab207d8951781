/** Connections that fail, and responses without limits. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { Worker } from 'node:worker_threads'
import zlib from 'node:zlib'
import { probeOne as ping } from '../../lib/probe/probe.ts'
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

const pingAt = (url: string, timeoutMs = PATIENT) => ping(endpointAt(url), { timeoutMs, samples: 1 })

/**
 * A port whose queue of connections is full: a thread listens and accepts none, so the kernel drops every further SYN,
 * as a firewall does. Independent of the speed of the machine.
 */
async function deafPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const thread = new Worker(
    `const { parentPort } = require('node:worker_threads')
     const server = require('node:net').createServer()
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port)
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
     })`,
    { eval: true },
  )
  const port: number = await new Promise((resolve, reject) =>
    thread.once('message', resolve).once('error', reject),
  )
  const queued = Array.from({ length: 16 }, () => net.connect(port, '127.0.0.1').on('error', () => {}))
  await Promise.race(queued.map(socket => new Promise(done => socket.once('connect', done))))
  await new Promise(done => setTimeout(done, SHORT))
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of queued) socket.destroy()
      await thread.terminate()
    },
  }
}

/** A registry at this address. */
async function listenAt(host: string, port: number): Promise<AsyncDisposable> {
  const onConnection = respondWith(REGISTRY)
  const server = net.createServer(socket => onConnection(socket, 0)).listen({ port, host })
  await once(server, 'listening')
  return { [Symbol.asyncDispose]: () => new Promise(done => server.close(() => done())) }
}

describe('probe: no connection', () => {
  it('reports dropped packets as connect_timeout, after dial_timeout or the timeout', async () => {
    await using deaf = await deafPort()
    const url = `http://127.0.0.1:${deaf.port}`
    const dialled = await ping(endpointAt(url, { dialTimeoutMs: SHORT }), { timeoutMs: PATIENT })
    assert.equal(dialled.reason, 'connect_timeout')
    assert.match(dialled.detail ?? '', /^does not accept a connection within 400 ms; /)
    assert.equal((await pingAt(url, SHORT)).reason, 'connect_timeout')
  })

  it('reports a lookup without a response as dns, after dial_timeout or the timeout', async () => {
    using _ = resolveNames({})
    const endpoint = endpointAt('https://mirror.example', { dialTimeoutMs: SHORT })
    const dialled = await ping(endpoint, { timeoutMs: PATIENT })
    assert.equal(dialled.reason, 'dns')
    assert.match(dialled.detail ?? '', /^the DNS lookup gets no response within 400 ms; /)
    assert.equal((await pingAt('https://mirror.example', SHORT)).reason, 'dns')
  })

  it('connects to the second address of a name if the first one refuses', async () => {
    await using mirror = await listen(respondWith(REGISTRY))
    using _ = resolveNames({ 'mirror.example': ['127.0.0.2', '127.0.0.1'] })
    assert.equal((await pingAt(`http://mirror.example:${mirror.port}`)).status, 'healthy')
  })

  it('waits two seconds for a silent address, as Go does, and tries the next if time is left', async () => {
    await using deaf = await deafPort()
    await using _server = await listenAt('127.0.0.2', deaf.port)
    const both = { 'mirror.example': ['127.0.0.1', '127.0.0.2'] }
    const dialled = async (dialTimeoutMs: number) =>
      await ping(endpointAt(`http://mirror.example:${deaf.port}`, { dialTimeoutMs }), {
        timeoutMs: PATIENT,
        samples: 1,
      })
    using _ = resolveNames(both)
    assert.equal((await dialled(2000)).reason, 'connect_timeout')
    const late = await dialled(5000)
    assert.equal(late.status, 'healthy', late.detail)
    // A pull waits for the first address too.
    assert.ok((late.latency_ms?.best ?? 0) >= 1900, `${late.latency_ms?.best} ms`)
  })

  it('tries an address of the other family beside one that does not respond', async () => {
    await using deaf = await deafPort()
    await using _server = await listenAt('127.0.0.2', deaf.port)
    using _ = resolveNames({ 'mirror.example': ['127.0.0.1', '::ffff:127.0.0.2'] })
    const endpoint = endpointAt(`http://mirror.example:${deaf.port}`, { dialTimeoutMs: 2000 })
    const probe = await ping(endpoint, { timeoutMs: PATIENT, samples: 1 })
    assert.equal(probe.status, 'healthy', probe.detail)
  })

  it('reports refused if all addresses of a name refuse', async () => {
    const gone = await listen(() => {})
    await gone[Symbol.asyncDispose]()
    using _ = resolveNames({ 'mirror.example': ['127.0.0.2', '127.0.0.1'] })
    assert.equal((await pingAt(`http://mirror.example:${gone.port}`)).reason, 'refused')
  })
})

describe('probe: responses without limits', () => {
  it('reports a greeting before the request as not_a_registry', async () => {
    await using mirror = await listen(socket => socket.write('220 mail.example ESMTP\r\n'))
    const probe = await pingAt(mirror.origin)
    assert.equal(probe.reason, 'not_a_registry')
    assert.match(probe.detail ?? '', /^does not speak HTTP/)
  })

  it('refuses more headers than a server sends', async () => {
    const head = Array.from({ length: 1000 }, (_, i) => `X-${i}: ${'x'.repeat(1000)}\r\n`).join('')
    await using mirror = await listen(respondWith(`HTTP/1.1 200 OK\r\n${head}\r\n`))
    const probe = await pingAt(mirror.origin)
    assert.equal(probe.reason, 'not_a_registry')
    assert.match(probe.detail ?? '', /^sends too many response headers/)
  })

  it('does not unpack a gzip bomb', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const head = {
      'Content-Type': 'application/json',
      'Content-Encoding': 'gzip',
      'Content-Length': `${bomb.length}`,
    }
    const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`)
    await using mirror = await listen(
      respondWith(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join('')}\r\n`), bomb])),
    )
    const before = process.memoryUsage().rss
    assert.equal((await pingAt(mirror.origin)).status, 'healthy')
    assert.ok(process.memoryUsage().rss - before < 48 * 1024 * 1024)
  })

  it('reports a truncated body as reset', async () => {
    await using mirror = await listen(respondWith('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{'))
    const probe = await pingAt(mirror.origin)
    assert.equal(probe.reason, 'reset')
    assert.match(probe.detail ?? '', /in the middle of a response/)
  })

  it('reports an endless head that arrives byte by byte as no_response', async () => {
    const head = `HTTP/1.1 200 OK\r\nX-Filler: ${'x'.repeat(100_000)}`
    await using mirror = await listen(socket => {
      let sent = 0
      const timer = setInterval(() => socket.write(head[sent++] ?? 'x'), 10)
      socket.on('close', () => clearInterval(timer))
    })
    assert.equal((await pingAt(mirror.origin, SHORT)).reason, 'no_response')
  })

  it('reports endless 1xx as unhealthy', async () => {
    await using mirror = await listen(socket => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    assert.equal((await pingAt(mirror.origin, SHORT)).status, 'unhealthy')
  })

  it('reports 101 Switching Protocols as unhealthy', async () => {
    await using mirror = await listen(
      respondWith('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    )
    assert.equal((await pingAt(mirror.origin)).status, 'unhealthy')
  })

  it('shows no control characters of a header', async () => {
    for (const evil of ['\u001b[31m', '\u0007', '\u009b31m', '\u202e', 'a\tb']) {
      const location = `ftp://x/${evil}`
      await using mirror = await listen(respondWith(response(302, { Location: location })))
      const { detail = '', reason } = await pingAt(mirror.origin)
      assert.ok(['redirect_refused', 'not_a_registry'].includes(reason ?? ''), detail)
      assert.doesNotMatch(detail, /[\p{Cc}\p{Cf}]/u)
    }
  })
})

describe('probe: interrupted', () => {
  const interrupted = async (onConnection: (socket: net.Socket, stop: () => void) => void) => {
    const stop = new AbortController()
    await using mirror = await listen(socket => onConnection(socket, () => stop.abort()))
    return await ping(endpointAt(mirror.origin), { timeoutMs: PATIENT, signal: stop.signal })
  }

  it('before the start, it sends no request', async () => {
    await using mirror = await listen(respondWith(REGISTRY))
    const probe = await ping(endpointAt(mirror.origin), { timeoutMs: PATIENT, signal: AbortSignal.abort() })
    assert.equal(probe.status, 'unknown')
    assert.equal(probe.reason, undefined)
    assert.deepEqual(mirror.received, [])
  })

  it('while waiting for a response or in the middle of a body, it is unknown', async () => {
    assert.equal((await interrupted((socket, stop) => onRequest(socket, stop))).status, 'unknown')
    const begun = await interrupted((socket, stop) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{')
        setTimeout(stop, 100)
      }),
    )
    assert.equal(begun.status, 'unknown')
  })

  it('during a lookup without a response, it is unknown', async () => {
    using _ = resolveNames({})
    const stop = new AbortController()
    setImmediate(() => stop.abort())
    const probe = await ping(endpointAt('http://mirror.example'), { timeoutMs: PATIENT, signal: stop.signal })
    assert.equal(probe.status, 'unknown')
  })
})
