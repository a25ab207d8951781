/**
 * Pulls through real containerds that `apply` configured. A pull that works proves nothing, because containerd falls back
 * silently: the proof is in the logs of the registries and of the proxy.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import type { PlanReport } from '../../lib/model/report.ts'
import { refusingOrigin } from '../support/registry.ts'
import {
  type Bench,
  listRequests,
  newImage,
  openBench,
  pullRequests,
  registryTable,
  TLS,
} from './support/bench.ts'
import type { Daemon } from './support/containerd.ts'
import { generations, needRuntime, treeOf } from './support/runtimes.ts'

const readTls = (name: string) => fs.readFileSync(path.join(TLS, name), 'utf8')

for (const { title, suite } of generations) {
  describe(title, function () {
    this.timeout(180_000)
    let bench: Bench
    let daemon: Daemon
    let first: PlanReport
    let logged = 0

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      bench = await openBench(treeOf(`containerd-${suite}`))
      first = await bench.apply(registryTable('first.test', ['https://mirror.test']))
      daemon = await bench.start()
    })

    beforeEach(() => {
      bench.proxy.clear()
      logged = daemon.log().length
    })

    afterEach(function () {
      if (this.currentTest?.state === 'failed') console.error(daemon.log().slice(logged))
    })

    after(() => bench?.close())

    /** Pulls a missing image: the pull must fail, and the logs show the requests. */
    const pullMissing = (image: string) => assert.rejects(daemon.cri.pull(image))

    it('starts with its default config after the first apply, which reports that a restart is needed', async () => {
      assert.deepEqual(
        first.restart.map(({ target }) => target),
        ['containerd'],
      )
      assert.match(await daemon.cri.version(), new RegExp(`^${bench.version}`))
      await pullMissing('first.test/team/app:latest')
      assert.deepEqual(bench.proxy.requests, ['mirror.test:443', 'first.test:443'])
    })

    it('tries the mirrors in the order of the list, then the server', async () => {
      await bench.apply(registryTable('docker.io', ['https://c.test', 'http://a.test', 'https://b.test']))
      await pullMissing('team/app:latest')
      assert.deepEqual(bench.proxy.requests, [
        'c.test:443',
        'http://a.test/v2/team/app/manifests/latest?ns=docker.io',
        'b.test:443',
        'registry-1.docker.io:443',
      ])
    })

    it('pulls every part from the second mirror when the first is empty', async () => {
      const image = newImage('library/busybox')
      const empty = await bench.registry()
      const mirror = await bench.registry({ images: [image] })
      await bench.apply(registryTable('docker.io', [empty.url, mirror.url]))
      assert.equal(await daemon.cri.pull(`busybox:${image.tag}`), image.blobs[0]?.digest)
      assert.deepEqual(listRequests(empty), pullRequests(image, 'docker.io'))
      assert.deepEqual(listRequests(mirror), pullRequests(image, 'docker.io'))
      assert.deepEqual(bench.proxy.requests, [])
    })

    it('pulls from the second mirror when the first refuses connections', async () => {
      const image = newImage()
      const refusing = await refusingOrigin()
      const mirror = await bench.registry({ images: [image] })
      await bench.apply(registryTable('ghcr.io', [refusing, mirror.url]))
      await daemon.cri.pull(`ghcr.io/team/app:${image.tag}`)
      assert.deepEqual(listRequests(mirror), pullRequests(image, 'ghcr.io'))
      assert.ok(
        daemon.log().includes(`host="${refusing.slice('http://'.length)}"`),
        'the first mirror was tried',
      )
    })

    for (const base of ['/v2/hub', '/registry/v2']) {
      it(`sends requests below the path of a mirror at ${base}`, async () => {
        const image = newImage()
        const mirror = await bench.registry({ images: [image], base })
        await bench.apply(registryTable('quay.io', [mirror.url]))
        await daemon.cri.pull(`quay.io/team/app:${image.tag}`)
        assert.deepEqual(listRequests(mirror), pullRequests(image, 'quay.io', base))
      })
    }

    it('uses the mirrors of "*" only for registries without an entry', async () => {
      const image = newImage()
      const mirror = await bench.registry({ images: [image] })
      const own = await bench.registry()
      await bench.apply(registryTable('*', [mirror.url]) + registryTable('own.test', [own.url]))
      await daemon.cri.pull(`other.test/team/app:${image.tag}`)
      assert.deepEqual(listRequests(mirror), pullRequests(image, 'other.test'))
      mirror.clear()
      await pullMissing(`own.test/team/app:${image.tag}`)
      assert.deepEqual(listRequests(mirror), [])
      assert.equal(own.requests.length, 1)
    })

    it('distinguishes a registry with a port from the one without', async () => {
      const image = newImage()
      const mirror = await bench.registry({ images: [image] })
      await bench.apply(registryTable('registry.test:5000', [mirror.url]))
      await daemon.cri.pull(`registry.test:5000/team/app:${image.tag}`)
      assert.deepEqual(listRequests(mirror), pullRequests(image, 'registry.test:5000'))
      mirror.clear()
      await pullMissing(`registry.test/team/app:${image.tag}`)
      assert.deepEqual(listRequests(mirror), [])
      assert.deepEqual(bench.proxy.requests, ['registry.test:443'])
    })

    it('does not resolve tags with a pull-only mirror', async () => {
      const image = newImage()
      const mirror = await bench.registry({ images: [image] })
      const server = await bench.registry({ images: [image] })
      const pullOnly = `{ url = "${mirror.url}", capabilities = ["pull"] }`
      await bench.apply(registryTable('pull.test', [pullOnly], `server = "${server.url}"`))
      await daemon.cri.pull(`pull.test/team/app:${image.tag}`)
      const [tag, ...parts] = pullRequests(image, 'pull.test')
      assert.deepEqual(listRequests(server), [tag])
      assert.deepEqual(listRequests(mirror), parts)
    })

    it('sends no request to the server with fallback = false', async () => {
      const image = newImage()
      const empty = await bench.registry()
      const last = await bench.registry({ images: [image], base: '/v2/hub' })
      await bench.apply(registryTable('closed.test', [empty.url, last.url], 'fallback = false'))
      await daemon.cri.pull(`closed.test/team/app:${image.tag}`)
      assert.deepEqual(listRequests(last), pullRequests(image, 'closed.test', '/v2/hub'))
      empty.clear()
      await pullMissing('closed.test/team/app:none')
      assert.deepEqual(listRequests(empty), ['HEAD /v2/team/app/manifests/none ns=closed.test'])
      assert.deepEqual(bench.proxy.requests, [])
    })

    it('sends a header to its mirror', async () => {
      const image = newImage()
      const auth = { accept: 'Basic bWlycm9yOm9wZW4=' }
      const mirror = await bench.registry({ images: [image], auth })
      const withHeader = `{ url = "${mirror.url}", header = { Authorization = "${auth.accept}" } }`
      await bench.apply(registryTable('header.test', [withHeader]))
      await daemon.cri.pull(`header.test/team/app:${image.tag}`)
      assert.deepEqual(listRequests(mirror), pullRequests(image, 'header.test'))
      assert.ok(mirror.requests.every(request => request.authorization))
    })

    it('trusts the CA of a mirror and sends the client certificate', async () => {
      const image = newImage()
      const [key, cert, ca] = ['loopback-key.pem', 'loopback.pem', 'ca.pem'].map(readTls)
      const tls = { key, cert, ca, requestCert: true, rejectUnauthorized: true }
      const mirror = await bench.registry({ images: [image], tls })
      const client = `{ cert = "${TLS}/client.pem", key = "${TLS}/client-key.pem" }`
      const secured = `{ url = "${mirror.url}", ca = "${TLS}/loopback.pem", client = ${client} }`
      await bench.apply(registryTable('tls.test', [secured]))
      await daemon.cri.pull(`tls.test/team/app:${image.tag}`)
      assert.deepEqual(listRequests(mirror), pullRequests(image, 'tls.test'))
    })

    it('uses the settings of a server, without any mirror', async () => {
      const image = newImage()
      const [key, cert, ca] = ['loopback-key.pem', 'loopback.pem', 'ca.pem'].map(readTls)
      const tls = { key, cert, ca, requestCert: true, rejectUnauthorized: true }
      const server = await bench.registry({ images: [image], tls, auth: { accept: 'Basic dTpw' } })
      const client = `client = { cert = "${TLS}/client.pem", key = "${TLS}/client-key.pem" }`
      const header = 'header = { Authorization = { basic = { user = "u", password = "p" } } }'
      const settings = `dial_timeout = "5s", ca = "${TLS}/loopback.pem", ${client}, ${header}`
      await bench.apply(registryTable('private.test', [], `server = { url = "${server.url}", ${settings} }`))
      await daemon.cri.pull(`private.test/team/app:${image.tag}`)
      assert.deepEqual(listRequests(server), pullRequests(image, 'private.test'))
    })

    it('uses the settings of a server after its mirrors', async () => {
      const image = newImage()
      const empty = await bench.registry()
      const [key, cert] = ['loopback-key.pem', 'loopback.pem'].map(readTls)
      const server = await bench.registry({ images: [image], tls: { key, cert } })
      const table = `server = { url = "${server.url}", skip_verify = true }`
      await bench.apply(registryTable('own.test', [empty.url], table))
      await daemon.cri.pull(`own.test/team/app:${image.tag}`)
      assert.deepEqual(listRequests(server), pullRequests(image, 'own.test'))
      assert.equal(listRequests(empty)[0], `HEAD /v2/team/app/manifests/${image.tag} ns=own.test`)
    })

    it('uses a changed list at the next pull, without a restart', async () => {
      const images = [newImage(), newImage()] as const
      const before = await bench.registry({ images })
      const after = await bench.registry({ images })
      await bench.apply(registryTable('hot.test', [before.url]))
      await daemon.cri.pull(`hot.test/team/app:${images[0].tag}`)
      before.clear()
      const report = await bench.apply(registryTable('hot.test', [after.url]))
      assert.deepEqual(
        report.changes.map(change => change.effect),
        ['immediate'],
      )
      await daemon.cri.pull(`hot.test/team/app:${images[1].tag}`)
      assert.deepEqual(listRequests(before), [])
      assert.deepEqual(listRequests(after), pullRequests(images[1], 'hot.test'))
    })

    it('uses only the server after a registry was removed from the list', async () => {
      const mirror = await bench.registry()
      await bench.apply(registryTable('gone.test', [mirror.url]))
      await bench.apply(registryTable('other.test', ['https://mirror.test']))
      assert.ok(!fs.existsSync(path.join(bench.hostsDir, 'gone.test')))
      await pullMissing('gone.test/team/app:latest')
      assert.deepEqual(listRequests(mirror), [])
      assert.deepEqual(bench.proxy.requests, ['gone.test:443'])
    })

    it('is never restarted', () => assert.ok(daemon.alive()))
  })
}
