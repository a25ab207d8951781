/**
 * The files of nerdctl as its code reads them: Debian has no nerdctl, but ctr, which hands `--hosts-dir` to the same functions of
 * containerd (pkg/imgutil/dockerconfigresolver/hostsstore.go:46@v2.3.5). The request logs of the mirrors are the proof.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { formats } from '../../lib/formats/index.ts'
import { buildImage } from '../support/image.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'
import { eventually, watching } from '../support/watching.ts'
import { fetchObject } from './support/ctr.ts'
import { needRuntime, treeOf } from './support/runtimes.ts'

const IMAGE = buildImage('team/app', '1')
const TREE = 'containerd-sid'
const OWN = 'hosts_dir = ["/etc/other"] # by hand\n'

describe('hosts.toml of nerdctl, read by ctr', function () {
  this.timeout(240_000)
  before(function () {
    needRuntime(this, TREE, false)
  })

  it('leads to the mirrors of the list, also while one fails, and is put back', () =>
    withDirectory(async home => {
      const [near, far] = [await startRegistry({ images: [IMAGE] }), await startRegistry({ images: [IMAGE] })]
      try {
        const [root, list] = [path.join(home, 'node'), path.join(home, 'mirrors.toml')]
        const config = path.join(root, 'etc/nerdctl/nerdctl.toml')
        await fs.mkdir(path.dirname(config), { recursive: true })
        await fs.writeFile(config, OWN)
        const mirrors = JSON.stringify([near.url, far.url])
        const text = `version = 1\n[health]\ninterval = "1s"\n[registries."quay.io"]\nmirrors = ${mirrors}\nfallback = false\n`
        await fs.writeFile(list, `${text}[targets.nerdctl]\nhosts_dir = "/etc/nerdctl/certs.d"\n`)
        assert.equal((await run(['apply', '--root', root, '-f', list])).code, 0)

        const pull = async () => {
          const named = formats.toml.valueAt(await fs.readFile(config, 'utf8'), ['hosts_dir'])
          const [directory = ''] = named as readonly string[]
          for (const mirror of [near, far]) mirror.clear()
          await fetchObject(treeOf(TREE), path.join(root, directory), 'quay.io/team/app:1', {})
          return [near, far].map(manifestRequests)
        }
        assert.deepEqual(await pull(), [true, false])
        near.behave('broken')
        assert.deepEqual(await pull(), [true, true], 'the next mirror is tried')
        await watching(['--root', root, '-f', list], async ({ until }) => {
          await until(/mirror_unhealthy/)
          await until(/file_written.*nerdctl\/certs\.d\/quay\.io\/hosts\.toml/)
          assert.deepEqual(await pull(), [false, true], 'watch has removed the unhealthy mirror')
          near.behave('healthy')
          await until(/mirror_healthy/)
          await until(/file_written/)
          await eventually(
            async () => ((await pull())[0] ? true : undefined),
            () => 'the mirror is not used again',
          )
        })
        assert.equal((await run(['restore', '--root', root])).code, 0)
        assert.equal(await fs.readFile(config, 'utf8'), OWN)
        await assert.rejects(fs.stat(path.join(root, 'etc/nerdctl/certs.d')), { code: 'ENOENT' })
      } finally {
        for (const mirror of [near, far]) await mirror.close()
      }
    }))
})

/** Whether a pull of an image of quay.io has requested a manifest. */
function manifestRequests({ requests }: LoopbackRegistry): boolean {
  return requests.some(({ path: at, ns }) => at === '/v2/team/app/manifests/1' && ns === 'quay.io')
}
