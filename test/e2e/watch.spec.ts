/**
 * A node with a watcher and a real containerd: the next pull skips a mirror that fails, and uses one that recovers.
 * The request logs of the registries prove it.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Image } from '../support/image.ts'
import type { LoopbackRegistry } from '../support/registry.ts'
import {
  type Bench,
  listRequests,
  newImage,
  openBench,
  pullRequests,
  registryTable,
} from './support/bench.ts'
import type { Daemon } from './support/containerd.ts'
import { generations, needRuntime, treeOf } from './support/runtimes.ts'
import { startUnresponsiveMirror, type UnresponsiveMirror } from './support/unresponsive-mirror.ts'
import { startWatcher, type Watcher } from './support/watcher.ts'

const HEALTH = '[health]\ninterval = "1s"\ntimeout = "1s"\n'

for (const { title, suite } of generations) {
  describe(`a node with a watcher and ${title}`, function () {
    this.timeout(240_000)
    let bench: Bench
    let daemon: Daemon
    let watcher: Watcher
    let near: LoopbackRegistry
    let far: LoopbackRegistry
    let deaf: UnresponsiveMirror
    let list: string
    const images: Image[] = Array.from({ length: 5 }, () => newImage('library/busybox'))
    const [first, second, third, fourth, fifth] = images as [Image, Image, Image, Image, Image]

    const table = (...mirrors: string[]) => registryTable('docker.io', mirrors)
    const write = async (registries: string) => {
      const text = `version = 1\n${registries}\n${HEALTH}[targets.containerd]\nversion = "${bench.version}"\n`
      await fs.writeFile(`${list}.new`, text)
      await fs.rename(`${list}.new`, list)
    }
    const hosts = () => fs.readFile(path.join(bench.hostsDir, 'docker.io/hosts.toml'), 'utf8')
    /** Without the probes of the watcher. */
    const pulled = (registry: LoopbackRegistry) =>
      listRequests(registry).filter(line => !line.startsWith('GET /v2/ '))
    const pull = async (image: Image) => {
      near.clear()
      far.clear()
      return await daemon.cri.pull(`busybox:${image.tag}`)
    }

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      bench = await openBench(treeOf(`containerd-${suite}`))
      near = await bench.registry({ images })
      far = await bench.registry({ images })
      deaf = await startUnresponsiveMirror()
      list = path.join(bench.node, '../watched.toml')
      await bench.apply(table(near.url, far.url))
      await write(table(near.url, far.url))
      daemon = await bench.start()
      watcher = await startWatcher(['-f', list, '--root', bench.node])
      await watcher.heard('list_loaded', 0)
    })

    after(async () => {
      await watcher?.stop()
      await deaf?.close()
      await bench?.close()
    })

    it('pulls from the first mirror while all are healthy', async () => {
      assert.equal(await pull(first), first.blobs[0]?.digest)
      assert.deepEqual(pulled(near), pullRequests(first, 'docker.io'))
      assert.deepEqual(pulled(far), [])
    })

    it('skips a mirror that accepts connections and does not respond', async () => {
      const written = watcher.heard('file_written')
      near.behave('silent')
      const { url } = await watcher.heard('mirror_unhealthy')
      assert.equal(url, `${near.url}/v2`)
      await written
      assert.ok(!(await hosts()).includes(near.origin))
      assert.equal(await pull(second), second.blobs[0]?.digest)
      assert.deepEqual(pulled(near), [])
      assert.deepEqual(pulled(far), pullRequests(second, 'docker.io'))
    })

    it('pulls from it first again when it has recovered', async () => {
      const written = watcher.heard('file_written')
      near.behave('healthy')
      await watcher.heard('mirror_healthy')
      await written
      await pull(third)
      assert.deepEqual(pulled(near), pullRequests(third, 'docker.io'))
    })

    it('applies another list while it runs, and removes a mirror whose packets are lost', async () => {
      const from = watcher.log.length
      await write(table(deaf.origin, far.url))
      const { url, msg } = await watcher.heard('mirror_unhealthy', from)
      assert.equal(url, `${deaf.origin}/v2`)
      assert.match(msg, /does not accept a connection|packets are lost/)
      while ((await hosts()).includes(deaf.origin)) await watcher.heard('file_written')
      await pull(fourth)
      assert.deepEqual(pulled(far), pullRequests(fourth, 'docker.io'))
    })

    it('undoes a change of a managed file', async () => {
      const written = watcher.heard('file_written')
      const before = await hosts()
      await fs.appendFile(path.join(bench.hostsDir, 'docker.io/hosts.toml'), 'broken = [\n')
      await written
      assert.equal(await hosts(), before)
      await pull(fifth)
    })

    it('ends after SIGTERM, and leaves the node as it is', async () => {
      const before = await hosts()
      assert.equal(await watcher.stop(), 0)
      assert.equal(await hosts(), before)
      assert.deepEqual((await fs.readdir(path.join(bench.node, 'var/lib/regmirror'))).sort(), [
        'health.json',
        'history.json',
        'originals',
        'state.json',
      ])
    })
  })
}
