/**
 * Mirrors that attack, or are broken, at every step of a pull: each costs a bounded time and at most 2 MiB, and is
 * described in one sentence. Endless responses are probed with a long timeout, so that they can only end at another
 * limit.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import type net from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { TlsOptions } from 'node:tls'
import zlib from 'node:zlib'
import { type GoUrl, parseGoUrl } from '../../lib/model/go-url.ts'
import type { Probe } from '../../lib/model/report.ts'
import { requestToken } from '../../lib/probe/api/token.ts'
import { openNameLookup } from '../../lib/probe/dns/name-lookup.ts'
import { probeAll, probeOne } from '../../lib/probe/probe.ts'
import { openTrust } from '../../lib/probe/tls/tls-context.ts'
import { limitConcurrency } from '../../lib/system/concurrency.ts'
import { PLAIN_CLIENT } from '../../lib/targets/pull-client.ts'
import {
  CANARY,
  drip,
  end,
  flood,
  headOf,
  hold,
  IMAGE,
  INDEX_TYPE,
  indexOf,
  MANIFEST_TYPE,
  type Misbehaviour,
  type NormalResponse,
  reset,
  respond,
  STAGES,
  type Stage,
  startHostile,
} from '../support/hostile.ts'
import { run } from '../support/run.ts'
import { endpointAt, listen, PATIENT, REGISTRY, respondWith, response } from '../support/sockets.ts'
import { pem, TLS } from '../support/tls.ts'
import { withDirectory } from '../support/tree.ts'

const MIB = 1024 * 1024
/** For mirrors that are slow on purpose; healthy mirrors must be faster, also on a busy machine. */
const SHORT_TIMEOUT = 6000

const ca = [pem('ca.pem')]

/** Reason and sentence; undefined: harmless, so the probe is healthy. */
type Verdict = readonly [reason: Probe['reason'], detail: RegExp] | undefined
type Expected = (stage: Stage) => Verdict

const NO_MANIFEST: Verdict = ['not_a_registry', /serves an invalid manifest/]
const TOO_LONG: Verdict = [
  'not_a_registry',
  /the manifest is longer than 4393216 bytes, the limit of containerd;/,
]
const OTHER_SIZE = /is (shorter|longer) than the size that is stated for it/
const OTHER_MANIFEST: Verdict = ['wrong_digest', OTHER_SIZE]
const NO_LAYER: Verdict = ['wrong_digest', OTHER_SIZE]

/** Any response that misbehaves like this is invalid; after a ping the canary decides. */
const anywhere =
  (reason: NonNullable<Probe['reason']>, detail: RegExp): Expected =>
  stage => {
    if (stage === 'ping') return undefined
    if (stage !== 'token') return [reason, detail]
    return [reason, new RegExp(`the token service fails \\(${reason}\\): .*${detail.source}`)]
  }

/** The same for a body, which a response to HEAD does not have. */
const inBody =
  (reason: NonNullable<Probe['reason']>, detail: RegExp): Expected =>
  stage =>
    stage === 'challenge' || stage === 'head' ? undefined : anywhere(reason, detail)(stage)

/** A wrong body; that of a ping is not read, and that of a tag has no digest to compare. */
const instead =
  (manifest: Verdict, layer: Verdict, ofTag: Verdict = OTHER_MANIFEST): Expected =>
  stage => {
    if (stage === 'token') return ['unauthorized', /the token service sends no valid token/]
    const others: Partial<Record<Stage, Verdict>> = {
      tag: ofTag,
      index: manifest,
      platform: manifest,
      blob: layer,
    }
    return others[stage]
  }

/** The same, and the Content-Length of HEAD is wrong too. */
const withLength =
  (expected: Expected, head: Verdict = OTHER_MANIFEST): Expected =>
  stage =>
    stage === 'head' ? head : expected(stage)

const GZIP = { 'Content-Encoding': 'gzip' }
const BOMB = zlib.gzipSync(Buffer.alloc(64 * MIB))
const FILLER = 'x'.repeat(64 * 1024)
const endless = instead(OTHER_MANIFEST, NO_LAYER, TOO_LONG)
const HEADER = anywhere('not_a_registry', /sends too many response headers/)
const FRAMING = inBody('not_a_registry', /sends too many chunk headers/)
const TOO_MANY_CHUNKS: Verdict = ['not_a_registry', /sends too many chunk headers/]
const INVALID = anywhere('not_a_registry', /sends an invalid HTTP response/)
const INVALID_BODY = inBody('not_a_registry', /sends an invalid HTTP response/)
const NO_HTTP = anywhere('not_a_registry', /does not speak HTTP/)
const NO_TYPE: Verdict = ['not_a_registry', /sends no content type for the manifest/]
/** containerd takes 101 for a success; nothing of the content is there. */
const UNEXPECTED: Expected = stage =>
  stage === 'challenge' ? NO_TYPE : instead(OTHER_MANIFEST, NO_LAYER, NO_TYPE)(stage)
