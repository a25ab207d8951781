/**
 * Mirrors that mean harm, or are merely broken, at every step of a pull: each costs no more than its time and 1 MiB, and
 * is told in a sentence. What never ends by itself is asked with a patience that is never used up: it ends at a limit.
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
import type { Probe } from '../../lib/model/report.ts'
import { parseManifest } from '../../lib/probe/api/manifest.ts'
import { requestToken } from '../../lib/probe/api/token.ts'
import { openTrust } from '../../lib/probe/http/tls-context.ts'
import { openNameLookup } from '../../lib/probe/names/name-lookup.ts'
import { probeAll, probeOne } from '../../lib/probe/probe.ts'
import { limitConcurrency } from '../../lib/system/concurrency.ts'
import {
  answer,
  CANARY,
  drip,
  end,
  flood,
  type Hostility,
  headOf,
  hold,
  IMAGE,
  INDEX_TYPE,
  indexOf,
  MANIFEST_TYPE,
  type Polite,
  reset,
  STAGES,
  type Stage,
  startHostile,
} from '../support/hostile.ts'
import { run } from '../support/run.ts'
import { answering, endpointAt, listen, PATIENT, REGISTRY, response } from '../support/sockets.ts'
import { pem, TLS } from '../support/tls.ts'
import { withDirectory } from '../support/tree.ts'

const MIB = 1024 * 1024
/** For mirrors that are slow on purpose; those that are well must be quicker, also on a busy machine. */
const LATE = 3000

const ca = [pem('ca.pem')]

/** Reason and sentence; undefined: it does no harm, and the probe says healthy. */
type Verdict = readonly [reason: Probe['reason'], said: RegExp] | undefined
type Expected = (stage: Stage) => Verdict

const NO_MANIFEST: Verdict = ['not_a_registry', /what it calls a manifest is none/]
const TOO_LONG: Verdict = ['not_a_registry', /its manifest is longer than 256 KiB; name a smaller canary/]
const NO_LAYER: Verdict = ['wrong_digest', /a layer is not what its digest says/]

/** What keeps any answer from being one. */
const anywhere =
  (reason: NonNullable<Probe['reason']>, said: RegExp): Expected =>
  stage =>
    stage === 'token'
      ? [reason, new RegExp(`tokens fails \\(${reason}\\): .*${said.source}`)]
      : [reason, said]

/** The same for what lies in a body: an answer to HEAD ends before it. */
const inBody =
  (reason: NonNullable<Probe['reason']>, said: RegExp): Expected =>
  stage =>
    stage === 'challenge' || stage === 'head' ? undefined : anywhere(reason, said)(stage)

/** A body that is another one than it should be; nobody reads that of a ping, and that of a tag has no digest. */
const instead =
  (manifest: Verdict, layer: Verdict, ofTag: Verdict = NO_MANIFEST): Expected =>
  stage => {
    if (stage === 'token') return ['unauthorized', /its token service gives no token/]
    const others: Partial<Record<Stage, Verdict>> = {
      tag: ofTag,
      index: manifest,
      platform: manifest,
      blob: layer,
    }
    return others[stage]
  }

/** The same, and the length that HEAD tells is another one, too. */
const withLength =
  (expected: Expected): Expected =>
  stage =>
    stage === 'head' ? ['wrong_digest', /not as long as HEAD says/] : expected(stage)

const GZIP = { 'Content-Encoding': 'gzip' }
const BOMB = zlib.gzipSync(Buffer.alloc(64 * MIB))
const FILLER = 'x'.repeat(64 * 1024)
const endless = instead(TOO_LONG, NO_LAYER, TOO_LONG)
const HEADER = anywhere('not_a_registry', /it sends more header than any registry does/)
const WRAPPED = inBody('not_a_registry', /its answer is more wrapping than content/)
const UNSOUND = anywhere('not_a_registry', /its answer is not sound HTTP/)
const UNSOUND_BODY = inBody('not_a_registry', /its answer is not sound HTTP/)
const UNASKED = anywhere('not_a_registry', /an answer that nobody asked for/)
const CLOSED = anywhere('reset', /it closed the connection without an answer/)
const SILENT = anywhere('no_response', /it accepts connections and does not answer within 3 s/)
const UNFINISHED = inBody('no_response', /it begins an answer and does not end it within 3 s/)
const MANY = /it redirects more than 10 times/
const CUT = inBody('reset', /it closed the connection within its answer/)

