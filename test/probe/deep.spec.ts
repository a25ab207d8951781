/** What a pull would ask for: manifests and layers of real bytes, tokens, and all that can be wrong with them. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Probe } from '../../lib/model/report.ts'
import type { Endpoint } from '../../lib/probe/api/endpoint.ts'
import { ACCEPT } from '../../lib/probe/api/manifest.ts'
import { probeAll, probeOne } from '../../lib/probe/probe.ts'
import { buildImage, digestOf } from '../support/image.ts'
import { type Bend, CANARY, IMAGE, reply, serveBlob, startMirror } from '../support/mirror.ts'
import { endpointAt, PATIENT, SHORT } from '../support/sockets.ts'

const deep = (
  origin: string,
  more: Partial<Endpoint> = {},
  depth: 'manifest' | 'blob' = 'blob',
  timeoutMs = PATIENT,
) => probeOne(endpointAt(origin, { canary: CANARY, ...more }), { timeoutMs, samples: 1, depth })

/** Answers whatever path matches in its own way. */
const at =
  (path: RegExp, answer: (...args: Parameters<Bend>) => void): Bend =>
  (request, response) => {
    if (!path.test(`${request.method} ${request.url}`)) return false
    answer(request, response)
    return true
  }

async function bent(
  bend: Bend,
  more: Partial<Endpoint> = {},
  depth: 'manifest' | 'blob' = 'blob',
): Promise<Probe> {
  await using mirror = await startMirror(bend)
  return await deep(mirror.origin, more, depth)
}

