/** A runtime that does not exist is kept up to date while its mirrors fail and recover. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, startMirror } from '../../support/watching.ts'
import { BEFORE, CONFIG, mirrorsFile, mirrorsText, onToyNode } from './on-node.ts'
import { watching } from './watch-toy.ts'

const listText = (urls: readonly string[]) => `version = 1
[health]
interval = "1s"
[registries."quay.io"]
mirrors = ${JSON.stringify(urls)}
[targets.toy]
`

describe('a watcher of a made-up runtime', () => {
  it('writes what takes effect immediately, and leaves the rest to apply and a reload', () =>
    onToyNode({ [CONFIG]: BEFORE }, async node => {
      await using a = await startMirror()
      await using b = await startMirror()
      const [hostA, hostB] = [new URL(a.url).host, new URL(b.url).host]
      const read = (file: string) => fs.readFile(node.at(file), 'utf8')
      await node.writeList(listText([a.url, b.url]))
      await watching(node, async ({ until }) => {
        const { url } = JSON.parse(await until('listening'))
        const page = async () => (await (await fetch(url)).text()).replace(/<[^>]*>/g, '')
        /** The page shows a turn of the loop when it is done. */
        const shown = (text: RegExp, is = true) =>
          eventually(
            async () => (text.test(await page()) === is ? true : undefined),
            () => `${text} on the page: ${!is}`,
          )
        await until('file_written', /quay\.io\.toml/)
        await until('file_written', /toy\.json/)
        assert.match(await until('reload_needed'), /reload toy: systemctl reload toy/)
        await shown(/systemctl reload toy/)
        await shown(new RegExp(`File /${mirrorsFile('quay.io')}[^]*mirrors = .*${hostB}`))
        const written = await read(CONFIG)
        assert.match(written, new RegExp(`"mirror-hosts": \\["${hostA}", "${hostB}"\\]`))

        await a.stop()
        await until('mirror_unhealthy')
        assert.match(await until('file_written'), /updated [^ ]*quay\.io\.toml/)
        assert.doesNotMatch(await read(mirrorsFile('quay.io')), new RegExp(hostA))
        assert.match(await until('apply_needed'), /toy\.json differs from the list; run regmirror apply/)
        await shown(/toy\.json differs from the list\. Run regmirror apply before you reload/)
        assert.equal(await read(CONFIG), written)

        await a.start()
        await until('mirror_healthy')
        assert.match(await until('file_written'), /updated [^ ]*quay\.io\.toml/)
        await shown(/toy\.json differs from the list\. Run/, false)

        await node.write(mirrorsFile('quay.io'), mirrorsText())
        assert.match(await until('drifted'), /quay\.io\.toml: was changed outside regmirror/)
        await sleep(100)
        assert.match(await read(mirrorsFile('quay.io')), new RegExp(`${hostA}.*${hostB}`))
      })
      assert.equal((await node.run('restore')).code, 0)
      assert.deepEqual(await node.tree(), { [CONFIG]: BEFORE })
    }))

  it('writes for a runtime that a new list names, and restores the files of the one that leaves it', () =>
    onToyNode({ [CONFIG]: BEFORE }, async node => {
      await using a = await startMirror()
      const hosts = 'etc/containerd/certs.d/quay.io/hosts.toml'
      const list = listText([a.url])
      await node.writeList(list.replace('[targets.toy]', '[targets.containerd]'))
      await watching(node, async ({ until }) => {
        await until('file_written', /hosts\.toml/)
        await node.writeList(`${list}[targets.containerd]\n`)
        await until('file_written', /quay\.io\.toml/)
        await until('file_written', /toy\.json/)
        await node.writeList(list)
        await until('file_written', /deleted [^ ]*hosts\.toml/)
        await eventually(
          async () => ((await node.tree())[hosts] === undefined ? true : undefined),
          () => `${hosts} is still there`,
        )
        assert.match(
          await fs.readFile(node.at(mirrorsFile('quay.io')), 'utf8'),
          new RegExp(new URL(a.url).host),
        )
      })
    }))
})
