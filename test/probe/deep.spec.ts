/** Deep probes: manifests, layers and tokens, and every fault in them. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Probe } from '../../lib/model/report.ts'
import type { Endpoint } from '../../lib/probe/api/endpoint.ts'
import { ACCEPT } from '../../lib/probe/api/manifest.ts'
import { probeAll, probeOne } from '../../lib/probe/probe.ts'
import { describePullClient } from '../../lib/targets/containerd/pull-client.ts'
import { parseRelease } from '../../lib/targets/release.ts'
import { buildImage, digestOf, type Image } from '../support/image.ts'
import { type Bend, CANARY, IMAGE, reply, serveBlob, startMirror } from '../support/mirror.ts'
import { endpointAt, PATIENT, SHORT } from '../support/sockets.ts'

const probeDeep = (
  origin: string,
  more: Partial<Endpoint> = {},
  depth: 'manifest' | 'blob' = 'blob',
  timeoutMs = PATIENT,
) => probeOne(endpointAt(origin, { canary: CANARY, ...more }), { timeoutMs, samples: 1, depth })

/** Replaces the response for paths that match. */
const onPath =
  (path: RegExp, respond: (...args: Parameters<Bend>) => void): Bend =>
  (request, response) => {
    if (!path.test(`${request.method} ${request.url}`)) return false
    respond(request, response)
    return true
  }

async function probeBent(
  bend: Bend,
  more: Partial<Endpoint> = {},
  depth: 'manifest' | 'blob' = 'blob',
): Promise<Probe> {
  await using mirror = await startMirror(bend)
  return await probeDeep(mirror.origin, more, depth)
}