describe('deep probe: what is asked', () => {
  it('the tag, the manifest by digest, the smallest layer; with ns, proved by digest', async () => {
    // Tiny layers say nothing about speed.
    const image = buildImage(CANARY.repository, 'latest', randomBytes(100_000).toString('base64'))
    await using mirror = await startMirror(undefined, image)
    const probe = await deep(mirror.origin)
    assert.equal(probe.status, 'healthy', probe.detail)
    const layer = image.blobs[1]?.digest
    const base = '/v2/library/busybox'
    assert.deepEqual(mirror.asked, [
      'GET /v2/',
      `HEAD ${base}/manifests/latest?ns=docker.io`,
      `GET ${base}/manifests/${image.manifest.digest}?ns=docker.io`,
      `GET ${base}/blobs/${layer}?ns=docker.io`,
    ])
    assert.deepEqual([probe.depth, probe.digest], ['blob', image.manifest.digest])
    assert.ok((probe.bytes_per_second ?? 0) > 0)
    assert.ok((probe.pull_50mb_s ?? 0) > 0)
  })

  for (const [lacking, changed] of [
    ['digest', { 'Docker-Content-Digest': '' }],
    ['length', { 'Content-Length': '' }],
  ] as const) {
    it(`the tag by GET too where HEAD tells no ${lacking}`, async () => {
      await using mirror = await startMirror(
        at(/^HEAD/, (_request, response) => {
          const { mediaType, digest, bytes } = IMAGE.manifest
          const told = {
            'Content-Type': mediaType,
            'Docker-Content-Digest': digest,
            'Content-Length': bytes.length,
          }
          const headers = Object.entries({ ...told, ...changed }).filter(([, value]) => value !== '')
          reply(response, 200, Object.fromEntries(headers))
        }),
      )
      const probe = await deep(mirror.origin, {}, 'manifest')
      assert.equal(probe.status, 'healthy', probe.detail)
      const base = '/v2/library/busybox/manifests'
      assert.deepEqual(mirror.asked.slice(1), [
        `HEAD ${base}/latest?ns=docker.io`,
        `GET ${base}/latest?ns=docker.io`,
        `GET ${base}/${IMAGE.manifest.digest}?ns=docker.io`,
      ])
    })
  }

  for (const status of [400, 403, 405, 501]) {
    it(`the tag by GET too where HEAD answers ${status}: the sentence says so`, async () => {
      const refusing = at(/^HEAD/, (_request, response) => reply(response, status))
      const probe = await bent(refusing, {}, 'manifest')
      assert.equal(probe.status, 'unhealthy')
      assert.match(
        probe.detail ?? '',
        new RegExp(`answers ${status} when asked for the manifest by HEAD, and gives`),
      )
      const neither = await bent(
        at(/manifests/, (_request, response) => reply(response, status)),
        {},
        'manifest',
      )
      assert.doesNotMatch(neither.detail ?? '', /gives it by GET/)
    })
  }

  it('manifests with what containerd accepts', async () => {
    const accepted = new Set<string | undefined>()
    await bent(
      at(/manifests/, (request, response) => {
        accepted.add(request.headers.accept)
        serveBlob(IMAGE.manifest, request, response)
      }),
    )
    assert.deepEqual([...accepted], [ACCEPT])
  })

  it('no layer at depth manifest, and nothing below a ping without a canary', async () => {
    await using mirror = await startMirror()
    assert.equal((await deep(mirror.origin, {}, 'manifest')).bytes_per_second, undefined)
    assert.equal(mirror.asked.length, 3)
    const probe = await probeOne(endpointAt(mirror.origin), { timeoutMs: PATIENT, samples: 1, depth: 'blob' })
    assert.deepEqual([probe.status, probe.depth, mirror.asked.length], ['healthy', 'ping', 4])
  })

  it('below the full base of a prefix', async () => {
    await using mirror = await startMirror(
      at(/manifests/, (request, response) => serveBlob(IMAGE.manifest, request, response)),
    )
    const probe = await deep(`${mirror.origin}/v2/hub`, {}, 'manifest')
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.match(
      mirror.asked[1] ?? '',
      /^HEAD \/v2\/hub\/library\/busybox\/manifests\/latest\?ns=docker\.io$/,
    )
  })

  it('the manifest for this platform, where the canary is an index', async () => {
    const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch }
    const entry = (digest: string, of: object) => ({
      digest,
      size: 1,
      mediaType: IMAGE.manifest.mediaType,
      platform: of,
    })
    const serving = (entries: object[]) => {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: entries }))
      const digest = digestOf(bytes)
      const index = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, bytes }
      return at(new RegExp(`manifests/(latest|${digest})`), (request, response) =>
        serveBlob(index, request, response),
      )
    }
    const other = entry(`sha256:${'0'.repeat(64)}`, { os: 'plan9', architecture: 'mips' })
    const right = entry(IMAGE.manifest.digest, platform)
    assert.equal((await bent(serving([other, right]))).status, 'healthy')
    const none = await bent(serving([other]))
    assert.equal(none.reason, 'not_found')
    assert.match(none.detail ?? '', /the canary has no linux\//)
  })
})

