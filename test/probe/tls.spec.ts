/** More faults of TLS, and their messages. */
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

const pingMirror = (mirror: Listener, more: Partial<Endpoint> = {}, timeoutMs = PATIENT) =>
  ping(endpointAt(mirror.origin, more), { timeoutMs, samples: 1 })

describe('probe: certificates', () => {
  it('trusts a self-signed certificate only in ca', async () => {
    const cert = pem('self-signed.pem')
    await using mirror = await listen(respondWith(REGISTRY), { ...TLS, cert })
    const probe = await pingMirror(mirror)
    assert.equal(probe.reason, 'tls')
    assert.match(probe.detail ?? '', /self-signed/)
    assert.equal((await pingMirror(mirror, { ca: [cert] })).status, 'healthy')
  })

  it('distinguishes an unknown authority from a wrong name, which is quoted', async () => {
    await using untrusted = await listen(respondWith(REGISTRY), TLS)
    assert.match((await pingMirror(untrusted)).detail ?? '', /unknown authority/)
    await using misnamed = await listen(respondWith(REGISTRY), { ...TLS, cert: pem('wrong-name.pem') })
    assert.match((await pingMirror(misnamed, { ca })).detail ?? '', /another name \(DNS:other\.example\)/)
  })

  it('ignores the name in the subject, as Go does', async () => {
    await using mirror = await listen(respondWith(REGISTRY), { ...TLS, cert: pem('unnamed.pem') })
    const probe = await pingMirror(mirror, { ca })
    assert.equal(probe.reason, 'tls')
    assert.match(probe.detail ?? '', /alternative name/)
  })

  it('verifies a host name and sends it as SNI', async () => {
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

  it('accepts an expired certificate for another name with skip_verify', async () => {
    await using mirror = await listen(respondWith(REGISTRY), { ...TLS, cert: pem('expired.pem') })
    assert.equal((await pingMirror(mirror, { skipVerify: true })).status, 'healthy')
  })

  it('refuses a certificate that containerd cannot read, also with skip_verify', async () => {
    // Month 99.
    const der = new X509Certificate(pem('self-signed.pem')).raw.toString('latin1')
    const bad = Buffer.from(der.replace('20991231000000Z', '20999931000000Z'), 'latin1')
    const cert = `-----BEGIN CERTIFICATE-----\n${bad.toString('base64')}\n-----END CERTIFICATE-----\n`
    await using mirror = await listen(respondWith(REGISTRY), { ...TLS, cert })
    const probe = await pingMirror(mirror, { skipVerify: true })
    assert.match(probe.detail ?? '', /^the certificate has a malformed date, so containerd cannot read it/)
  })

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`reports a refused client certificate with ${maxVersion}`, async () => {
      const options = { ...TLS, requestCert: true, ca: [pem('self-signed.pem')], maxVersion }
      await using mirror = await listen(respondWith(REGISTRY), options)
      const client = { cert: pem('client.pem'), key: pem('client-key.pem') }
      for (const more of [{ ca }, { ca, client }]) {
        const probe = await pingMirror(mirror, more)
        assert.ok(['tls', 'reset'].includes(probe.reason ?? ''), probe.detail)
      }
    })
  }

  it('names the list if ca or client is not PEM', async () => {
    await using mirror = await listen(respondWith(REGISTRY), TLS)
    const client = { cert: pem('client.pem'), key: 'no key' }
    const probe = await pingMirror(mirror, { ca, client })
    assert.equal(probe.reason, 'tls')
    assert.match(probe.detail ?? '', /^ca or client is invalid; /)
  })
})

describe('probe: incomplete TLS', () => {
  it('reports a handshake without a response as no_response', async () => {
    await using mirror = await listen(() => {})
    const probe = await ping(endpointAt(`https://127.0.0.1:${mirror.port}`), { timeoutMs: SHORT, samples: 1 })
    assert.equal(probe.reason, 'no_response')
    assert.match(probe.detail ?? '', /does not complete the TLS handshake/)
  })

  it('reports a connection that is closed during the handshake as reset', async () => {
    await using mirror = await listen(socket => socket.once('data', () => socket.end()))
    const probe = await ping(endpointAt(`https://127.0.0.1:${mirror.port}`), { timeoutMs: PATIENT })
    assert.equal(probe.reason, 'reset')
    assert.match(probe.detail ?? '', /during the TLS handshake/)
  })

  it('reports http on a port with https as unhealthy', async () => {
    await using mirror = await listen(respondWith(REGISTRY), TLS)
    const probe = await ping(endpointAt(`http://127.0.0.1:${mirror.port}`), { timeoutMs: PATIENT })
    assert.equal(probe.status, 'unhealthy')
    assert.ok(['not_a_registry', 'reset'].includes(probe.reason ?? ''), probe.detail)
  })

  for (const body of [
    'Client sent an HTTP request to an HTTPS server.\n',
    '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
  ]) {
    it(`recognizes the error page ${body.slice(0, 30)}…`, async () => {
      const server = http.createServer((_, response) => response.writeHead(400).end(body))
      await using mirror = await listen(socket => server.emit('connection', socket))
      const probe = await pingMirror(mirror)
      assert.equal(probe.reason, 'not_a_registry')
      assert.match(probe.detail ?? '', /^requires https on this port; use https:\/\//)
    })
  }
})