describe('deep probe: requests', () => {
  it('requests the tag, the manifest by digest, the config and the layer, with ns, and checks digests', async () => {
    // A tiny layer shows no speed.
    const image = buildImage(CANARY.repository, 'latest', randomBytes(100_000).toString('base64'))
    await using mirror = await startMirror(undefined, image)
    const probe = await probeDeep(mirror.origin)
    assert.equal(probe.status, 'healthy', probe.detail)
    const [config, layer] = image.blobs.map(({ digest }) => digest)
    const base = '/v2/library/busybox'
    assert.deepEqual(mirror.asked, [
      'GET /v2/',
      `HEAD ${base}/manifests/latest?ns=docker.io`,
      `GET ${base}/manifests/${image.manifest.digest}?ns=docker.io`,
      `GET ${base}/blobs/${config}?ns=docker.io`,
      `GET ${base}/blobs/${layer}?ns=docker.io`,
    ])
    assert.deepEqual([probe.depth, probe.digest], ['blob', image.manifest.digest])
    assert.ok((probe.bytes_per_second ?? 0) > 0)
    assert.ok((probe.pull_50mb_s ?? 0) > 0)
  })

  for (const [missing, changed] of [
    ['digest', { 'Docker-Content-Digest': '' }],
    ['length', { 'Content-Length': '' }],
  ] as const) {
    it(`also requests the tag by GET if the response to HEAD has no ${missing}`, async () => {
      await using mirror = await startMirror(
        onPath(/^HEAD/, (_request, response) => {
          const { mediaType, digest, bytes } = IMAGE.manifest
          const complete = {
            'Content-Type': mediaType,
            'Docker-Content-Digest': digest,
            'Content-Length': bytes.length,
          }
          const headers = Object.entries({ ...complete, ...changed }).filter(([, value]) => value !== '')
          reply(response, 200, Object.fromEntries(headers))
        }),
      )
      const probe = await probeDeep(mirror.origin, {}, 'manifest')
      assert.equal(probe.status, 'healthy', probe.detail)
      const base = '/v2/library/busybox/manifests'
      assert.deepEqual(mirror.asked.slice(1), [
        `HEAD ${base}/latest?ns=docker.io`,
        `GET ${base}/latest?ns=docker.io`,
        `GET ${base}/${IMAGE.manifest.digest}?ns=docker.io`,
      ])
    })
  }

  it('requests the tag by GET after 405 to HEAD', async () => {
    const refusing = onPath(/^HEAD/, (_request, response) => reply(response, 405))
    const probe = await probeBent(refusing)
    assert.equal(probe.status, 'healthy', probe.detail)
  })

  for (const status of [400, 403, 501]) {
    it(`also requests the tag by GET after ${status} to HEAD, and names HEAD as the problem`, async () => {
      const refusing = onPath(/^HEAD/, (_request, response) => reply(response, status))
      const probe = await probeBent(refusing, {}, 'manifest')
      assert.equal(probe.status, 'unhealthy')
      assert.match(
        probe.detail ?? '',
        new RegExp(`^responds with ${status} to HEAD for the manifest, but serves it to GET; `),
      )
      const neither = await probeBent(
        onPath(/manifests/, (_request, response) => reply(response, status)),
        {},
        'manifest',
      )
      assert.doesNotMatch(neither.detail ?? '', /serves it to GET/)
    })
  }

  it('sends the Accept headers of containerd for a tag and for a manifest', async () => {
    const accepted = new Set<string | undefined>()
    await probeBent(
      onPath(/manifests/, (request, response) => {
        accepted.add(request.headers.accept)
        serveBlob(IMAGE.manifest, request, response)
      }),
    )
    assert.deepEqual([...accepted], [ACCEPT, `${IMAGE.manifest.mediaType}, */*`])
  })

  it('requests no layer at depth manifest, and only pings without a canary', async () => {
    await using mirror = await startMirror()
    assert.equal((await probeDeep(mirror.origin, {}, 'manifest')).bytes_per_second, undefined)
    assert.equal(mirror.asked.length, 3)
    const probe = await probeOne(endpointAt(mirror.origin), { timeoutMs: PATIENT, samples: 1, depth: 'blob' })
    assert.deepEqual([probe.status, probe.depth, mirror.asked.length], ['healthy', 'ping', 4])
  })

  it('requests below the full base of a prefix', async () => {
    await using mirror = await startMirror(
      onPath(/manifests/, (request, response) => serveBlob(IMAGE.manifest, request, response)),
    )
    const probe = await probeDeep(`${mirror.origin}/v2/hub`, {}, 'manifest')
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.match(
      mirror.asked[1] ?? '',
      /^HEAD \/v2\/hub\/library\/busybox\/manifests\/latest\?ns=docker\.io$/,
    )
  })

  it('selects the manifest for this platform if the canary is an index', async () => {
    const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch }
    const entry = (digest: string, of: object) => ({
      digest,
      size: IMAGE.manifest.bytes.length,
      mediaType: IMAGE.manifest.mediaType,
      platform: of,
    })
    const serving = (entries: object[]) => {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: entries }))
      const digest = digestOf(bytes)
      const index = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, bytes }
      return onPath(new RegExp(`manifests/(latest|${digest})`), (request, response) =>
        serveBlob(index, request, response),
      )
    }
    const other = entry(`sha256:${'0'.repeat(64)}`, { os: 'plan9', architecture: 'mips' })
    const right = entry(IMAGE.manifest.digest, platform)
    assert.equal((await probeBent(serving([other, right]))).status, 'healthy')
    const none = await probeBent(serving([other]))
    assert.equal(none.reason, 'not_found')
    assert.match(none.detail ?? '', /the canary has no image for linux\//)
  })
})