const CLOSED = anywhere('reset', /closes the connection without a response/)
const SILENT = anywhere('no_response', /accepts connections but does not respond within 6 s/)
const UNFINISHED = inBody('no_response', /starts a response but does not complete it within 6 s/)
const MANY = /redirects more than 9 times/
const TRUNCATED = inBody('reset', /closes the connection in the middle of a response/)

const to = (Location: string) => respond({ status: 307, headers: { Location }, body: '' })
const measured = (normal: NormalResponse, length: string) =>
  `${headOf(normal, { 'Content-Length': length })}\r\n`
const unmeasured = (normal: NormalResponse) => `${headOf(normal, { 'Content-Length': undefined })}\r\n`
const chunked = (normal: NormalResponse) =>
  `${headOf(normal, { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' })}\r\n`

type Case = readonly [title: string, misbehaviour: Misbehaviour, expected: Expected]

/** Each ends at a limit of its own, or by itself. */
const CASES: readonly Case[] = [
  ['an endless body', p => flood(unmeasured(p), FILLER), endless],
  ['an endless chunk', p => flood(`${chunked(p)}fffffff0\r\n`, FILLER), endless],
  [
    'endless chunks of one byte',
    p => flood(chunked(p), '1\r\n \r\n'.repeat(1000)),
    stage =>
      stage === 'token' ? TOO_MANY_CHUNKS : instead(OTHER_MANIFEST, NO_LAYER, TOO_MANY_CHUNKS)(stage),
  ],
  ['an endless chunk extension', p => flood(`${chunked(p)}1;`, FILLER), FRAMING],
  ['chunk extensions of 64 KiB', p => flood(chunked(p), `1;${FILLER}\r\n \r\n`), FRAMING],
  ['an endless chunk size', p => flood(chunked(p), '0'.repeat(1024)), FRAMING],
  ['endless trailers', p => flood(`${chunked(p)}0\r\n`, 'a:\r\n'.repeat(1024)), FRAMING],
  ['an endless trailer', p => flood(`${chunked(p)}0\r\nX: `, FILLER), FRAMING],
  ['endless headers', p => flood(headOf(p), 'a:\r\n'.repeat(1024)), HEADER],
  ['an endless header line', p => flood(`${headOf(p)}X: `, FILLER), HEADER],
  ['an endless header name', p => flood(headOf(p), FILLER), HEADER],
  ['an endless status line', () => flood('HTTP/1.1 200 ', FILLER), HEADER],
  ['endless blank lines', () => flood('', '\r\n'.repeat(1024)), NO_HTTP],
  ['endless 103', () => flood('', 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n'.repeat(100)), HEADER],
  ['endless 100', () => flood('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)), HEADER],
  ['101', () => flood('HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', FILLER), UNEXPECTED],
  ['endless bytes that are not HTTP', () => flood('', FILLER), NO_HTTP],
  ['more bytes after the response', p => flood(respond(p).send, FILLER), () => undefined],
  [
    'a gzip bomb',
    p => respond({ ...p, headers: { ...p.headers, ...GZIP }, body: p.body === '' ? '' : BOMB }),
    endless,
  ],
  ['a negative length', p => flood(measured(p, '-1'), FILLER), INVALID],
  ['a length of 40 digits', p => flood(measured(p, '9'.repeat(40)), FILLER), INVALID],
  ['a length of 9 TB', p => flood(measured(p, '9000000000000'), FILLER), withLength(endless, TOO_LONG)],
  ['two lengths', p => flood(measured(p, '1\r\nContent-Length: 2'), FILLER), INVALID],
  [
    'a length and chunks',
    p => flood(measured(p, '1\r\nTransfer-Encoding: chunked'), FILLER),
    withLength(FRAMING),
  ],
  [
    'a length that is too small',
    p => end(`${measured(p, '1')}{}`),
    withLength(instead(OTHER_MANIFEST, NO_LAYER)),
  ],
  ['a length that is too large', p => end(`${measured(p, '100000')}{`), withLength(TRUNCATED)],
  ['an invalid chunk size', p => flood(`${chunked(p)}zz\r\n`, FILLER), INVALID_BODY],
  ['a negative chunk size', p => flood(`${chunked(p)}-1\r\n`, FILLER), INVALID_BODY],
  ['a chunk size of 30 digits', p => flood(`${chunked(p)}${'f'.repeat(30)}\r\n`, FILLER), INVALID_BODY],
  ['NUL in a header', p => hold(`${headOf(p)}X: \0\r\n\r\n`), INVALID],
  ['status 000', p => respond({ ...p, status: 0 }), INVALID],
  ['an empty response', () => end(''), CLOSED],
  ['a truncated head', p => end(headOf(p)), CLOSED],
  ['a reset in the head', p => reset(headOf(p)), CLOSED],
  ['a truncated chunk', p => end(`${chunked(p)}5\r\n{`), TRUNCATED],
  ['a reset in the body', p => reset(`${measured(p, '100000')}{`), withLength(TRUNCATED)],
  ['a redirect to itself', (_p, _base, url) => to(url), anywhere('redirect_refused', MANY)],
  [
    'a redirect to another url each time',
    (_p, _base, url) => to(`${url}${url.includes('?') ? '&' : '?'}x`),
    anywhere('redirect_refused', MANY),
  ],
  [
    'a redirect of 60 KB to ftp',
    () => to(`ftp://x/${'x'.repeat(60_000)}`),
    anywhere('redirect_refused', /redirects to an address that is not http or https/),
  ],
  [
    'a redirect to an invalid url',
    () => to('http://[::1'),
    anywhere('redirect_refused', /redirects to an address that is not http or https/),
  ],
  [
    'a redirect to a script',
    () => to('javascript:alert(1)'),
    anywhere('redirect_refused', /redirects to an address that is not http or https/),
  ],
  [
    'a redirect to link-local space',
    () => to('http://169.254.169.254/latest'),
    stage => (stage === 'ping' ? undefined : [undefined, /to a loopback, link-local or private address/]),
  ],
  [
    'a redirect to port 0',
    () => to('http://127.0.0.1:0/'),
    anywhere('refused', /refuses the connection|the network does not allow/),
  ],
  [
    'a redirect with an endless body',
    (_p, _base, url) => flood(`${headOf({ status: 307, headers: { Location: url } })}\r\n`, FILLER),
    anywhere('redirect_refused', MANY),
  ],
]

/** Each goes on until the timeout. */
const SLOW: readonly Case[] = [
  ['silence', () => hold(''), SILENT],
  ['a status line byte by byte', () => drip('', 'HTTP/1.1 200 OK'), SILENT],
  ['headers byte by byte', p => drip(headOf(p), 'X: y\r\n'), SILENT],
  ['103 from time to time', () => drip('', 'HTTP/1.1 103 x\r\n\r\n'), SILENT],
  ['a head without its last byte', p => hold(`${headOf(p)}\r`), SILENT],
  ['a body byte by byte', p => drip(unmeasured(p), 'x'), UNFINISHED],
  ['chunks byte by byte', p => drip(chunked(p), '1\r\nx\r\n'), UNFINISHED],
  ['trailers byte by byte', p => drip(`${chunked(p)}0\r\n`, 'a: b\r\n'), UNFINISHED],
  [
    'a body without its last byte',
    p => hold(`${measured(p, '100000')}${p.body}`),
    // A token is used as soon as its JSON is complete.
    withLength(stage => (stage === 'token' ? undefined : UNFINISHED(stage))),
  ],
]

const named = (p: NormalResponse, more: Readonly<Record<string, string>>) =>
  respond({ ...p, headers: { ...p.headers, ...more } })
const sending = (body: string) => (p: NormalResponse) => respond({ ...p, body })
const challenge = (value: string) => (p: NormalResponse) => named(p, { 'WWW-Authenticate': value })
const manifest =
  (body: string, type = MANIFEST_TYPE) =>
  (p: NormalResponse) =>
    respond({ ...p, headers: { 'Content-Type': type }, body })

const NO_TOKEN: Verdict = ['unauthorized', /the token service sends no valid token/]
const NO_SCHEME: Verdict = ['unauthorized', /responds with 401 without a challenge that a runtime supports/]
/** As Go does, the probe uses that user. */
const REFUSING: Verdict = ['refused', /the token service fails \(refused\): refuses the connection/]
const NO_REALM: Verdict = ['unauthorized', /its WWW-Authenticate header has no valid token service URL/]
const WRONG: Verdict = ['wrong_digest', /the manifest does not match its digest/]
const DIGEST = `sha256:${'0'.repeat(64)}`

/** Hostile content, at the one step that reads it. */
const CONTENTS: readonly (readonly [
  title: string,
  misbehaviour: Misbehaviour,
  stage: Stage,
  verdict: Verdict,
])[] = [
  ['an endless token', p => flood(`${unmeasured(p)}{"token":"`, FILLER), 'token', NO_TOKEN],
  ['only opening brackets', sending('['.repeat(60_000)), 'token', NO_TOKEN],
  ['20000 empty objects', sending(`[${'{},'.repeat(20_000)}{}]`), 'token', NO_TOKEN],
  ['a token that splits a header', sending('{"token":"a\\r\\nX-Evil: y"}'), 'token', NO_TOKEN],
  ['a token with an escape', sending('{"token":"a\\u001b[31m"}'), 'token', NO_TOKEN],
  // Go sends it.
  ['a token with a terminal code', sending('{"token":"a\\u009b31m"}'), 'token', undefined],
  ['a token that is a list', sending('{"token":["a"]}'), 'token', NO_TOKEN],
  ['a token in a prototype', sending('{"__proto__":{"token":"t0k3n"}}'), 'token', NO_TOKEN],
  ['null', sending('null'), 'token', NO_TOKEN],
  ['a token of 60000 characters', sending(`{"token":"${'a'.repeat(60_000)}"}`), 'token', undefined],
  ['20000 challenges', challenge('a,'.repeat(20_000)), 'challenge', NO_SCHEME],
  ['60000 blanks', challenge(`Bearer${' '.repeat(60_000)}x`), 'challenge', NO_REALM],
  ['commas and blanks', challenge(`Bearer${' ,'.repeat(30_000)}x`), 'challenge', NO_REALM],
  ['an unclosed quote', challenge(`Bearer realm="${'x'.repeat(60_000)}`), 'challenge', NO_REALM],
  ['a quote of backslashes', challenge(`Bearer realm="${'\\'.repeat(60_000)}`), 'challenge', NO_REALM],
  [
    '3000 challenge headers',
    p => end(`${headOf(p)}${'WWW-Authenticate: a\r\n'.repeat(3000)}\r\n`),
    'challenge',
    undefined,
  ],
  ['a realm with a password', challenge('Bearer realm="http://a:b@127.0.0.1/"'), 'challenge', REFUSING],
  ['a realm that is a file', challenge('Bearer realm="file:///etc/passwd"'), 'challenge', NO_REALM],
  [
    'a realm in private space',
    challenge('Bearer realm="http://10.0.0.1/"'),
    'challenge',
    [undefined, /the token service/],
  ],
  [
    'a realm of 50000 characters',
    (p, base) => challenge(`Bearer realm="${base}/token?${'x'.repeat(50_000)}"`)(p),
    'challenge',
    undefined,
  ],
  [
    'an invalid digest',
    p => named(p, { 'Docker-Content-Digest': 'sha256:../../etc' }),
    'head',
    ['not_a_registry', /sends an invalid Docker-Content-Digest;/],
  ],
  [
    'a digest of 60000 characters',
    p => named(p, { 'Docker-Content-Digest': 'a'.repeat(60_000) }),
    'head',
    ['not_a_registry', /sends an invalid Docker-Content-Digest;/],
  ],
  ['another digest', p => named(p, { 'Docker-Content-Digest': DIGEST }), 'head', WRONG],
  [
    'another length',
    p => named(p, { 'Content-Length': '0' }),
    'head',
    ['wrong_digest', /the stated size of the manifest is 0/],
  ],
  [
    'a web page',
    p => named(p, { 'Content-Type': 'text/html' }),
    'head',
    ['not_a_registry', /sends a content type that is not that of a manifest;/],
  ],
  ['an index as an image', p => named(p, { 'Content-Type': MANIFEST_TYPE }), 'head', NO_MANIFEST],
  ['an endless manifest', p => flood(`${unmeasured(p)}{"x":"`, FILLER), 'tag', TOO_LONG],
  ['100000 entries', manifest(indexOf(Array(100_000).fill(DIGEST)), INDEX_TYPE), 'tag', TOO_LONG],
  // Is read; the manifest that it then serves by digest does not match.
  ['1400 entries', manifest(indexOf(Array(1400).fill(DIGEST)), INDEX_TYPE), 'tag', OTHER_MANIFEST],
  ['only opening brackets', manifest('['.repeat(200_000)), 'tag', OTHER_MANIFEST],
  ['nested brackets', manifest(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'tag', OTHER_MANIFEST],
  ['80000 empty objects', manifest(`{"layers":[${'{},'.repeat(80_000)}{}]}`), 'tag', OTHER_MANIFEST],
  ['an image as an index', p => respond({ ...p, body: IMAGE.manifest.bytes }), 'tag', NO_MANIFEST],
]

interface Probed {
  readonly title: string
  readonly stage: Stage | 'every'
  readonly url: string
  readonly verdict: Verdict
}

const SLOW_TITLE = 'responses that are all slow'
const OVER_BUDGET: Verdict = ['slow', /takes longer than 9 s for the requests of one pull/]
const EVERYWHERE = [...CASES, ...SLOW]

describe('hostile mirrors', () => {
  const results = new Map<Probed, Probe>()
  let slowRequests = 0
  /** Bytes received over each connection without TLS. */
  const received: number[] = []
  const countBytes = (message: unknown) => {
    const { socket } = message as { socket: net.Socket }
    socket.once('close', () => received.push(socket.bytesRead))
  }

  before(async () => {
    await using plain = await startHostile(misbehavioursOf(EVERYWHERE))
    await using secure = await startHostile(misbehavioursOf(EVERYWHERE), TLS)
    await using contents = await startHostile({
      ...misbehavioursOf(CONTENTS),
      late: p => ({ ...respond(p), delayMs: 2000 }),
    })
    const probe = async (probed: readonly Probed[], timeoutMs: number) => {
      const endpoints = probed.map(({ url }) => endpointAt(url, { canary: CANARY, ca }))
      const probes = await probeAll(endpoints, { timeoutMs, samples: 1, depth: 'blob' })
      for (const [i, one] of probed.entries()) results.set(one, probes[i] as Probe)
    }
    const everywhere = (entry: Case) => placesOf(entry, plain.origin, secure.origin)
    const inOnePlace = CONTENTS.map(([title, , stage, verdict], i) => ({
      title,
      stage,
      url: `${contents.origin}/${stage}/${i}/v2`,
      verdict,
    }))
    diagnostics.subscribe('net.client.socket', countBytes)
    const inTurn = limitConcurrency(8)
    await Promise.all(CASES.map(entry => inTurn(() => probe(everywhere(entry), PATIENT))))
    await probe(inOnePlace, PATIENT)
    const late = {
      title: SLOW_TITLE,
      stage: 'every',
      url: `${contents.origin}/every/late/v2`,
      verdict: OVER_BUDGET,
    } as const
    await Promise.all([...SLOW.map(entry => probe(everywhere(entry), SHORT_TIMEOUT)), probe([late], 3000)])
    slowRequests = contents.received.filter(head => head.includes('/every/late/')).length
    diagnostics.unsubscribe('net.client.socket', countBytes)
  })

  const check = (title: string, stages: number, at?: Stage) => {
    const own = [...results].filter(
      ([probed]) => probed.title === title && (at ?? probed.stage) === probed.stage,
    )
    assert.equal(own.length, stages)
    for (const [{ stage, url, verdict }, probe] of own) {
      const what = `${stage} at ${url}: ${probe.detail}`
      assert.equal(probe.reason, verdict?.[0], what)
      if (verdict === undefined) assert.equal(probe.status, 'healthy', what)
      else if (verdict[0] === 'slow') assert.equal(probe.status, 'degraded', what)
      else if (verdict[0] === undefined) assert.equal(probe.status, 'unknown', what)
      else assert.equal(probe.status, 'unhealthy', what)
      if (verdict !== undefined) assertSentence(probe, verdict[1])
    }
  }
  for (const [title] of EVERYWHERE)
    it(`handles ${title} at every step`, () => check(title, STAGES.length + 4))
  for (const [title, , stage] of CONTENTS)
    it(`handles ${title} at the step ${stage}`, () => check(title, 1, stage))

  it(`reports ${SLOW_TITLE} as slow, and sends no more requests`, () => {
    check(SLOW_TITLE, 1)
    assert.ok(slowRequests > 1 && slowRequests <= 5, `${slowRequests} requests`)
  })

  it('reads at most the largest manifest of containerd from a connection', () => {
    assert.ok(received.length > EVERYWHERE.length * STAGES.length)
    assert.ok(Math.max(...received) < 5 * MIB, `${Math.max(...received)}`)
  })
})

function misbehavioursOf(
  entries: readonly (readonly [title: string, misbehaviour: Misbehaviour, ...rest: unknown[]])[],
): Readonly<Record<string, Misbehaviour>> {
  return Object.fromEntries(entries.map(([, misbehaviour], i) => [`${i}`, misbehaviour]))
}

/** Every step; some of them after a redirect and over TLS too. */
function placesOf(entry: Case, plain: string, secure: string): readonly Probed[] {
  const [title, , expected] = entry
  const places: readonly (readonly [origin: string, stages: readonly Stage[]])[] = [
    [plain, STAGES],
    [`${plain}/via`, ['ping', 'index', 'blob']],
    [secure, ['platform']],
  ]
  return places.flatMap(([origin, stages]) =>
    stages.map(stage => {
      const url = `${origin}/${stage}/${EVERYWHERE.indexOf(entry)}/v2`
      return { title, stage, url, verdict: expected(stage) }
    }),
  )
}

function assertSentence({ detail = '' }: Probe, expected: RegExp): void {
  assert.match(detail, expected)
  assert.match(detail, /^.{10,200}; .{10,100}$/, 'problem; remedy')
}

describe('hostile mirrors: secrets', () => {
  const header = { Authorization: 'Basic cGxhbnRlZA==', 'X-Key': 'planted' }
  const SECRET = /planted|cGxhbnRlZA|t0k3n/

  const follows = async (stage: Stage, sent: Readonly<Record<string, string>>, options?: TlsOptions) => {
    await using other = await listen(respondWith(REGISTRY))
    const elsewhere = other.origin.replace('127.0.0.1', 'localhost')
    await using mirror = await startHostile({ away: () => to(`${elsewhere}/v2/`) }, options)
    const endpoint = endpointAt(`${mirror.origin}/${stage}/away/v2`, { canary: CANARY, header: sent, ca })
    await probeOne(endpoint, { timeoutMs: PATIENT, samples: 1, depth: 'blob' })
    assert.ok(mirror.received.some(head => SECRET.test(head)))
    assert.equal(other.received.length, 1)
    assert.match(other.received[0] ?? '', /^(GET|HEAD) \/v2\/ HTTP/)
    assert.doesNotMatch(other.received[0] ?? '', /cGxhbnRlZA|t0k3n|authorization/i)
  }
  for (const stage of ['ping', 'head', 'tag', 'index', 'platform', 'blob'] as const) {
    it(`of Authorization do not follow a redirect to another host: ${stage}`, () => follows(stage, header))
    it(`of Authorization do not follow a redirect from https to http: ${stage}`, () =>
      follows(stage, header, TLS))
  }
  for (const stage of ['head', 'index', 'blob'] as const) {
    it(`in a token do not follow a redirect to another host: ${stage}`, () =>
      follows(stage, { 'X-Key': 'planted' }))
  }

  it('are not shown if a mirror repeats them', async () => {
    const repeat = () =>
      respondWith(
        [
          'HTTP/1.1 200 planted',
          ...[
            'Docker-Distribution-Api-Version',
            'RateLimit-Limit',
            'RateLimit-Remaining',
            'Date',
            'Server',
          ].map(name => `${name}: planted cGxhbnRlZA==`),
          'Content-Type: planted',
          'Content-Length: 0',
          '\r\n',
        ].join('\r\n'),
      )
    await using mirror = await listen(repeat())
    const endpoint = endpointAt(mirror.origin, { canary: CANARY, header })
    const probe = await probeOne(endpoint, { timeoutMs: PATIENT, samples: 1, depth: 'blob' })
    assert.equal(probe.reason, 'not_a_registry')
    assert.doesNotMatch(JSON.stringify(probe), SECRET)
  })

  it('do not hide facts in the expected formats', async () => {
    const headers = {
      'Docker-Distribution-Api-Version': 'registry/2.0',
      'RateLimit-Limit': '100;w=21600',
      'RateLimit-Remaining': '99;w=21600',
    }
    await using mirror = await listen(respondWith(response(200, headers, '{}')))
    const probe = await probeOne(endpointAt(mirror.origin, { header }), { timeoutMs: PATIENT, samples: 1 })
    assert.equal(probe.api_version, 'registry/2.0')
    assert.deepEqual(probe.rate_limit, { limit: '100;w=21600', remaining: '99;w=21600' })
  })

  it('are not requested from a realm inside the network for a mirror outside it', async () => {
    await using inside = await listen(respondWith(response(200, {}, '{"token":"t0k3n"}')))
    const found = { status: 401, headers: {}, body: Buffer.alloc(0), complete: true }
    const trace = { phase: 'body', address: '192.0.2.1' } as const
    const target = parseGoUrl('http://mirror.test') as GoUrl
    const context = { timeoutMs: PATIENT, trust: openTrust(Date.now), lookUp: openNameLookup({}) }
    const endpoint = endpointAt('http://mirror.test')
    const outcome = await requestToken({
      endpoint,
      repository: 'a',
      context,
      client: PLAIN_CLIENT,
      challenged: { response: found, redirects: 0, target, trace },
      params: new Map([['realm', `${inside.origin}/token`]]),
    })
    assert.equal('fault' in outcome && outcome.fault.reason, undefined)
    assert.deepEqual(inside.received, [])
  })
})

/**
 * Characters that control a terminal or hide text: control characters, overrides, isolates, separators, zero-width
 * spaces.
 */
const CONTROL = [
  '\u001b[2J\u001b]0;x\u0007',
  '\u0000',
  '\u007f',
  '\u009b31m\u0085',
  '\u202e\u2066',
  '\u2028\u2029\u200b\ufeff',
  '\ud800',
]
/** As UTF-8, and a control character in Latin-1. */
const BYTES = [...CONTROL.map(text => Buffer.from(text).toString('latin1')), '\u009b31m\u0085']

/** Each puts the text in a place that a message might quote. */
const PLACES: Readonly<Record<string, readonly [stage: Stage, (text: string) => Misbehaviour]>> = {
  'the status line of a ping': ['ping', text => () => end(`HTTP/1.1 200 ${text}\r\n\r\n{}`)],
  'the status line of an error': ['ping', text => () => end(`HTTP/1.1 503 ${text}\r\n\r\n`)],
  'a header name': ['ping', text => p => end(`${headOf(p)}X${text}: y\r\n\r\n`)],
  'facts of a ping': [
    'ping',
    text => p =>
      named(p, {
        'Docker-Distribution-Api-Version': `registry/2.0${text}`,
        'RateLimit-Limit': `100;w=21600${text}`,
        'RateLimit-Remaining': text,
        Date: text,
        Server: text,
      }),
  ],
  'a web page': [
    'ping',
    text => p => respond({ ...p, headers: { 'Content-Type': 'text/html' }, body: `<title>${text}` }),
  ],
  'a redirect': ['ping', text => () => to(`ftp://x/${text}`)],
  'a redirect that fails': ['head', text => () => to(`http://127.0.0.1:1/${text}`)],
  'a challenge': ['challenge', text => challenge(`Bearer realm="${text}"`)],
  'a scheme': ['challenge', text => challenge(`${text} realm="x"`)],
  'a realm': [
    'challenge',
    text => (p, base) => challenge(`Bearer realm="${base}/${text}",service="${text}"`)(p),
  ],
  'a token': ['token', text => sending(`{"token":${JSON.stringify(text)}}`)],
  'a response without a token': [
    'token',
    text => p => respond({ ...p, headers: { 'Content-Type': text }, body: text }),
  ],
  'an error of the token service': [
    'token',
    text => p => respond({ ...p, status: 403, headers: { 'Content-Type': text }, body: text }),
  ],
  'a media type': ['head', text => p => named(p, { 'Content-Type': text })],
  'a digest': ['head', text => p => named(p, { 'Docker-Content-Digest': text })],
  'a manifest': ['tag', text => manifest(`{"mediaType":${JSON.stringify(text)}}`)],
  'a layer': ['blob', text => sending(text)],
}

describe('hostile mirrors: output on a terminal', () => {
  const texts: string[] = []
  before(async () => {
    const entries = Object.values(PLACES).flatMap(([stage, place]) =>
      BYTES.map(text => [stage, place(text)] as const),
    )
    await using mirror = await startHostile(
      Object.fromEntries(entries.map(([, misbehaviour], i) => [`${i}`, misbehaviour])),
    )
    await using secure = await listen(respondWith(REGISTRY), { ...TLS, cert: pem('evil.pem') })
    const urls = [...entries.map(([stage], i) => `${mirror.origin}/${stage}/${i}/v2`), secure.origin]
    await withDirectory(async directory => {
      const list = path.join(directory, 'mirrors.toml')
      await fs.copyFile(path.join(import.meta.dirname, 'tls', 'evil.pem'), path.join(directory, 'evil.pem'))
      await fs.writeFile(list, listOf(urls))
      const flags = ['-f', list, '--root', directory, '--depth', 'blob', '--samples', '1']
      const ran = await Promise.all(
        ['text', 'json', 'prometheus'].map(format => run(['probe', ...flags, '--format', format])),
      )
      for (const { code, stdout, stderr } of ran) {
        assert.equal(code, 0, stderr)
        texts.push(stdout, stderr)
      }
    })
  })

  it('holds no control characters', () => {
    for (const text of texts) assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{C}\p{Zl}\p{Zp}]/u)
  })
  it('describes each mirror', () => {
    assert.match(texts[0] ?? '', /sends a content type that is not that of a manifest/)
    assert.match(
      texts[0] ?? '',
      /the CA certificate has a malformed subject alternative name, so containerd cannot read it \(CN=/,
    )
  })
})

function listOf(urls: readonly string[]): string {
  const mirrors = urls.map(url => `{ url = "${url}"${url.startsWith('https') ? ', ca = "evil.pem"' : ''} },`)
  return `version = 1
[registries."r.test"]
canary = "library/busybox:latest"
fallback = false
mirrors = [
${mirrors.join('\n')}
]
[health]
timeout = "20s"
`
}

/** Responses that are kept open, or that take many times their size in memory. */
const HEAVY: Readonly<Record<string, Misbehaviour>> = {
  body: p => flood(unmeasured(p), FILLER),
  'body-held': p => hold(unmeasured(p) + 'x'.repeat(255 * 1024)),
  'body-of-1-mib-held': p => hold(unmeasured(p) + 'x'.repeat(MIB - 1)),
  '60000-headers-held': p => hold(headOf(p) + 'a:\r\n'.repeat(60_000)),
  '60000-trailers-held': p => hold(`${chunked(p)}0\r\n${'a:\r\n'.repeat(60_000)}`),
  'headers-held': p => hold(headOf(p) + 'a:\r\n'.repeat(240)),
  'header-held': p => hold(`${headOf(p)}X: ${'x'.repeat(56 * 1024)}`),
  'trailers-held': p => hold(`${chunked(p)}0\r\n${'a:\r\n'.repeat(240)}`),
  'tiny-chunks': p => flood(chunked(p), '1\r\n \r\n'.repeat(1000)),
  'small-chunks-held': p => hold(chunked(p) + `20\r\n${' '.repeat(32)}\r\n`.repeat(6000)),
  objects: p => respond({ ...p, body: `{"layers":[${'{},'.repeat(80_000)}{}]}` }),
  values: p => respond({ ...p, body: `{"layers":[${'{},'.repeat(4900)}{}]}` }),
}
const MANY_MIRRORS = 100

describe('hostile mirrors: memory', () => {
  const grown = new Map<string, number>()
  before(async () => {
    await using mirror = await startHostile({ ...HEAVY, normal: respond })
    const inTurn = limitConcurrency(3)
    const measure = async (name: string) => grown.set(name, await growth(mirror.origin, name))
    await Promise.all(Object.keys(HEAVY).map(name => inTurn(() => measure(name))))
  })
  for (const name of Object.keys(HEAVY)) {
    it(`needs less than 2 MiB for each of ${MANY_MIRRORS} mirrors: ${name}`, () => {
      const bytes = grown.get(name) ?? Number.NaN
      assert.ok(bytes < 2 * MIB, `${Math.round(bytes / 1024)} KiB`)
    })
  }
})

/** The peak growth of memory for each mirror, in a process that probes all of them. */
async function growth(origin: string, name: string): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', CHILD, origin, name], {
    cwd: path.join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const printed = text(child.stdout)
  await once(child, 'close')
  return Number(await printed) / MANY_MIRRORS
}

const CHILD = `
  import { readFileSync } from 'node:fs'
  import { CANARY } from './test/support/hostile.ts'
  import { endpointAt } from './test/support/sockets.ts'
  import { probeAll } from './lib/probe/probe.ts'
  const [origin, name] = process.argv.slice(1)
  const probe = (url, many) => probeAll(
    // Equal endpoints are probed once.
    Array.from({ length: many }, (_, i) => endpointAt(url, { canary: CANARY, dialTimeoutMs: 10_000 + i })),
    { timeoutMs: 2000, samples: 1, depth: 'manifest' },
  )
  await probe(origin + '/tag/normal/v2', 5)
  const before = process.memoryUsage().rss
  await probe(origin + '/tag/' + name + '/v2', ${MANY_MIRRORS})
  // Not maxRSS, which starts with the value of the parent process (getrusage(2) is not reset by exec).
  const [, peak] = /^VmHWM:\\s+(\\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))
  console.log(peak * 1024 - before)
`
