/** What else goes wrong with TLS, and what is said about it. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import http from 'node:http'
import type { Endpoint } from '../../lib/probe/api/endpoint.ts'
import { probeOne as ping } from '../../lib/probe/probe.ts'
import {
  endpointAt,
  type Listener,
  listen,
  PATIENT,
  REGISTRY,
  resolveNames,
  respondWith,
  SHORT,
} from '../support/sockets.ts'
import { pem, TLS } from '../support/tls.ts'

const ca = [pem('ca.pem')]

const ask = (mirror: Listener, more: Partial<Endpoint> = {}, timeoutMs = PATIENT) =>
  ping(endpointAt(mirror.origin, more), { timeoutMs, samples: 1 })

describe('probe: certificates', () => {
  it('self-signed: not trusted, and trusted once it is in ca', async () => {
    const cert = pem('self-signed.pem')
    await using mirror = await listen(respondWith(REGISTRY), { ...TLS, cert })
    const probe = await ask(mirror)
    assert.equal(probe.reason, 'tls')
    assert.match(probe.detail ?? '', /self-signed/)
    assert.equal((await ask(mirror, { ca: [cert] })).status, 'healthy')
  })

  it('an unknown authority is told apart from a wrong name, which is quoted', async () => {
    await using stranger = await listen(respondWith(REGISTRY), TLS)
    assert.match((await ask(stranger)).detail ?? '', /authority unknown here/)
    await using misnamed = await listen(respondWith(REGISTRY), { ...TLS, cert: pem('wrong-name.pem') })
    assert.match((await ask(misnamed, { ca })).detail ?? '', /another name \(DNS:other\.example\)/)
  })

  it('the name in the subject does not count, as in Go', async () => {
    await using mirror = await listen(respondWith(REGISTRY), { ...TLS, cert: pem('unnamed.pem') })
    const probe = await ask(mirror, { ca })
    assert.equal(probe.reason, 'tls')
    assert.match(probe.detail ?? '', /alternative name/)
  })

  it('a name is checked and sent as a name', async () => {
    using _ = resolveNames({ localhost: ['127.0.0.1'] })
    let sent: unknown
    await using mirror = await listen((socket, nth) => {
      sent = (socket as unknown as { servername: unknown }).servername
      respondWith(REGISTRY)(socket, nth)
    }, TLS)
    const probe = await ping(endpointAt(`https://localhost:${mirror.port}`, { ca }), { timeoutMs: PATIENT })
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.equal(sent, 'localhost')
  })

  it('skip_verify takes an expired one for another name', async () => {
    await using mirror = await listen(respondWith(REGISTRY), { ...TLS, cert: pem('expired.pem') })
    assert.equal((await ask(mirror, { skipVerify: true })).status, 'healthy')
  })

  it('nothing is told of a certificate whose end is no date', async () => {
    // Month 99: an end that skip_verify does not look at.
    const der = new X509Certificate(pem('self-signed.pem')).raw.toString('latin1')
    const bad = Buffer.from(der.replace('20991231000000Z', '20999931000000Z'), 'latin1')
    const cert = `-----BEGIN CERTIFICATE-----\n${bad.toString('base64')}\n-----END CERTIFICATE-----\n`
    await using mirror = await listen(respondWith(REGISTRY), { ...TLS, cert })
    const probe = await ask(mirror, { skipVerify: true })
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.equal(probe.tls, undefined)
  })

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`a client certificate of a stranger is refused, ${maxVersion}`, async () => {
      const wanted = { ...TLS, requestCert: true, ca: [pem('self-signed.pem')], maxVersion }
      await using mirror = await listen(respondWith(REGISTRY), wanted)
      const client = { cert: pem('client.pem'), key: pem('client-key.pem') }
      for (const more of [{ ca }, { ca, client }]) {
        const probe = await ask(mirror, more)
        assert.ok(['tls', 'reset'].includes(probe.reason ?? ''), probe.detail)
      }
    })
  }

  it('a ca or client that is no PEM is said to be the fault of the list', async () => {
    await using mirror = await listen(respondWith(REGISTRY), TLS)
    const client = { cert: pem('client.pem'), key: 'no key' }
    const probe = await ask(mirror, { ca, client })
    assert.equal(probe.reason, 'tls')
    assert.match(probe.detail ?? '', /in the list/)
  })
})

describe('probe: TLS where there is none, or no end of it', () => {
  it('accepts TCP and never answers', async () => {
    await using mirror = await listen(() => {})
    const probe = await ping(endpointAt(`https://127.0.0.1:${mirror.port}`), { timeoutMs: SHORT, samples: 1 })
    assert.equal(probe.reason, 'no_response')
    assert.match(probe.detail ?? '', /does not finish TLS/)
  })

  it('closes during the handshake', async () => {
    await using mirror = await listen(socket => socket.once('data', () => socket.end()))
    const probe = await ping(endpointAt(`https://127.0.0.1:${mirror.port}`), { timeoutMs: PATIENT })
    assert.equal(probe.reason, 'reset')
    assert.match(probe.detail ?? '', /during TLS/)
  })

  it('http asked of a port that speaks https', async () => {
    await using mirror = await listen(respondWith(REGISTRY), TLS)
    const probe = await ping(endpointAt(`http://127.0.0.1:${mirror.port}`), { timeoutMs: PATIENT })
    assert.equal(probe.status, 'unhealthy')
    assert.ok(['not_a_registry', 'reset'].includes(probe.reason ?? ''), probe.detail)
  })

  for (const body of [
    'Client sent an HTTP request to an HTTPS server.\n',
    '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
  ]) {
    it(`a server that says so: ${body.slice(0, 30)}…`, async () => {
      const server = http.createServer((_, response) => response.writeHead(400).end(body))
      await using mirror = await listen(socket => server.emit('connection', socket))
      const probe = await ask(mirror)
      assert.equal(probe.reason, 'not_a_registry')
      assert.match(probe.detail ?? '', /it wants https on this port; write https:\/\//)
    })
  }
})
