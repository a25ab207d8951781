/**
 * A node that is watched, with a real containerd: a mirror that dies is not asked by the next pull, one that recovers is.
 * The registries' logs are the witness.
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
  describe(`a watched node with ${title}`, function () {
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
    /** Without the questions of the watcher. */
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

    it('pulls from the first mirror while all are well', async () => {
      assert.equal(await pull(first), first.blobs[0]?.digest)
      assert.deepEqual(pulled(near), pullRequests(first, 'docker.io'))
      assert.deepEqual(pulled(far), [])
    })

    it('does not ask a mirror that accepts and never answers, once that was noticed', async () => {
      const written = watcher.heard('written')
      near.behave('silent')
      const { url } = await watcher.heard('mirror_down')
      assert.equal(url, `${near.url}/v2`)
      await written
      assert.ok(!(await hosts()).includes(near.origin))
      assert.equal(await pull(second), second.blobs[0]?.digest)
      assert.deepEqual(pulled(near), [])
      assert.deepEqual(pulled(far), pullRequests(second, 'docker.io'))
    })

    it('asks it first again when it has recovered', async () => {
      const written = watcher.heard('written')
      near.behave('healthy')
      await watcher.heard('mirror_up')
      await written
      await pull(third)
      assert.deepEqual(pulled(near), pullRequests(third, 'docker.io'))
    })

    it('takes over another list while it runs, and leaves out a mirror to which packets are lost', async () => {
      const from = watcher.log.length
      await write(table(deaf.origin, far.url))
      const { url, msg } = await watcher.heard('mirror_down', from)
      assert.equal(url, `${deaf.origin}/v2`)
      assert.match(msg, /no connection came about in time|packets are lost/)
      while ((await hosts()).includes(deaf.origin)) await watcher.heard('written')
      await pull(fourth)
      assert.deepEqual(pulled(far), pullRequests(fourth, 'docker.io'))
    })

    it('undoes what somebody else does to a file of ours', async () => {
      const written = watcher.heard('written')
      const sound = await hosts()
      await fs.appendFile(path.join(bench.hostsDir, 'docker.io/hosts.toml'), 'broken = [\n')
      await written
      assert.equal(await hosts(), sound)
      await pull(fifth)
    })

    it('ends when it is told to, and leaves the node as it is', async () => {
      const sound = await hosts()
      assert.equal(await watcher.stop(), 0)
      assert.equal(await hosts(), sound)
      assert.deepEqual((await fs.readdir(path.join(bench.node, 'var/lib/regmirror'))).sort(), [
        'health.json',
        'history.json',
        'originals',
        'state.json',
      ])
    })
  })
}