describe('deep probe: tokens', () => {
  /** A mirror that wants a token, and the place that gives it. */
  const guarded =
    (challenge: (origin: string) => string, token: (...args: Parameters<Bend>) => void): Bend =>
    (request, response) => {
      const host = `http://${request.headers.host}`
      if (request.url?.startsWith('/token')) token(request, response)
      else if (request.url === '/v2/' || request.headers.authorization !== 'Bearer t0k3n')
        reply(response, 401, { 'WWW-Authenticate': challenge(host) })
      else return false
      return true
    }
  const bearer = (origin: string) =>
    `Bearer realm="${origin}/token",service="reg \\"x\\"",scope="repository:a:pull"`
  const giving =
    (body: string): ((...args: Parameters<Bend>) => void) =>
    (_request, response) =>
      reply(response, 200, { 'Content-Type': 'application/json' }, body)

  it('are asked for with service and scope of the challenge, and sent from then on', async () => {
    await using mirror = await startMirror(guarded(bearer, giving('{"access_token":"t0k3n"}')))
    const probe = await deep(mirror.origin)
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.equal(probe.challenges, true)
    assert.deepEqual(
      mirror.asked.map(line => line.replace(/sha256:\w+/, 'DIGEST').replace('/v2/library/busybox/', '')),
      [
        'GET /v2/',
        'HEAD manifests/latest?ns=docker.io',
        'GET /token?service=reg+%22x%22&scope=repository%3Aa%3Apull',
        'HEAD manifests/latest?ns=docker.io +auth',
        'GET manifests/DIGEST?ns=docker.io +auth',
        'GET blobs/DIGEST?ns=docker.io +auth',
      ],
    )
  })

  const wrong: [title: string, challenge: (origin: string) => string, body: string, said: RegExp][] = [
    ['a token that could split a header', bearer, '{"token":"a\\r\\nx: y"}', /gives no token/],
    ['no JSON', bearer, '<html>', /gives no token/],
    ['a token without end', bearer, `{"token":"${'a'.repeat(100_000)}`, /gives no token/],
    ['nested nonsense', bearer, '['.repeat(60_000), /gives no token/],
    [
      'a token that it does not take itself',
      bearer,
      '{"token":"other"}',
      /does not give the manifest|own token/,
    ],
    ['a realm that is no address', () => 'Bearer realm="nowhere"', '', /no address that gives tokens/],
    [
      'a realm with a password',
      () => 'Bearer realm="http://a:b@127.0.0.1/"',
      '',
      /no address that gives tokens/,
    ],
    ['a realm that is down', () => 'Bearer realm="http://127.0.0.1:1/token"', '', /tokens fails \(refused\)/],
    [
      'a realm in private space',
      () => 'Bearer realm="http://10.0.0.1/token"',
      '',
      /tokens fails \(redirect_refused\)/,
    ],
    ['Basic alone', () => 'Basic realm="x"', '', /wants a login for the canary/],
  ]
  for (const [title, challenge, body, said] of wrong) {
    it(`${title}: said, not thrown`, async () => {
      const probe = await bent(guarded(challenge, giving(body)))
      assert.equal(probe.status, 'unhealthy')
      assert.match(probe.detail ?? '', said)
    })
  }

  it('static credentials go to the mirror, and to nobody else', async () => {
    const heard: (string | undefined)[] = []
    await using tokens = await startMirror((request, response) => {
      heard.push(request.headers.authorization, request.headers['x-key'] as string | undefined)
      reply(response, 200, {}, '{"token":"t0k3n"}')
      return true
    })
    const header = { Authorization: 'Basic cGxhbnRlZA==', 'X-Key': 'planted' }
    const probe = await bent(
      guarded(() => `Bearer realm="${tokens.origin}/token"`, giving('')),
      { header },
    )
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.deepEqual(heard, [undefined, undefined])
  })
})

describe('a question for the tag', () => {
  const questions = async (bend: Bend) => {
    await using mirror = await startMirror(bend)
    const options = { timeoutMs: PATIENT, samples: 1, depth: 'head' } as const
    const { status } = await probeOne(endpointAt(mirror.origin, { canary: CANARY }), options)
    return [status, ...mirror.asked.map(line => line.split('?')[0])]
  }
  const head = `HEAD /v2/${CANARY.repository}/manifests/${CANARY.reference}`

  it('is a HEAD alone, whatever comes of it: a GET counts as a pull', async () => {
    assert.deepEqual(await questions(() => false), ['healthy', 'GET /v2/', head])
    for (const status of [400, 403, 405, 501, 404]) {
      const refusing = at(/manifests/, (_request, response) => reply(response, status))
      assert.deepEqual(await questions(refusing), ['unhealthy', 'GET /v2/', head])
    }
    const type = { 'Content-Type': IMAGE.manifest.mediaType }
    const silent = at(/manifests/, (_request, response) => reply(response, 200, type))
    assert.deepEqual(await questions(silent), ['healthy', 'GET /v2/', head])
    const nonsense = at(/manifests/, (_q, response) =>
      reply(response, 200, { ...type, 'Docker-Content-Digest': 'no' }),
    )
    assert.deepEqual(await questions(nonsense), ['unhealthy', 'GET /v2/', head])
  })
})