describe('deep probe: tokens', () => {
  /** A mirror that requires a token, and its token service. */
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
  const sending =
    (body: string): ((...args: Parameters<Bend>) => void) =>
    (_request, response) =>
      reply(response, 200, { 'Content-Type': 'application/json' }, body)

  const TOKEN =
    'GET /token?scope=repository%3Aa%3Apull&scope=repository%3Alibrary%2Fbusybox%3Apull&service=reg+%22x%22'

  it('are requested to resolve the tag and again to fetch content, with the scopes of both sides', async () => {
    await using mirror = await startMirror(guarded(bearer, sending('{"access_token":"t0k3n"}')))
    const probe = await probeDeep(mirror.origin)
    assert.equal(probe.status, 'healthy', probe.detail)
    assert.equal(probe.challenges, true)
    assert.deepEqual(
      mirror.asked.map(line => line.replace(/sha256:\w+/, 'DIGEST').replace('/v2/library/busybox/', '')),
      [
        'GET /v2/',
        'HEAD manifests/latest?ns=docker.io',
        TOKEN,
        'HEAD manifests/latest?ns=docker.io +auth',
        'GET manifests/DIGEST?ns=docker.io',
        TOKEN,
        'GET manifests/DIGEST?ns=docker.io +auth',
        'GET blobs/DIGEST?ns=docker.io +auth',
        'GET blobs/DIGEST?ns=docker.io +auth',
      ],
    )
  })

  const wrong: [title: string, challenge: (origin: string) => string, body: string, detail: RegExp][] = [
    ['a token that could split a header', bearer, '{"token":"a\\r\\nx: y"}', /sends no valid token/],
    ['invalid JSON', bearer, '<html>', /sends no valid token/],
    ['an endless token', bearer, `{"token":"${'a'.repeat(100_000)}`, /sends no valid token/],
    ['unclosed brackets', bearer, '['.repeat(60_000), /sends no valid token/],
    [
      'a token that the mirror itself refuses',
      bearer,
      '{"token":"other"}',
      /^refuses the token that its token service issued; /,
    ],
    ['a realm that is not a url', () => 'Bearer realm="nowhere"', '', /has no valid token service URL/],
    [
      'a realm of another scheme',
      () => 'Bearer realm="ftp://127.0.0.1/"',
      '',
      /has no valid token service URL/,
    ],
    [
      'a realm that refuses connections',
      () => 'Bearer realm="http://127.0.0.1:1/token"',
      '',
      /^the token service fails \(refused\): /,
    ],
    ['Basic alone', () => 'Basic realm="x"', '', /requires credentials for the canary/],
  ]
  for (const [title, challenge, body, detail] of wrong) {
    it(`explains ${title}`, async () => {
      const probe = await probeBent(guarded(challenge, sending(body)))
      assert.equal(probe.status, 'unhealthy')
      assert.match(probe.detail ?? '', detail)
    })
  }

  it('leave the verdict open where the realm is in private space, and name the key that allows it', async () => {
    const probe = await probeBent(guarded(() => 'Bearer realm="http://10.0.0.1/token"', sending('')))
    assert.deepEqual([probe.status, probe.reason], ['unknown', undefined])
    assert.match(probe.detail ?? '', /^the token service: .* private address .*set redirects = /)
  })

  const header = { Authorization: 'Basic cGxhbnRlZA==', 'X-Key': 'planted' }

  /** What a token service on `host` is sent, and the probe. */
  async function receivedAt(host: string, version: string, more: Partial<Endpoint> = {}) {
    const received = new Set<string>()
    await using tokens = await startMirror((request, response) => {
      received.add(`${request.headers.authorization} ${request.headers['x-key']}`)
      reply(response, 200, {}, '{"token":"t0k3n"}')
      return true
    })
    const realm = `http://${host}:${new URL(tokens.origin).port}/token`
    await using mirror = await startMirror(guarded(() => `Bearer realm="${realm}"`, sending('')))
    const pullClient = describePullClient(parseRelease(version))
    const options = { timeoutMs: PATIENT, samples: 1, depth: 'manifest', pullClient } as const
    const probe = await probeOne(endpointAt(mirror.origin, { canary: CANARY, header, ...more }), options)
    return { probe, received: [...received] }
  }

  it('carry the headers of the list from containerd 2.1 on', async () => {
    for (const [version, sent] of [
      ['1.7.24', 'undefined undefined'],
      ['2.0.5', 'undefined undefined'],
      ['2.1.0', 'Basic cGxhbnRlZA== planted'],
    ] as const) {
      const { probe, received } = await receivedAt('127.0.0.1', version)
      assert.equal(probe.status, 'healthy', probe.detail)
      assert.deepEqual(received, [sent], version)
    }
  })

  describe('where the mirror does not accept the Authorization header of the list', () => {
    const HEADER = / the Authorization header in the list(?: to pull the canary)?$/
    const secret = { Authorization: 'Basic cGxhbnRlZA==' }
    const withScope = (origin: string) => `${bearer(origin)},error="insufficient_scope"`
    const refusing: (...args: Parameters<Bend>) => void = (_request, response) => reply(response, 401)
    const cases: [title: string, version: string, bend: Bend, detail: RegExp][] = [
      [
        'and its token service refuses it too',
        '2.3.0',
        guarded(bearer, refusing),
        /responds with 401 to it;/,
      ],
      [
        'which containerd does not send to the token service',
        '1.7.24',
        guarded(bearer, refusing),
        /^does not accept .*, and its token service responds with 401 without it;/,
      ],
      [
        'nor a token without it',
        '1.7.24',
        guarded(withScope, sending('{"token":"other"}')),
        /^does not accept .*, nor a token that was issued without it;/,
      ],
      [
        'nor a token for it',
        '2.3.0',
        guarded(withScope, sending('{"token":"other"}')),
        /^refuses the token that its token service issued for the Authorization header; allow the user /,
      ],
      [
        'after every retry',
        '2.3.0',
        guarded(bearer, sending('{"token":"other"}')),
        /^refuses the token .* for the Authorization header; check /,
      ],
      [
        'but requires a password',
        '2.3.0',
        guarded(() => 'Basic realm="x"', sending('')),
        /^does not accept the Authorization header;/,
      ],
    ]
    for (const [title, version, bend, detail] of cases)
      it(`a remedy names the header, and never its value: ${title}`, async () => {
        await using mirror = await startMirror(bend)
        const pullClient = describePullClient(parseRelease(version))
        const options = { timeoutMs: PATIENT, samples: 1, depth: 'manifest', pullClient } as const
        const endpoint = endpointAt(mirror.origin, { canary: CANARY, header: secret })
        const probe = await probeOne(endpoint, options)
        assert.equal(probe.reason, 'unauthorized')
        assert.match(probe.detail ?? '', detail)
        assert.match(probe.detail ?? '', HEADER)
        assert.doesNotMatch(probe.detail ?? '', /cGxhbnRlZA|planted/)
        const server = await probeOne({ ...endpoint, role: 'server' }, options)
        assert.match(server.detail ?? '', / the Authorization header of server in the list/)
        const typed = await probeOne(endpoint, { ...options, isTyped: true })
        assert.match(typed.detail ?? '', / --header-file Authorization/)
      })

    it('a token service that fails is still the fault of the service', async () => {
      const failing = guarded(bearer, (_request, response) => reply(response, 503))
      const probe = await probeBent(failing, { header: secret })
      assert.match(probe.detail ?? '', /^the token service responds with 503; check the token service/)
    })

    it('without a header, a remedy says where the credentials go, and quotes no scope', async () => {
      const challenge = (origin: string) => `Bearer realm="${origin}/token",scope="planted-scope"`
      const probe = await probeBent(guarded(challenge, refusing))
      assert.match(probe.detail ?? '', /; add the credentials to header in the list, or grant each scope /)
      assert.doesNotMatch(probe.detail ?? '', /planted/)
    })
  })

  it('carry them to another host only if the list allows it; else the verdict stays open', async () => {
    const { probe, received } = await receivedAt('localhost', '2.1.0')
    assert.deepEqual([probe.status, received], ['unknown', []])
    assert.match(probe.detail ?? '', /sends the headers in the list to the token service too.*redirects = /)
    const allowed = await receivedAt('localhost', '2.1.0', { redirects: ['localhost'] })
    assert.equal(allowed.probe.status, 'healthy', allowed.probe.detail)
    assert.deepEqual(allowed.received, ['Basic cGxhbnRlZA== planted'])
  })
})

