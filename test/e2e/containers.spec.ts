/**
 * Podman, Skopeo and Buildah pull through the rendered mirrors. Fallback is silent, so the request logs of loopback
 * registries are the proof.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { chainOf, makeCertificate } from '../support/certificates/make-certificate.ts'
import { buildImage, type Image } from '../support/image.ts'
import {
  type LoopbackRegistry,
  type RegistryOptions,
  refusingOrigin,
  startRegistry,
} from '../support/registry.ts'
import { REAL_TIME, run } from '../support/run.ts'
import { eventually } from '../support/watching.ts'
import { openPodman, type PodmanNode, podmans, programs } from './support/podman.ts'
import { needRuntime } from './support/runtimes.ts'
import { startWatcher } from './support/watcher.ts'

const IMAGE = buildImage('library/x', '1')
const ca = makeCertificate({ ca: true })
const client = makeCertificate({ issuer: ca })
const TLS = { ...chainOf(makeCertificate({ issuer: ca })), ca: ca.cert }

for (const { title, suite, tree } of podmans) {
  describe(`the mirrors of a list, pulled from by ${title} and its relatives`, function () {
    this.timeout(120_000)
    const registries: LoopbackRegistry[] = []
    let home: string
    let node: PodmanNode
    let near: LoopbackRegistry
    let far: LoopbackRegistry
    let upstream: LoopbackRegistry

    const start = async (options: RegistryOptions = {}) => {
      const registry = await startRegistry({ images: [IMAGE], ...options })
      registries.push(registry)
      return registry
    }
    const hostOf = ({ origin }: LoopbackRegistry) => new URL(origin).host
    const list = () => path.join(home, 'mirrors.toml')
    const args = (verb: string, ...more: string[]) => [
      ...[verb, '--root', node.root, ...(verb === 'restore' ? [] : ['-f', list()]), ...more],
    ]
    const command = (verb: string) => run(args(verb), { ...REAL_TIME, uid: 0 })
    const write = (text: string) =>
      fs.writeFile(list(), `version = 1\n${text}\n[targets.containers]\n`, { mode: 0o600 })
    const apply = async (text: string) => {
      await write(text)
      const { code, stderr } = await command('apply')
      assert.equal(code, 0, stderr)
    }
    /** The upstream is on this machine, without TLS. */
    const withUpstream = (mirrors: readonly object[] | readonly string[], more = '') =>
      `[registries."${hostOf(upstream)}"]\n${more}server = "${upstream.origin}"\nmirrors = [${mirrors.map(inline).join(', ')}]\n`
    const inline = (mirror: object | string) =>
      typeof mirror === 'string'
        ? JSON.stringify(mirror)
        : `{ ${Object.entries(mirror)
            .map(([key, value]) => `${key} = ${tomlOf(value)}`)
            .join(', ')} }`
    const tomlOf = (value: unknown): string =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? `{ ${Object.entries(value)
            .map(([key, one]) => `${key} = ${JSON.stringify(one)}`)
            .join(', ')} }`
        : JSON.stringify(value)
    const clear = () => {
      for (const registry of registries) registry.clear()
    }
    /** What was requested of an image, without pings. */
    const pulled = (registry: LoopbackRegistry, image: Image = IMAGE) =>
      registry.requests.some(
        ({ path: at }) => at.endsWith(`/manifests/${image.tag}`) || at.includes('/manifests/sha256:'),
      )
    const pull = async (reference = ':1', program: (typeof programs)[number] = 'skopeo') => {
      clear()
      return await node.pull(program, `${hostOf(upstream)}/library/x${reference}`)
    }

    before(async function () {
      needRuntime(this, tree, true)
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-podman-'))
      node = await openPodman(tree, home)
      near = await start()
      far = await start()
      upstream = await start()
    })

    after(async () => {
      for (const registry of registries) await registry.close()
      if (home !== undefined) await fs.rm(home, { recursive: true, force: true })
    })

    for (const program of programs)
      it(`${program} of ${suite} pulls from the first mirror`, async () => {
        await apply(withUpstream([near.origin, far.origin]))
        const { code, said } = await pull(':1', program)
        assert.equal(code, 0, said)
        assert.deepEqual(
          [near, far, upstream].map(one => pulled(one)),
          [true, false, false],
        )
        assert.ok(near.requests.every(({ ns }) => ns === undefined))
      })

    it('goes to the next mirror where the first one refuses connections', async () => {
      await apply(withUpstream([await refusingOrigin(), far.origin]))
      for (const program of programs) {
        const { code, said } = await pull(':1', program)
        assert.equal(code, 0, said)
        assert.deepEqual(
          [far, upstream].map(one => pulled(one)),
          [true, false],
        )
      }
    })

    it('puts the path of a mirror after /v2', async () => {
      const hub = await start({ base: '/v2/hub' })
      await apply(withUpstream([hub.url]))
      const { code, said } = await pull()
      assert.equal(code, 0, said)
      assert.ok(hub.requests.some(({ path: at }) => at === '/v2/hub/library/x/manifests/1'))
      assert.equal(pulled(upstream), false)
    })

    it('uses a mirror with capabilities = ["pull"] for digests, not for tags', async () => {
      await apply(withUpstream([{ url: near.origin, capabilities: ['pull'] }]))
      assert.equal((await pull()).code, 0)
      assert.deepEqual(
        [near, upstream].map(one => pulled(one)),
        [false, true],
      )
      assert.equal((await pull(`@${IMAGE.manifest.digest}`)).code, 0)
      assert.deepEqual(
        [near, upstream].map(one => pulled(one)),
        [true, false],
      )
    })

    it('fails without a request to the registry where fallback = false and no mirror has the image', async () => {
      const blocked = (mirror: string) =>
        `[registries."${hostOf(upstream)}"]\nfallback = false\nmirrors = ["${mirror}"]\n`
      await apply(blocked(near.origin))
      assert.equal((await pull()).code, 0)
      assert.deepEqual(
        [near, upstream].map(one => pulled(one)),
        [true, false],
      )
      near.behave('empty')
      const { code, said } = await pull()
      near.behave('healthy')
      assert.notEqual(code, 0)
      assert.match(said, /blocked/)
      assert.deepEqual(upstream.requests, [])
    })

    it('verifies a mirror by the CA of the list, and shows it the client certificate', async () => {
      const secured = await start({ tls: { ...TLS, requestCert: true, rejectUnauthorized: true } })
      const write = (name: string, text: string) => fs.writeFile(path.join(home, name), text, { mode: 0o600 })
      await write('ca.pem', ca.cert)
      await write('client.pem', client.cert)
      await write('client-key.pem', client.key)
      const pair = { cert: 'client.pem', key: 'client-key.pem' }
      for (const [mirror, isUsed] of [
        [{ url: secured.origin }, false],
        [{ url: secured.origin, ca: 'ca.pem' }, false],
        [{ url: secured.origin, ca: 'ca.pem', client: pair }, true],
      ] as const) {
        await apply(withUpstream([mirror]))
        const { code, said } = await pull()
        assert.equal(code, 0, said)
        assert.deepEqual(
          [secured, upstream].map(one => pulled(one)),
          [isUsed, !isUsed],
        )
      }
      const key = await fs.stat(path.join(node.root, `etc/containers/certs.d/${hostOf(secured)}/client.key`))
      assert.equal(key.mode & 0o777, 0o600)
    })

    it('is kept up to date by watch: the next pull skips a mirror that fails, and uses it again', async () => {
      const short = '[health]\ninterval = "1s"\ntimeout = "1s"\n'
      await write(withUpstream([near.origin, far.origin]) + short)
      const watcher = await startWatcher(args('watch', '--listen', '127.0.0.1:0').slice(1))
      try {
        const usedNow = async () => {
          assert.equal((await pull()).code, 0)
          return [near, far, upstream].map(one => pulled(one))
        }
        const dropIn = path.join(node.root, 'etc/containers/registries.conf.d/90-regmirror.conf')
        /** Waits until the drop-in has the mirror, or has it no more. */
        const written = (is: boolean) =>
          eventually(
            async () => (await fs.readFile(dropIn, 'utf8')).includes(hostOf(near)) === is || undefined,
            () => `the drop-in still ${is ? 'lacks' : 'has'} the mirror: ${JSON.stringify(watcher.log)}`,
          )
        await written(true)
        near.behave('broken')
        await written(false)
        assert.deepEqual(await usedNow(), [false, true, false])
        near.behave('healthy')
        await written(true)
        assert.deepEqual(await usedNow(), [true, false, false])
      } finally {
        await watcher.stop()
      }
    })

    it('is restored byte for byte', async () => {
      const before = await fs.readdir(path.join(node.root, 'etc/containers'))
      assert.ok(before.includes('registries.conf.d'))
      assert.equal((await command('restore')).code, 0)
      assert.deepEqual(await fs.readdir(path.join(node.root, 'etc/containers')), ['policy.json'])
    })
  })
}