describe('deep probe: what can be wrong', () => {
  const other = buildImage(CANARY.repository, 'latest', 'another\n')
  const type = { 'Content-Type': IMAGE.manifest.mediaType }
  const cases: [title: string, bend: Bend, reason: Probe['reason'], said: RegExp][] = [
    ['no such image', at(/manifests/, (_q, r) => reply(r, 404)), 'not_found', /has no such manifest/],
    ['an allow-list', at(/manifests/, (_q, r) => reply(r, 403)), 'forbidden', /refuses the manifest/],
    ['too many requests', at(/manifests/, (_q, r) => reply(r, 429)), 'rate_limited', /429/],
    ['an error', at(/manifests/, (_q, r) => reply(r, 503)), 'server_error', /503/],
    [
      'a web page',
      at(/manifests/, (_q, r) => reply(r, 200, { 'Content-Type': 'text/html' }, '<html>')),
      'not_a_registry',
      /no manifest \(text\/html\)/,
    ],
    [
      'a type with a terminal code in it',
      at(/manifests/, (_q, r) => reply(r, 200, { 'Content-Type': 'a\u009b31m' })),
      'not_a_registry',
      /no manifest \(a 31m\)/,
    ],
    [
      'another manifest than its digest says',
      at(/GET.*manifests/, (_q, r) => reply(r, 200, type, other.manifest.bytes)),
      'wrong_digest',
      /manifest is not what/,
    ],
    [
      'a manifest that is none',
      at(/manifests/, (q, r) => reply(r, 200, type, q.method === 'HEAD' ? '' : '[]')),
      'not_a_registry',
      /calls a manifest is none/,
    ],
    [
      'a manifest of 257 KiB',
      at(/manifests/, (q, r) => reply(r, 200, type, q.method === 'HEAD' ? '' : ' '.repeat(257 * 1024))),
      'not_a_registry',
      /longer than 256 KiB/,
    ],
    ['no such layer', at(/blobs/, (_q, r) => reply(r, 404)), 'not_found', /has no such layer/],
    [
      'a corrupt layer',
      at(/blobs/, (_q, r) => reply(r, 200, {}, 'x'.repeat(IMAGE.blobs[1]?.bytes.length ?? 0))),
      'wrong_digest',
      /layer is not what/,
    ],
    [
      'a layer cut off',
      at(/blobs/, (_q, r) => {
        r.writeHead(200, { 'Content-Length': 5000 })
        r.write('x')
        setTimeout(() => r.destroy(), 20)
      }),
      'reset',
      /closed the connection within/,
    ],
    [
      'a layer that leads inside',
      at(/blobs/, (_q, r) => reply(r, 307, { Location: 'http://192.168.0.1/x' })),
      'redirect_refused',
      /into loopback, link-local or private space/,
    ],
  ]
  for (const [title, bend, reason, said] of cases) {
    it(`${title} is ${reason}`, async () => {
      const probe = await bent(bend)
      assert.equal(probe.reason, reason, probe.detail)
      assert.equal(probe.status, reason === 'rate_limited' ? 'degraded' : 'unhealthy')
      assert.match(probe.detail ?? '', said)
    })
  }

  it('a layer behind a redirect is that at its end, and so is its speed', async () => {
    const image = buildImage(CANARY.repository, 'latest', randomBytes(200_000).toString('base64'))
    const layer = image.blobs[1]
    const leading = at(/blobs/, (request, response) => {
      if (!request.url?.includes('storage')) {
        const page = '<a href="/storage">Temporary Redirect</a>'
        return reply(response, 307, { Location: `${request.url}&storage` }, page)
      }
      response.writeHead(200, { 'Content-Length': layer?.bytes.length })
      response.write(layer?.bytes.subarray(0, 1000))
      setTimeout(() => response.end(layer?.bytes.subarray(1000)), 4 * SHORT)
    })
    await using mirror = await startMirror(leading, image)
    const probe = await deep(mirror.origin)
    assert.equal(probe.reason === 'slow' ? undefined : probe.reason, undefined, probe.detail)
    // Not faster than the pause allows, of which a busy machine notices the beginning late.
    assert.ok((probe.bytes_per_second ?? 0) <= (layer?.bytes.length ?? 0) / (SHORT / 1000))
    await using stuck = await startMirror(
      at(/blobs/, (request, response) => {
        if (!request.url?.includes('storage'))
          return reply(response, 307, { Location: `${request.url}&storage` })
        response.writeHead(200)
        response.write(layer?.bytes.subarray(0, 100_000))
      }),
      image,
    )
    const late = await deep(stuck.origin, {}, 'blob', SHORT * 5)
    assert.deepEqual([late.status, late.reason], ['degraded', 'slow'], late.detail)
  })

  it('a layer of which one byte comes now and then is dead, not slow', async () => {
    const drip = at(/blobs/, (_request, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    })
    await using mirror = await startMirror(drip)
    assert.equal((await deep(mirror.origin, {}, 'blob', SHORT)).reason, 'no_response')
  })

  it('a layer that drips is slow, not dead: what came in time is its speed', async () => {
    const image = buildImage(CANARY.repository, 'latest', randomBytes(1_000_000).toString('base64'))
    const drip = at(/blobs/, (_request, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'.repeat(1024)), 20)
      response.on('close', () => clearInterval(timer))
    })
    await using mirror = await startMirror(drip, image)
    const probe = await deep(mirror.origin, {}, 'blob', SHORT)
    assert.deepEqual([probe.status, probe.reason], ['degraded', 'slow'], probe.detail)
    assert.match(probe.detail ?? '', /it serves \d+ KiB\/s/)
  })
})