describe('a HEAD request for the tag', () => {
  const probeTag = async (bend: Bend) => {
    await using mirror = await startMirror(bend)
    const options = { timeoutMs: PATIENT, samples: 1, depth: 'head' } as const
    const { status } = await probeOne(endpointAt(mirror.origin, { canary: CANARY }), options)
    return [status, ...mirror.asked.map(line => line.split('?')[0])]
  }
  const head = `HEAD /v2/${CANARY.repository}/manifests/${CANARY.reference}`

  it('is followed by GET, which counts as a pull, only where containerd sends it too', async () => {
    assert.deepEqual(await probeTag(() => false), ['healthy', 'GET /v2/', head])
    const get = head.replace('HEAD', 'GET')
    const notAllowed = onPath(/^HEAD/, (_request, response) => reply(response, 405))
    assert.deepEqual(await probeTag(notAllowed), ['healthy', 'GET /v2/', head, get])
    for (const status of [400, 403, 501, 404, 429]) {
      const refusing = onPath(/manifests/, (_request, response) => reply(response, status))
      if (status === 429) {
        assert.deepEqual(await probeTag(refusing), ['degraded', 'GET /v2/', head])
        continue
      }
      assert.deepEqual(await probeTag(refusing), ['unhealthy', 'GET /v2/', head])
    }
    const type = { 'Content-Type': IMAGE.manifest.mediaType }
    const withoutDigest = onPath(/manifests/, (_request, response) => reply(response, 200, type))
    assert.deepEqual(await probeTag(withoutDigest), ['healthy', 'GET /v2/', head, get])
    const invalid = onPath(/manifests/, (_q, response) =>
      reply(response, 200, { ...type, 'Docker-Content-Digest': 'no', 'Content-Length': '1' }),
    )
    assert.deepEqual(await probeTag(invalid), ['unhealthy', 'GET /v2/', head])
  })
})

