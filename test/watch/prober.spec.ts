/** How a watcher probes: through the current proxies of containerd, and without repeating work that can be shared. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import tls from 'node:tls'
import type { MirrorList } from '../../lib/model/registry.ts'
import type { Endpoint } from '../../lib/probe/api/endpoint.ts'
import { listEndpoints } from '../../lib/probe/endpoints.ts'
import { containerdDialect } from '../../lib/targets/containerd/dialect.ts'
import { targets } from '../../lib/targets/index.ts'
import { openProber } from '../../lib/watch/host/prober.ts'
import { forContainerd, HEALTH, listOf, mirror, registry } from '../support/lists.ts'
import { type Bend, CANARY, reply, startMirror } from '../support/mirror.ts'
import { worldOf } from '../support/run.ts'
import { PATIENT } from '../support/sockets.ts'
import { pem } from '../support/tls.ts'
import { withDirectory } from '../support/tree.ts'
import { startContainerdLike, writeWaitingProgram } from '../support/waiting-program.ts'

const HERE = { root: undefined, targets }
const MINUTE = 60_000

describe('a watcher probes', () => {
  it('through the proxies of a containerd that starts later, also while that restarts', () =>
    withDirectory(async directory => {
      const proxied: (string | undefined)[] = []
      const proxy = http.createServer((request, response) => {
        proxied.push(request.url)
        response.end('{}')
      })
      await once(proxy.listen(0, '127.0.0.1'), 'listening')
      const { port } = proxy.address() as { port: number }
      const config = path.join(directory, 'config.toml')
      const base = listOf(registry('r.test', [mirror('http://mirror.invalid')]))
      const list = forContainerd(base, { config, version: '2.1' })
      const [endpoint] = listEndpoints(list, containerdDialect) as [Endpoint]
      let now = 0
      const uid = process.geteuid?.() ?? 0
      const { probe } = openProber(HERE, { ...worldOf(), uid, monotonic: () => BigInt(now) * 1000n })
      const statusAt = async (time: number) => {
        now = time
        return (await probe(endpoint, list)).status
      }
      try {
        assert.equal(await statusAt(0), 'unhealthy')
        const program = path.join(directory, 'containerd')
        await writeWaitingProgram(program)
        const env = { HTTP_PROXY: `http://127.0.0.1:${port}` }
        const daemon = await startContainerdLike([program, '--config', config], env)
        try {
          assert.equal(await statusAt(1), 'unhealthy', '/proc is not read for every probe')
          assert.equal(await statusAt(MINUTE), 'healthy')
        } finally {
          await daemon.stop()
        }
        assert.equal(await statusAt(2 * MINUTE), 'healthy', 'it restarts')
        assert.deepEqual(proxied, Array(2).fill('http://mirror.invalid/v2/'))
      } finally {
        proxy.close()
      }
    }))

  it('without quoting mirrors once a list has contained a header', async () => {
    const server = http.createServer((_, response) => {
      response.writeHead(302, { Location: 'ftp://planted/' }).end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as { port: number }
    const bare = registry('quay.io', [mirror(`http://127.0.0.1:${port}`)])
    const withHeader = registry('r.test', [
      { ...mirror(`http://localhost:${port}`), header: { 'X-Tok': 'planted' } },
    ])
    const canary = { repository: 'a/b', reference: '1' }
    const detail = (list: MirrorList, { probe }: Pick<ReturnType<typeof openProber>, 'probe'>) =>
      probe({ ...(listEndpoints(list, containerdDialect)[0] as Endpoint), canary }, list).then(
        ({ detail = '' }) => detail,
      )
    const open = () => openProber(HERE, { ...worldOf(), env: {} })
    try {
      const prober = open()
      assert.match(await detail(listOf(bare), prober), /planted/)
      assert.doesNotMatch(await detail(listOf(bare, withHeader), prober), /planted/)
      assert.doesNotMatch(await detail(listOf(bare), prober), /planted/)
      assert.match(await detail(listOf(bare), open()), /planted/)
    } finally {
      server.close()
    }
  })

  it('with certificates that are parsed once for a list, and again after those of the system changed', () =>
    withDirectory(async directory => {
      const real = tls.createSecureContext
      let parsed = 0
      tls.createSecureContext = options => {
        parsed += 1
        return real(options)
      }
      try {
        const bundle = path.join(directory, 'bundle.pem')
        await fs.writeFile(bundle, pem('ca.pem'))
        let now = 0
        const { probe, expire } = openProber(HERE, {
          ...worldOf(),
          env: { SSL_CERT_FILE: bundle, SSL_CERT_DIR: directory },
          monotonic: () => BigInt(now) * 1000n,
        })
        const listed = () => ({
          ...listOf(registry('docker.io', [mirror('https://127.0.0.1:9'), mirror('https://127.0.0.1:11')])),
          health: { ...HEALTH, timeoutMs: PATIENT },
        })
        const [before, after] = [listed(), listed()]
        const parsedFor = async (list: MirrorList) => {
          const before = parsed
          const mirrors = listEndpoints(list, containerdDialect).filter(({ role }) => role === 'mirror')
          const probes = await Promise.all([...mirrors, ...mirrors].map(endpoint => probe(endpoint, list)))
          assert.deepEqual([...new Set(probes.map(({ reason }) => reason))], ['refused'])
          return parsed - before
        }
        assert.equal(await parsedFor(before), 1)
        assert.equal(await parsedFor(before), 0)
        assert.equal(await parsedFor(after), 1)
        await fs.writeFile(bundle, pem('self-signed.pem'))
        assert.equal(await parsedFor(after), 0, 'they are not checked for every probe')
        now += 10_000
        assert.equal(await parsedFor(after), 1)
        expire()
        assert.equal(await parsedFor(after), 0, 'they have not changed')
        await fs.writeFile(bundle, pem('ca.pem'))
        expire()
        assert.equal(await parsedFor(after), 1)
      } finally {
        tls.createSecureContext = real
      }
    }))
})

describe('a watcher probes a mirror that refuses a ping', () => {
  const statusOf = async (bend: Bend, canary: boolean, health: Partial<MirrorList['health']> = {}) => {
    await using server = await startMirror(bend)
    const { health: defaults, ...rest } = listOf(registry('r.test', [mirror(server.origin)]))
    const list = { ...rest, health: { ...defaults, ...health } }
    const [endpoint] = listEndpoints(list, containerdDialect) as [Endpoint]
    const { probe } = openProber(HERE, worldOf())
    const { status, depth } = await probe({ ...endpoint, ...(canary && { canary: CANARY }) }, list)
    return [status, depth, ...server.asked.map(line => line.split('?')[0])]
  }
  const ping = 'GET /v2/'
  const head = `HEAD /v2/${CANARY.repository}/manifests/${CANARY.reference}`
  const refusing =
    (status: number): Bend =>
    ({ url }, response) => {
      if (url === '/v2/') reply(response, status)
      return url === '/v2/'
    }

  it('by its canary', async () => {
    for (const status of [404, 403, 401, 500])
      assert.deepEqual(await statusOf(refusing(status), true), ['healthy', 'manifest', ping, head])
    assert.deepEqual(await statusOf(refusing(404), false), ['unhealthy', 'ping', ping])
    const nothing: Bend = (_, response) => {
      reply(response, 404)
      return true
    }
    assert.deepEqual(await statusOf(nothing, true), ['unhealthy', 'manifest', ping, head])
  })

  it('with no second request after 429, and none where there is no response', async () => {
    assert.deepEqual(await statusOf(refusing(429), true), ['degraded', 'ping', ping])
    const silent: Bend = () => true
    assert.deepEqual(await statusOf(silent, true, { timeoutMs: 300 }), ['unhealthy', 'ping', ping])
  })
})