describe('deep probe: freshness', () => {
  const older = buildImage(CANARY.repository, 'latest', 'older\n')
  const foreign = buildImage(CANARY.repository, 'latest', 'foreign\n')
  /** Serves the image under its tag, and a second one by digest only. */
  const alsoHas = (image: typeof older): Bend =>
    at(new RegExp(image.manifest.digest), (request, response) => serveBlob(image.manifest, request, response))
  const compare = async (origins: readonly [string, Partial<Endpoint>][]) => {
    const endpoints = origins.map(([origin, more]) => endpointAt(origin, { canary: CANARY, ...more }))
    return await probeAll(endpoints, { timeoutMs: PATIENT, samples: 1, depth: 'manifest' })
  }

  it('a tag that lags behind the server is stale, one the server does not know divergent', async () => {
    await using server = await startMirror(alsoHas(older))
    await using fresh = await startMirror()
    await using late = await startMirror(undefined, older)
    await using strange = await startMirror(undefined, foreign)
    const probes = await compare([
      [fresh.origin, {}],
      [late.origin, {}],
      [strange.origin, {}],
      [`${late.origin}`, { resolves: false }],
      [server.origin, { role: 'server' }],
    ])
    assert.deepEqual(
      probes.map(({ status, reason }) => [status, reason]),
      [
        ['healthy', undefined],
        ['degraded', 'stale'],
        ['unhealthy', 'divergent'],
        ['healthy', undefined],
        ['healthy', undefined],
      ],
    )
    assert.match(
      probes[1]?.detail ?? '',
      /its tag stands for sha256:[0-9a-f]{12}, and for sha256:[0-9a-f]{12} at the server; /,
    )
  })

  it('the server is asked once for what several mirrors have', async () => {
    await using server = await startMirror(alsoHas(older))
    await using late = await startMirror(undefined, older)
    const probes = await compare([
      [late.origin, {}],
      [`${late.origin}/v2`, { header: { 'X-Other': 'x' } }],
      [server.origin, { role: 'server' }],
    ])
    assert.deepEqual(
      probes.map(({ reason }) => reason),
      ['stale', 'stale', undefined],
    )
    assert.equal(server.asked.filter(line => line.includes(older.manifest.digest)).length, 2)
  })

  it('without a server the majority counts; without one of those nobody is believed', async () => {
    await using one = await startMirror()
    await using two = await startMirror()
    await using three = await startMirror(undefined, foreign)
    const most = await compare([
      [one.origin, {}],
      [two.origin, {}],
      [three.origin, {}],
    ])
    assert.deepEqual(
      most.map(({ reason }) => reason),
      [undefined, undefined, 'divergent'],
    )
    const tie = await compare([
      [one.origin, {}],
      [three.origin, {}],
    ])
    assert.deepEqual(
      tie.map(({ reason }) => reason),
      ['divergent', 'divergent'],
    )
  })
})