/** Matches requests for the layer of the image. */
const layerOf = ({ blobs }: Image) => new RegExp(`blobs/${blobs[1]?.digest}`)

describe('deep probe: faults', () => {
  const other = IMAGE.manifest.bytes.toString().toUpperCase()
  const type = { 'Content-Type': IMAGE.manifest.mediaType }
  const cases: [title: string, bend: Bend, reason: Probe['reason'], detail: RegExp][] = [
    [
      'a missing image',
      onPath(/manifests/, (_q, r) => reply(r, 404)),
      'not_found',
      /does not have the manifest/,
    ],
    ['an allow-list', onPath(/manifests/, (_q, r) => reply(r, 403)), 'forbidden', /refuses the manifest/],
    ['too many requests', onPath(/manifests/, (_q, r) => reply(r, 429)), 'rate_limited', /429/],
    ['an error', onPath(/manifests/, (_q, r) => reply(r, 503)), 'server_error', /503/],
    [
      'a web page',
      onPath(/manifests/, (_q, r) => reply(r, 200, { 'Content-Type': 'text/html' }, '<html>')),
      'not_a_registry',
      /not that of a manifest \(text\/html\)/,
    ],
    [
      'no content type',
      onPath(/manifests/, (_q, r) => reply(r, 200)),
      'not_a_registry',
      /^sends no content type for the manifest; check its URL$/,
    ],
    [
      'a content type with a terminal code',
      onPath(/manifests/, (_q, r) => reply(r, 200, { 'Content-Type': 'a\u009b31m' })),
      'not_a_registry',
      /not that of a manifest \(a 31m\)/,
    ],
    [
      'a manifest with another digest',
      onPath(/GET.*manifests/, (_q, r) => reply(r, 200, type, other)),
      'wrong_digest',
      /manifest does not match/,
    ],
    [
      'an invalid manifest',
      onPath(/manifests/, (q, r) => reply(r, 200, type, q.method === 'HEAD' ? '' : '[]')),
      'not_a_registry',
      /serves an invalid manifest/,
    ],
    [
      'a manifest of 5 MB',
      onPath(/manifests/, (q, r) => reply(r, 200, type, q.method === 'HEAD' ? '' : ' '.repeat(5_000_000))),
      'not_a_registry',
      /longer than 4393216 bytes/,
    ],
    ['a missing config', onPath(/blobs/, (_q, r) => reply(r, 404)), 'not_found', /does not have the config/],
    [
      'a missing layer',
      onPath(layerOf(IMAGE), (_q, r) => reply(r, 404)),
      'not_found',
      /does not have the layer/,
    ],
    [
      'a corrupt layer',
      onPath(layerOf(IMAGE), (_q, r) => reply(r, 200, {}, 'x'.repeat(IMAGE.blobs[1]?.bytes.length ?? 0))),
      'wrong_digest',
      /layer does not match/,
    ],
    [
      'a truncated layer',
      onPath(/blobs/, (_q, r) => {
        r.writeHead(200, { 'Content-Length': 5000 })
        r.write('x')
        setTimeout(() => r.destroy(), 20)
      }),
      'reset',
      /closes the connection in the middle of a response/,
    ],
  ]
  for (const [title, bend, reason, detail] of cases) {
    it(`reports ${title} as ${reason}`, async () => {
      const probe = await probeBent(bend)
      assert.equal(probe.reason, reason, probe.detail)
      assert.equal(probe.status, reason === 'rate_limited' ? 'degraded' : 'unhealthy')
      assert.match(probe.detail ?? '', detail)
    })
  }

  it('reads and measures a layer at the end of a redirect', async () => {
    const image = buildImage(CANARY.repository, 'latest', randomBytes(200_000).toString('base64'))
    const layer = image.blobs[1]
    const leading = onPath(layerOf(image), (request, response) => {
      if (!request.url?.includes('storage')) {
        const page = '<a href="/storage">Temporary Redirect</a>'
        return reply(response, 307, { Location: `${request.url}&storage` }, page)
      }
      response.writeHead(200, { 'Content-Length': layer?.bytes.length })
      response.write(layer?.bytes.subarray(0, 1000))
      setTimeout(() => response.end(layer?.bytes.subarray(1000)), 4 * SHORT)
    })
    await using mirror = await startMirror(leading, image)
    const probe = await probeDeep(mirror.origin)
    assert.equal(probe.reason === 'slow' ? undefined : probe.reason, undefined, probe.detail)
    // The pause limits the speed; a busy machine may notice the start of the pause late.
    assert.ok((probe.bytes_per_second ?? 0) <= (layer?.bytes.length ?? 0) / (SHORT / 1000))
    await using stuck = await startMirror(
      onPath(layerOf(image), (request, response) => {
        if (!request.url?.includes('storage'))
          return reply(response, 307, { Location: `${request.url}&storage` })
        response.writeHead(200)
        response.write(layer?.bytes.subarray(0, 100_000))
      }),
      image,
    )
    const late = await probeDeep(stuck.origin, {}, 'blob', SHORT * 5)
    assert.deepEqual([late.status, late.reason], ['degraded', 'slow'], late.detail)
  })

  it('reports a layer that arrives byte by byte as no_response', async () => {
    const drip = onPath(/blobs/, (_request, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    })
    await using mirror = await startMirror(drip)
    assert.equal((await probeDeep(mirror.origin, {}, 'blob', SHORT)).reason, 'no_response')
  })

  it('reports a layer that arrives slowly as slow, with the speed until the timeout', async () => {
    const image = buildImage(CANARY.repository, 'latest', randomBytes(1_000_000).toString('base64'))
    const drip = onPath(layerOf(image), (_request, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'.repeat(1024)), 20)
      response.on('close', () => clearInterval(timer))
    })
    await using mirror = await startMirror(drip, image)
    const probe = await probeDeep(mirror.origin, {}, 'blob', SHORT)
    assert.deepEqual([probe.status, probe.reason], ['degraded', 'slow'], probe.detail)
    assert.match(probe.detail ?? '', /^serves layers at \d+ KiB\/s; /)
  })
})

describe('deep probe: freshness', () => {
  const older = buildImage(CANARY.repository, 'latest', 'older\n')
  const foreign = buildImage(CANARY.repository, 'latest', 'foreign\n')
  /** Serves the image by its tag, and a second image by digest only. */
  const alsoHas = (image: typeof older): Bend =>
    onPath(new RegExp(image.manifest.digest), (request, response) =>
      serveBlob(image.manifest, request, response),
    )
  const compare = async (origins: readonly [string, Partial<Endpoint>][]) => {
    const endpoints = origins.map(([origin, more]) => endpointAt(origin, { canary: CANARY, ...more }))
    return await probeAll(endpoints, { timeoutMs: PATIENT, samples: 1, depth: 'manifest' })
  }

  it('reports an image that the server has as stale, and another one as divergent', async () => {
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
      /^its tag points to sha256:[0-9a-f]{12}, but that of the server to sha256:[0-9a-f]{12}; /,
    )
  })

  it('requests a digest from the server once for several mirrors', async () => {
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

  it('compares with the majority if there is no server, and marks all mirrors if there is no majority', async () => {
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
