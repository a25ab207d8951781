/** The lock across containers: another process, network and mount namespace sees whether its holder lives. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { kill, spawnCli, startHolder } from '../support/process.ts'
import { withDirectory } from '../support/tree.ts'
import { needRuntime } from './support/runtimes.ts'

const CONTAINER = ['unshare', '--pid', '--net', '--mount', '--fork', '--kill-child']
const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'

describe('a writer in another container', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, 'containerd-trixie', true)
  })

  it('holds the lock while it lives, and no longer when it is killed', () =>
    withDirectory(async home => {
      const root = path.join(home, 'node')
      await fs.mkdir(root)
      await fs.writeFile(path.join(home, 'mirrors.toml'), LIST)
      const args = ['apply', '--root', root, '-f', path.join(home, 'mirrors.toml'), '--lock-timeout']
      const holder = await startHolder(root, CONTAINER)
      try {
        const refused = await spawnCli([...args, '0s'])
        assert.equal(refused.code, 2)
        assert.match(refused.stderr, /^error: \/var\/lib\/regmirror: holder \d+ is writing to this node; /)
      } finally {
        await kill(holder, 'SIGKILL')
      }
      const { code, stderr } = await spawnCli([...args, '60s'])
      assert.equal(code, 0, stderr)
    }))
})
