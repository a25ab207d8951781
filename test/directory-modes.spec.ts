/** Directories that regmirror creates: every user can pass through them, except the state folder. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { CONFIG, STATE, type TestNode, withNode } from './support/node.ts'
import { kill, spawnCli, startHolder } from './support/process.ts'
import { withDirectory } from './support/tree.ts'

const LIST = `version = 1
[registries."quay.io"]
mirrors = ["https://m.example"]
[targets.containerd]
hosts_dir = "/srv/a/b/certs.d"
`
const PRIVATE = [`/${STATE}`, `/${STATE}/originals`]

/** The modes of the directories below `root`, by their path in it. */
async function readModes(root: string): Promise<Record<string, string>> {
  const entries = await fs.readdir(root, { recursive: true, withFileTypes: true })
  const found: Record<string, string> = {}
  for (const entry of entries.filter(one => one.isDirectory())) {
    const file = path.join(entry.parentPath, entry.name)
    found[`/${path.relative(root, file)}`] = ((await fs.stat(file)).mode & 0o7777).toString(8)
  }
  return found
}

async function assertModes(root: string): Promise<void> {
  for (const [directory, mode] of Object.entries(await readModes(root)))
    assert.equal(mode, PRIVATE.includes(directory) ? '700' : '755', directory)
}

for (const umask of ['077', '000']) {
  const wrapper = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh']

  /** Uses an empty node, and runs the command in its own process with this umask. */
  const onEmptyNode = (
    use: (node: TestNode, cli: (verb: string) => ReturnType<typeof spawnCli>) => Promise<void>,
  ) => withNode({}, node => use(node, verb => spawnCli(node.args(verb), process.env, wrapper)), LIST)

  describe(`directories that are created under umask ${umask}`, () => {
    it('are open to every user after apply, except the state folder', () =>
      onEmptyNode(async ({ root }, cli) => {
        const { code, stderr } = await cli('apply')
        assert.equal(code, 0, stderr)
        const created = Object.keys(await readModes(root))
        for (const directory of ['/var', '/var/lib', '/etc', '/srv/a/b/certs.d/quay.io', `/${STATE}`])
          assert.ok(created.includes(directory), directory)
        await assertModes(root)
      }))

    it('have the same modes when an original is kept, and after restore', () =>
      onEmptyNode(async ({ root, at }, cli) => {
        await fs.mkdir(path.dirname(at(CONFIG)), { recursive: true, mode: 0o755 })
        await fs.writeFile(at(CONFIG), 'version = 2\n', { mode: 0o644 })
        for (const directory of ['etc', 'etc/containerd']) await fs.chmod(at(directory), 0o755)
        const before = await readModes(root)
        assert.equal((await cli('apply')).code, 0)
        assert.ok((await readModes(root))[`/${STATE}/originals`] !== undefined)
        await assertModes(root)
        const { code, stderr } = await cli('restore')
        assert.equal(code, 0, stderr)
        assert.deepEqual(await readModes(root), before)
      }))

    it('have the same modes when the process that holds the lock is killed', () =>
      withDirectory(async root => {
        const holder = await startHolder(root, wrapper)
        await kill(holder, 'SIGKILL')
        assert.ok((await fs.readdir(path.join(root, STATE))).includes('lock-1'))
        await assertModes(root)
      }))

    for (const nth of [1, 2, 3]) {
      it(`have the same modes when a run is killed before its chmod number ${nth}`, () =>
        onEmptyNode(async ({ root, args }) => {
          const preload = path.join(import.meta.dirname, 'support/kill-before-call.cjs')
          const env = {
            ...process.env,
            REGMIRROR_TEST_KILL: `chmod ${nth}`,
            NODE_OPTIONS: `--require ${preload}`,
          }
          const { code } = await spawnCli(args('apply'), env, wrapper)
          assert.equal(code, null)
          assert.ok(Object.keys(await readModes(root)).length >= nth)
          await assertModes(root)
        }))
    }
  })
}