const to = (Location: string) => answer({ status: 307, headers: { Location }, body: '' })
const measured = (polite: Polite, length: string) => `${headOf(polite, { 'Content-Length': length })}\r\n`
const unmeasured = (polite: Polite) => `${headOf(polite, { 'Content-Length': undefined })}\r\n`
const chunked = (polite: Polite) =>
  `${headOf(polite, { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' })}\r\n`

type Case = readonly [title: string, hostility: Hostility, expected: Expected]

/** Each ends at a limit, or by itself. */
const CASES: readonly Case[] = [
  ['a body without end', p => flood(unmeasured(p), FILLER), endless],
  ['a chunk without end', p => flood(`${chunked(p)}fffffff0\r\n`, FILLER), endless],
  [
    'chunks of one byte without end',
    p => flood(chunked(p), '1\r\n \r\n'.repeat(1000)),
    // No layer is so small; this one is over before that shows.
    stage => (stage === 'blob' ? NO_LAYER : WRAPPED(stage)),
  ],
  ['a chunk extension without end', p => flood(`${chunked(p)}1;`, FILLER), WRAPPED],
  ['chunk extensions of 64 KiB', p => flood(chunked(p), `1;${FILLER}\r\n \r\n`), WRAPPED],
  ['a chunk size without end', p => flood(chunked(p), '0'.repeat(1024)), WRAPPED],
  ['trailers without end', p => flood(`${chunked(p)}0\r\n`, 'a:\r\n'.repeat(1024)), WRAPPED],
  ['a trailer without end', p => flood(`${chunked(p)}0\r\nX: `, FILLER), WRAPPED],
  ['headers without end', p => flood(headOf(p), 'a:\r\n'.repeat(1024)), HEADER],
  ['a header line without end', p => flood(`${headOf(p)}X: `, FILLER), HEADER],
  ['a header name without end', p => flood(headOf(p), FILLER), HEADER],
  ['a status line without end', () => flood('HTTP/1.1 200 ', FILLER), HEADER],
  ['blank lines without end', () => flood('', '\r\n'.repeat(1024)), HEADER],
  ['103 for ever', () => flood('', 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n'.repeat(100)), HEADER],
  ['100 for ever', () => flood('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)), UNASKED],
  ['101', () => flood('HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', FILLER), UNASKED],
  ['no HTTP, without end', () => flood('', FILLER), anywhere('not_a_registry', /does not speak HTTP/)],
  ['more after the end', p => flood(answer(p).send, FILLER), () => undefined],
  [
    'a gzip bomb',
    p => answer({ ...p, headers: { ...p.headers, ...GZIP }, body: p.body === '' ? '' : BOMB }),
    instead(['wrong_digest', /its manifest is not what its digest says/], NO_LAYER),
  ],
  ['a length below zero', p => flood(measured(p, '-1'), FILLER), UNSOUND],
  ['a length of 40 digits', p => flood(measured(p, '9'.repeat(40)), FILLER), UNSOUND],
  ['a length of 9 TB', p => flood(measured(p, '9000000000000'), FILLER), withLength(endless)],
  ['two lengths', p => flood(measured(p, '1\r\nContent-Length: 2'), FILLER), UNSOUND],
  ['a length beside chunks', p => flood(measured(p, '1\r\nTransfer-Encoding: chunked'), FILLER), UNSOUND],
  [
    'a length that is too small',
    p => end(`${measured(p, '1')}{}`),
    withLength(instead(['wrong_digest', /its manifest is not/], ['wrong_digest', /a layer ends before/])),
  ],
  ['a length that is too large', p => end(`${measured(p, '100000')}{`), withLength(CUT)],
  ['a chunk size that is none', p => flood(`${chunked(p)}zz\r\n`, FILLER), UNSOUND_BODY],
  ['a chunk size below zero', p => flood(`${chunked(p)}-1\r\n`, FILLER), UNSOUND_BODY],
  ['a chunk size of 30 digits', p => flood(`${chunked(p)}${'f'.repeat(30)}\r\n`, FILLER), UNSOUND_BODY],
  ['NUL in a header', p => hold(`${headOf(p)}X: \0\r\n\r\n`), UNSOUND],
  ['status 000', p => answer({ ...p, status: 0 }), UNSOUND],
  ['nothing', () => end(''), CLOSED],
  ['a head that is cut off', p => end(headOf(p)), CLOSED],
  ['a reset in the head', p => reset(headOf(p)), CLOSED],
  ['a chunk that is cut off', p => end(`${chunked(p)}5\r\n{`), CUT],
  ['a reset in the body', p => reset(`${measured(p, '100000')}{`), withLength(CUT)],
  ['a redirect to itself', (_p, _base, url) => to(url), anywhere('redirect_refused', MANY)],
  [
    'a redirect to another each time',
    (_p, _base, url) => to(`${url}${url.includes('?') ? '&' : '?'}x`),
    anywhere('redirect_refused', MANY),
  ],
  [
    'a redirect of 60 KB to nowhere',
    () => to(`ftp://x/${'x'.repeat(60_000)}`),
    anywhere('redirect_refused', /what is no http address/),
  ],
  ['a redirect to no url', () => to('http://[::1'), anywhere('redirect_refused', /what is no http address/)],
  [
    'a redirect to a script',
    () => to('javascript:alert(1)'),
    anywhere('redirect_refused', /what is no http address/),
  ],
  [
    'a redirect to link-local space',
    () => to('http://169.254.169.254/latest'),
    anywhere('redirect_refused', /into loopback, link-local or private space/),
  ],
  [
    'a redirect to port 0',
    () => to('http://127.0.0.1:0/'),
    anywhere('refused', /nothing listens there|the network refuses/),
  ],
  [
    'a redirect whose body has no end',
    (_p, _base, url) => flood(`${headOf({ status: 307, headers: { Location: url } })}\r\n`, FILLER),
    anywhere('redirect_refused', MANY),
  ],
]

/** Each would go on for as long as it is waited for. */
const SLOW: readonly Case[] = [
  ['silence', () => hold(''), SILENT],
  ['a status line byte by byte', () => drip('', 'HTTP/1.1 200 OK'), SILENT],
  ['headers byte by byte', p => drip(headOf(p), 'X: y\r\n'), SILENT],
  ['103 now and then', () => drip('', 'HTTP/1.1 103 x\r\n\r\n'), SILENT],
  ['a head without its last byte', p => hold(`${headOf(p)}\r`), SILENT],
  ['a body byte by byte', p => drip(unmeasured(p), 'x'), UNFINISHED],
  ['chunks byte by byte', p => drip(chunked(p), '1\r\nx\r\n'), UNFINISHED],
  ['trailers byte by byte', p => drip(`${chunked(p)}0\r\n`, 'a: b\r\n'), UNFINISHED],
  ['a body without its last byte', p => hold(`${measured(p, '100000')}${p.body}`), withLength(UNFINISHED)],
]

const named = (p: Polite, more: Readonly<Record<string, string>>) =>
  answer({ ...p, headers: { ...p.headers, ...more } })
const saying = (body: string) => (p: Polite) => answer({ ...p, body })
const challenge = (value: string) => (p: Polite) => named(p, { 'WWW-Authenticate': value })
const manifest =
  (body: string, type = MANIFEST_TYPE) =>
  (p: Polite) =>
    answer({ ...p, headers: { 'Content-Type': type }, body })

const NO_TOKEN: Verdict = ['unauthorized', /its token service gives no token/]
const NO_LOGIN: Verdict = ['unauthorized', /it wants a login for the canary/]
const NO_REALM: Verdict = ['unauthorized', /it names no address that gives tokens/]
const WRONG: Verdict = ['wrong_digest', /its manifest is not what its digest says/]
const DIGEST = `sha256:${'0'.repeat(64)}`

/** What an answer says, at the one step where it matters. */
const SAYINGS: readonly (readonly [title: string, hostility: Hostility, stage: Stage, verdict: Verdict])[] = [
  ['a token without end', p => flood(`${unmeasured(p)}{"token":"`, FILLER), 'token', NO_TOKEN],
  ['nothing but brackets', saying('['.repeat(60_000)), 'token', NO_TOKEN],
  ['20000 empty objects', saying(`[${'{},'.repeat(20_000)}{}]`), 'token', NO_TOKEN],
  ['a token that splits a header', saying('{"token":"a\\r\\nX-Evil: y"}'), 'token', NO_TOKEN],
  ['a token with a terminal code', saying('{"token":"a\\u009b31m"}'), 'token', NO_TOKEN],
  ['a token that is a list', saying('{"token":["a"]}'), 'token', NO_TOKEN],
  ['a token in a prototype', saying('{"__proto__":{"token":"t0k3n"}}'), 'token', NO_TOKEN],
  ['null', saying('null'), 'token', NO_TOKEN],
  ['a token of 60000 characters', saying(`{"token":"${'a'.repeat(60_000)}"}`), 'token', undefined],
  ['20000 challenges', challenge('a,'.repeat(20_000)), 'challenge', NO_LOGIN],
  ['60000 blanks', challenge(`Bearer${' '.repeat(60_000)}x`), 'challenge', NO_REALM],
  ['commas and blanks', challenge(`Bearer${' ,'.repeat(30_000)}x`), 'challenge', NO_REALM],
  ['a quote without end', challenge(`Bearer realm="${'x'.repeat(60_000)}`), 'challenge', NO_REALM],
  ['a quote of backslashes', challenge(`Bearer realm="${'\\'.repeat(60_000)}`), 'challenge', NO_REALM],
  [
    '3000 lines of it',
    p => end(`${headOf(p)}${'WWW-Authenticate: a\r\n'.repeat(3000)}\r\n`),
    'challenge',
    ['not_a_registry', /more header than any registry/],
  ],
  ['a realm with a password', challenge('Bearer realm="http://a:b@127.0.0.1/"'), 'challenge', NO_REALM],
  ['a realm that is a file', challenge('Bearer realm="file:///etc/passwd"'), 'challenge', NO_REALM],
  [
    'a realm in private space',
    challenge('Bearer realm="http://10.0.0.1/"'),
    'challenge',
    ['redirect_refused', /tokens fails/],
  ],
  [
    'a realm of 50000 characters',
    (p, base) => challenge(`Bearer realm="${base}/token?${'x'.repeat(50_000)}"`)(p),
    'challenge',
    undefined,
  ],
  [
    'a digest that is none',
    p => named(p, { 'Docker-Content-Digest': 'sha256:../../etc' }),
    'head',
    ['not_a_registry', /its Docker-Content-Digest is no digest;/],
  ],
  [
    'a digest of 60000 characters',
    p => named(p, { 'Docker-Content-Digest': 'a'.repeat(60_000) }),
    'head',
    ['not_a_registry', /its Docker-Content-Digest is no digest;/],
  ],
  ['the digest of something else', p => named(p, { 'Docker-Content-Digest': DIGEST }), 'head', WRONG],
  [
    'a length of something else',
    p => named(p, { 'Content-Length': '0' }),
    'head',
    ['wrong_digest', /not as long as HEAD says/],
  ],
  [
    'a web page',
    p => named(p, { 'Content-Type': 'text/html' }),
    'head',
    ['not_a_registry', /something that is no manifest;/],
  ],
  ['an image that turns out an index', p => named(p, { 'Content-Type': MANIFEST_TYPE }), 'head', NO_MANIFEST],
  ['a manifest without end', p => flood(`${unmeasured(p)}{"x":"`, FILLER), 'tag', TOO_LONG],
  ['100000 entries', manifest(indexOf(Array(100_000).fill(DIGEST)), INDEX_TYPE), 'tag', TOO_LONG],
  // Read; what it then serves by digest is another one.
  ['1400 entries', manifest(indexOf(Array(1400).fill(DIGEST)), INDEX_TYPE), 'tag', WRONG],
  ['nothing but brackets', manifest('['.repeat(200_000)), 'tag', NO_MANIFEST],
  ['brackets that close', manifest(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'tag', NO_MANIFEST],
  ['80000 empty objects', manifest(`{"layers":[${'{},'.repeat(80_000)}{}]}`), 'tag', NO_MANIFEST],
  ['an index that turns out an image', p => answer({ ...p, body: IMAGE.manifest.bytes }), 'tag', NO_MANIFEST],
]

interface Asked {
  readonly title: string
  readonly stage: Stage | 'every'
  readonly url: string
  readonly verdict: Verdict
}

const LATE_TITLE = 'answers that come late each time'
const TOGETHER: Verdict = ['slow', /its answers to one pull take longer than 9 s together/]
const WAYS = [...CASES, ...SLOW]

describe('hostile mirrors', () => {
  const results = new Map<Asked, Probe>()
  let asks = 0
  /** Bytes that came over each connection without TLS. */
  const taken: number[] = []
  const note = (message: unknown) => {
    const { socket } = message as { socket: net.Socket }
    socket.once('close', () => taken.push(socket.bytesRead))
  }

  before(async () => {
    await using plain = await startHostile(hostilitiesOf(WAYS))
    await using secure = await startHostile(hostilitiesOf(WAYS), TLS)
    await using sayings = await startHostile({
      ...hostilitiesOf(SAYINGS),
      late: p => ({ ...answer(p), delayMs: 2000 }),
    })
    const ask = async (questions: readonly Asked[], timeoutMs: number) => {
      const endpoints = questions.map(({ url }) => endpointAt(url, { canary: CANARY, ca }))
      const probes = await probeAll(endpoints, { timeoutMs, samples: 1, depth: 'blob' })
      for (const [i, question] of questions.entries()) results.set(question, probes[i] as Probe)
    }
    const everywhere = (entry: Case) => questionsOf(entry, plain.origin, secure.origin)
    const said = SAYINGS.map(([title, , stage, verdict], i) => ({
      title,
      stage,
      url: `${sayings.origin}/${stage}/${i}/v2`,
      verdict,
    }))
    diagnostics.subscribe('net.client.socket', note)
    const inTurn = limitConcurrency(8)
    await Promise.all(CASES.map(entry => inTurn(() => ask(everywhere(entry), PATIENT))))
    await ask(said, PATIENT)
    const late = {
      title: LATE_TITLE,
      stage: 'every',
      url: `${sayings.origin}/every/late/v2`,
      verdict: TOGETHER,
    } as const
    await Promise.all([...SLOW.map(entry => ask(everywhere(entry), LATE)), ask([late], LATE)])
    asks = sayings.heard.filter(head => head.includes('/every/late/')).length
    diagnostics.unsubscribe('net.client.socket', note)
  })

  const check = (title: string, stages: number, at?: Stage) => {
    const own = [...results].filter(([asked]) => asked.title === title && (at ?? asked.stage) === asked.stage)
    assert.equal(own.length, stages)
    for (const [{ stage, url, verdict }, probe] of own) {
      const what = `${stage} at ${url}: ${probe.detail}`
      assert.equal(probe.reason, verdict?.[0], what)
      if (verdict === undefined) assert.equal(probe.status, 'healthy', what)
      else if (verdict[0] === 'slow') assert.equal(probe.status, 'degraded', what)
      else assert.equal(probe.status, 'unhealthy', what)
      if (verdict !== undefined) assertSentence(probe, verdict[1])
    }
  }
  for (const [title] of WAYS) it(`${title}: at every step`, () => check(title, STAGES.length + 4))
  for (const [title, , stage] of SAYINGS) it(`${title}: ${stage}`, () => check(title, 1, stage))

  it(`${LATE_TITLE}: slow together, not dead, and no more is asked`, () => {
    check(LATE_TITLE, 1)
    assert.ok(asks > 1 && asks <= 5, `${asks} asked`)
  })

  it('none takes more than 1 MiB from the wire', () => {
    assert.ok(taken.length > WAYS.length * STAGES.length)
    assert.ok(Math.max(...taken) < MIB, `${Math.max(...taken)}`)
  })
})

function hostilitiesOf(
  entries: readonly (readonly [title: string, hostility: Hostility, ...rest: unknown[]])[],
): Readonly<Record<string, Hostility>> {
  return Object.fromEntries(entries.map(([, hostility], i) => [`${i}`, hostility]))
}

/** At every step; behind a redirect and over TLS at some. */
function questionsOf(entry: Case, plain: string, secure: string): readonly Asked[] {
  const [title, , expected] = entry
  const places: readonly (readonly [origin: string, stages: readonly Stage[]])[] = [
    [plain, STAGES],
    [`${plain}/via`, ['ping', 'index', 'blob']],
    [secure, ['platform']],
  ]
  return places.flatMap(([origin, stages]) =>
    stages.map(stage => {
      const url = `${origin}/${stage}/${WAYS.indexOf(entry)}/v2`
      return { title, stage, url, verdict: expected(stage) }
    }),
  )
}

function assertSentence({ detail = '' }: Probe, said: RegExp): void {
  assert.match(detail, said)
  assert.match(detail, /^.{10,200}; .{10,100}$/, 'what happened; what to do')
}

describe('hostile mirrors: secrets', () => {
  const header = { Authorization: 'Basic cGxhbnRlZA==', 'X-Key': 'planted' }
  const SECRET = /planted|cGxhbnRlZA|t0k3n/

  const follows = async (stage: Stage, sent: Readonly<Record<string, string>>, options?: TlsOptions) => {
    await using other = await listen(answering(REGISTRY))
    await using mirror = await startHostile({ away: () => to(`${other.origin}/v2/`) }, options)
    const endpoint = endpointAt(`${mirror.origin}/${stage}/away/v2`, { canary: CANARY, header: sent, ca })
    await probeOne(endpoint, { timeoutMs: PATIENT, samples: 1, depth: 'blob' })
    assert.ok(mirror.heard.some(head => SECRET.test(head)))
    assert.equal(other.heard.length, 1)
    assert.match(other.heard[0] ?? '', /^(GET|HEAD) \/v2\/ HTTP/)
    assert.doesNotMatch(other.heard[0] ?? '', SECRET)
    assert.doesNotMatch(other.heard[0] ?? '', /authorization|x-key/i)
  }
  for (const stage of ['ping', 'head', 'tag', 'index', 'platform', 'blob'] as const) {
    it(`do not follow a redirect to another host: ${stage}`, () => follows(stage, header))
    it(`do not follow a redirect from https to http: ${stage}`, () => follows(stage, header, TLS))
  }
  for (const stage of ['token', 'head', 'index', 'blob'] as const) {
    it(`do not follow it beside a token: ${stage}`, () => follows(stage, { 'X-Key': 'planted' }))
  }

  it('are not told where they are said back', async () => {
    const parrot = () =>
      answering(
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
    await using mirror = await listen(parrot())
    const endpoint = endpointAt(mirror.origin, { canary: CANARY, header })
    const probe = await probeOne(endpoint, { timeoutMs: PATIENT, samples: 1, depth: 'blob' })
    assert.equal(probe.reason, 'not_a_registry')
    assert.doesNotMatch(JSON.stringify(probe), SECRET)
  })

  it('what a registry says of itself is still told', async () => {
    const headers = {
      'Docker-Distribution-Api-Version': 'registry/2.0',
      'RateLimit-Limit': '100;w=21600',
      'RateLimit-Remaining': '99;w=21600',
    }
    await using mirror = await listen(answering(response(200, headers, '{}')))
    const probe = await probeOne(endpointAt(mirror.origin, { header }), { timeoutMs: PATIENT, samples: 1 })
    assert.equal(probe.api_version, 'registry/2.0')
    assert.deepEqual(probe.rate_limit, { limit: '100;w=21600', remaining: '99;w=21600' })
  })

  it('a realm inside the network is not asked for a mirror outside', async () => {
    await using inside = await listen(answering(response(200, {}, '{"token":"t0k3n"}')))
    const values = { 'www-authenticate': `Bearer realm="${inside.origin}/token"` }
    const found = { status: 401, headers: values, body: Buffer.alloc(0), complete: true }
    const trace = { phase: 'body', address: '192.0.2.1' } as const
    const means = { timeoutMs: PATIENT, trust: openTrust(), lookUp: openNameLookup({}) }
    const endpoint = endpointAt('http://mirror.test')
    const outcome = await requestToken(endpoint, { response: found, redirects: 0, trace }, 'a', means)
    assert.equal('fault' in outcome && outcome.fault.reason, 'redirect_refused')
    assert.deepEqual(inside.heard, [])
  })
})

describe('hostile mirrors: manifests', () => {
  const layer = { mediaType: 'x', digest: DIGEST, size: 1 }
  const imageOf = (layers: unknown, more: object = {}) =>
    parseManifest(Buffer.from(JSON.stringify({ config: layer, layers, ...more })), MANIFEST_TYPE)

  it('a sound one is read, with digests that are not checked here left out', () => {
    assert.deepEqual(imageOf([layer, { ...layer, digest: `sha512:${'0'.repeat(128)}` }]), {
      kind: 'image',
      layers: [layer],
    })
  })

  for (const size of [1e308, -1, 1.5, 2 ** 53, '1', null, [1], undefined]) {
    it(`a layer of ${JSON.stringify(size)} bytes is none`, () =>
      assert.equal(imageOf([layer, { ...layer, size }]), undefined))
  }
  for (const digest of ['', 'sha256:0', DIGEST.toUpperCase(), `${DIGEST}\n`, '../../etc/passwd', 1, null]) {
    it(`a layer with the digest ${JSON.stringify(digest)} is none`, () =>
      assert.equal(imageOf([{ ...layer, digest }]), undefined))
  }
  for (const layers of [undefined, null, {}, 'x', [null], [[]], ['x']]) {
    it(`${JSON.stringify(layers)} are no layers`, () => assert.equal(imageOf(layers), undefined))
  }

  it('what could be read as both is neither', () => {
    assert.equal(imageOf([layer], { manifests: [layer] }), undefined)
    const index = Buffer.from(JSON.stringify({ manifests: [layer], layers: [layer] }))
    assert.equal(parseManifest(index, INDEX_TYPE), undefined)
  })

  it('__proto__ is a name like others', () => {
    const text = `{"__proto__":{"layers":[]},"config":${JSON.stringify(layer)}}`
    assert.equal(parseManifest(Buffer.from(text), MANIFEST_TYPE), undefined)
    assert.equal(({} as { layers?: unknown }).layers, undefined)
  })
})

/** What steers a terminal or hides what is said: control characters, overrides, isolates, separators, no-blanks. */
const STEERING = [
  '\u001b[2J\u001b]0;x\u0007',
  '\u0000',
  '\u007f',
  '\u009b31m\u0085',
  '\u202e\u2066',
  '\u2028\u2029\u200b\ufeff',
  '\ud800',
]
/** As UTF-8, and the bytes that are one in Latin-1. */
const BYTES = [...STEERING.map(steering => Buffer.from(steering).toString('latin1')), '\u009b31m\u0085']

/** Each puts the text where something of it might be told. */
const PLACES: Readonly<Record<string, readonly [stage: Stage, (text: string) => Hostility]>> = {
  'the status line of a ping': ['ping', text => () => end(`HTTP/1.1 200 ${text}\r\n\r\n{}`)],
  'the status line of an error': ['ping', text => () => end(`HTTP/1.1 503 ${text}\r\n\r\n`)],
  'a header name': ['ping', text => p => end(`${headOf(p)}X${text}: y\r\n\r\n`)],
  'what a ping tells': [
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
    text => p => answer({ ...p, headers: { 'Content-Type': 'text/html' }, body: `<title>${text}` }),
  ],
  'a redirect': ['ping', text => () => to(`ftp://x/${text}`)],
  'a redirect that fails': ['head', text => () => to(`http://127.0.0.1:1/${text}`)],
  'a challenge': ['challenge', text => challenge(`Bearer realm="${text}"`)],
  'a scheme': ['challenge', text => challenge(`${text} realm="x"`)],
  'a realm': [
    'challenge',
    text => (p, base) => challenge(`Bearer realm="${base}/${text}",service="${text}"`)(p),
  ],
  'a token': ['token', text => saying(`{"token":${JSON.stringify(text)}}`)],
  'what gives no token': [
    'token',
    text => p => answer({ ...p, headers: { 'Content-Type': text }, body: text }),
  ],
  'an error of tokens': [
    'token',
    text => p => answer({ ...p, status: 403, headers: { 'Content-Type': text }, body: text }),
  ],
  'a media type': ['head', text => p => named(p, { 'Content-Type': text })],
  'a digest': ['head', text => p => named(p, { 'Docker-Content-Digest': text })],
  'a manifest': ['tag', text => manifest(`{"mediaType":${JSON.stringify(text)}}`)],
  'a layer': ['blob', text => saying(text)],
}

describe('hostile mirrors: what reaches a terminal', () => {
  const texts: string[] = []
  before(async () => {
    const entries = Object.values(PLACES).flatMap(([stage, place]) =>
      BYTES.map(text => [stage, place(text)] as const),
    )
    await using mirror = await startHostile(
      Object.fromEntries(entries.map(([, hostility], i) => [`${i}`, hostility])),
    )
    await using secure = await listen(answering(REGISTRY), { ...TLS, cert: pem('evil.pem') })
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

  it('is nothing that steers it', () => {
    for (const text of texts) assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{C}\p{Zl}\p{Zp}]/u)
  })
  it('is a word about each', () => {
    assert.match(texts[0] ?? '', /something that is no manifest/)
    assert.match(texts[0] ?? '', /its certificate is for another name \(/)
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

/** What is held for as long as possible, or is worth many times its bytes. */
const HEAVY: Readonly<Record<string, Hostility>> = {
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
  objects: p => answer({ ...p, body: `{"layers":[${'{},'.repeat(80_000)}{}]}` }),
  values: p => answer({ ...p, body: `{"layers":[${'{},'.repeat(4900)}{}]}` }),
}
const MANY_MIRRORS = 100

describe('hostile mirrors: memory', () => {
  const grown = new Map<string, number>()
  before(async () => {
    await using mirror = await startHostile({ ...HEAVY, polite: answer })
    const inTurn = limitConcurrency(3)
    const measure = async (name: string) => grown.set(name, await growth(mirror.origin, name))
    await Promise.all(Object.keys(HEAVY).map(name => inTurn(() => measure(name))))
  })
  for (const name of Object.keys(HEAVY)) {
    it(`${name}: less than 1 MiB for each of ${MANY_MIRRORS} at once`, () => {
      const bytes = grown.get(name) ?? Number.NaN
      assert.ok(bytes < MIB, `${Math.round(bytes / 1024)} KiB`)
    })
  }
})

/** How much the memory of a process grows at most while it probes that many, for each of them. */
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
  const ask = (way, many) => probeAll(
    // What is equal is asked once.
    Array.from({ length: many }, (_, i) => endpointAt(way, { canary: CANARY, dialTimeoutMs: 10_000 + i })),
    { timeoutMs: 2000, samples: 1, depth: 'manifest' },
  )
  await ask(origin + '/tag/polite/v2', 5)
  const before = process.memoryUsage().rss
  await ask(origin + '/tag/' + name + '/v2', ${MANY_MIRRORS})
  // Not maxRSS: that begins with what the process had which started this one (getrusage(2) knows no exec).
  const [, peak] = /^VmHWM:\\s+(\\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))
  console.log(peak * 1024 - before)
`
