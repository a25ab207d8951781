/** Redirects: where they may lead, and what is sent there. */
import assert from 'node:assert/strict'
import { classifyAddress } from '../../lib/model/address-space.ts'
import { checkLiteralAddress, startLookup } from '../../lib/probe/connection/allowed-addresses.ts'
import { probeOne as ping } from '../../lib/probe/probe.ts'
import {
  endpointAt,
  type Listener,
  listen,
  onRequest,
  PATIENT,
  REGISTRY,
  resolveNames,
  respondWith,
  response,
} from '../support/sockets.ts'
import { pem, TLS } from '../support/tls.ts'

const ca = [pem('ca.pem')]

const to = (location: string, status = 307) => respondWith(response(status, { Location: location }))
const pingMirror = (mirror: Listener, more = {}) =>
  ping(endpointAt(mirror.origin, more), { timeoutMs: PATIENT, samples: 1 })

describe('probe: redirects that are followed', () => {
  it('follows a relative redirect, with the static header', async () => {
    const header = { 'X-Key': 'planted-secret' }
    await using mirror = await listen((socket, nth) =>
      respondWith(nth === 0 ? response(301, { Location: '../real/v2/?a=b' }) : REGISTRY)(socket, nth),
    )
    assert.equal((await pingMirror(mirror, { header })).status, 'healthy')
    assert.match(mirror.received[1] ?? '', /^GET \/real\/v2\/\?a=b HTTP/)
    assert.match(mirror.received[1] ?? '', /x-key: planted-secret/i)
  })

  it('follows a redirect from https to http, as the runtime does, without Authorization for another host', async () => {
    await using plain = await listen(respondWith(REGISTRY))
    await using secure = await listen(to(`${plain.origin.replace('127.0.0.1', 'localhost')}/v2/`), TLS)
    const header = { Authorization: 'Basic planted-secret', 'X-Key': 'kept' }
    const probe = await pingMirror(secure, { ca, header })
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.match(secure.received[0] ?? '', /planted-secret/)
    assert.doesNotMatch(plain.received[0] ?? 'planted-secret', /planted-secret|referer/i)
    assert.match(plain.received[0] ?? '', /x-key: kept/i)
  })

  it('sends Authorization to another port of the same host, as Go does since 1.23', async () => {
    await using other = await listen(respondWith(REGISTRY))
    await using mirror = await listen(to(`${other.origin}/v2/`))
    await pingMirror(mirror, { header: { Authorization: 'Basic abc' } })
    assert.match(other.received[0] ?? '', /authorization: Basic abc/i)
    assert.match(other.received[0] ?? '', new RegExp(`referer: ${mirror.origin}/v2/`))
  })

  it('follows nine redirects, and measures from the first connection', async () => {
    await using mirror = await listen((socket, nth) =>
      onRequest(socket, () =>
        setTimeout(() => socket.end(nth < 9 ? response(308, { Location: `/${nth}/v2/` }) : REGISTRY), 50),
      ),
    )
    const probe = await pingMirror(mirror)
    assert.equal(probe.status, 'healthy', probe.detail)
    // Ten delays of 50 ms; a timer may be a millisecond early.
    assert.ok((probe.latency_ms?.best ?? 0) >= 10 * 49)
  })
})

describe('probe: redirects that are refused', () => {
  for (const location of [
    'http://10.0.0.1/v2/',
    'http://169.254.169.254/latest/meta-data/',
    'http://192.168.1.1/',
    'http://[fd00::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://100.64.0.1/',
    'http://0x0a000001/',
    'file:///etc/passwd',
    'http://:::/',
  ]) {
    it(`refuses ${location}`, async () => {
      await using mirror = await listen(to(location))
      assert.notEqual((await pingMirror(mirror)).status, 'healthy')
    })
  }

  it('refuses a name with a private address, even beside a public one', async () => {
    using _ = resolveNames({ 'inside.example': ['192.0.2.1', '10.0.0.1'] })
    await using mirror = await listen(to('http://inside.example/v2/'))
    const probe = await pingMirror(mirror)
    assert.deepEqual([probe.status, probe.reason], ['unknown', undefined])
    assert.match(probe.detail ?? '', /private address \(redirected to inside\.example\); .*redirects = /)
  })

  for (const entry of ['10.0.0.1', '10.0.0.0/8', '::ffff:10.0.0.0/104']) {
    it(`may be allowed by redirects = ["${entry}"]`, () => {
      const allowed = { spaces: ['public'] as const, named: [entry] }
      assert.doesNotThrow(() => checkLiteralAddress(new URL('http://10.0.0.1/'), allowed))
      assert.throws(() => checkLiteralAddress(new URL('http://192.168.0.1/'), allowed), /SPACE_REFUSED/)
    })
  }

  it('may be allowed by name, with any address', async () => {
    const lookUp = async () => ({ addresses: Promise.resolve([{ address: '10.0.0.1', family: 4 }]) })
    const found = (named: readonly string[]) =>
      startLookup('inside.example', {
        allowed: { spaces: ['public'], named },
        lookUp,
        signal: AbortSignal.timeout(PATIENT),
      })
    assert.deepEqual(await (await found(['Inside.Example']))(), [{ address: '10.0.0.1', family: 4 }])
    await assert.rejects((await found(['example']))(), /SPACE_REFUSED/)
  })

  it('refuses 3xx without a Location, 300 and 304', async () => {
    for (const text of [response(302), response(304), response(300, { Location: '/v2/' })]) {
      await using mirror = await listen(respondWith(text))
      assert.equal((await pingMirror(mirror)).reason, 'redirect_refused')
    }
  })

  it('refuses more than nine redirects', async () => {
    await using mirror = await listen(to('/v2/'))
    const probe = await pingMirror(mirror)
    assert.match(probe.detail ?? '', /more than 9 times/)
    assert.equal(mirror.received.length, 10)
  })

  it('names the host at which a redirect failed', async () => {
    await using far = await listen(respondWith(response(503)))
    await using mirror = await listen(to(`${far.origin}/v2/`))
    const probe = await pingMirror(mirror)
    assert.equal(probe.reason, 'server_error')
    assert.match(
      probe.detail ?? '',
      new RegExp(`^responds with 503 \\(redirected to 127\\.0\\.0\\.1:${far.port}\\); `),
    )
  })

  it('does not quote a redirect from a mirror that was sent a secret', async () => {
    const header = { Authorization: 'Basic planted-secret' }
    await using mirror = await listen(to('ftp://planted-secret/'))
    assert.doesNotMatch(JSON.stringify(await pingMirror(mirror, { header })), /planted-secret/)
  })
})

describe('address spaces', () => {
  const spaces: [address: string, space: string][] = [
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['::1', 'loopback'],
    ['::', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['10.255.0.1', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.0.1', 'private'],
    ['100.100.100.200', 'private'],
    ['fd00::1', 'private'],
    ['::ffff:a00:1', 'private'],
    ['8.8.8.8', 'public'],
    ['2606:4700::1', 'public'],
  ]
  for (const [address, space] of spaces) {
    it(`classifies ${address} as ${space}`, () => assert.equal(classifyAddress(address), space))
  }
})
