/** Directories that regmirror makes: others can go through them, but for the state folder. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { kill, spawnCli, startHolder } from './support/process.ts'
import { withDirectory } from './support/tree.ts'

const LIST = `version = 1
[registries."quay.io"]
mirrors = ["https://m.example"]
[targets.containerd]
hosts_dir = "/srv/a/b/certs.d"
`
const CONFIG = 'etc/containerd/config.toml'
const PRIVATE = ['/var/lib/regmirror', '/var/lib/regmirror/originals']

/** Modes of the directories below `root` by their path in it. */
async function modesOf(root: string): Promise<Record<string, string>> {
  const entries = await fs.readdir(root, { recursive: true, withFileTypes: true })
  const found: Record<string, string> = {}
  for (const entry of entries.filter(one => one.isDirectory())) {
    const file = path.join(entry.parentPath, entry.name)
    found[`/${path.relative(root, file)}`] = ((await fs.stat(file)).mode & 0o7777).toString(8)
  }
  return found
}

async function assertModes(root: string): Promise<void> {
  for (const [directory, mode] of Object.entries(await modesOf(root)))
    assert.equal(mode, PRIVATE.includes(directory) ? '700' : '755', directory)
}

/** The command as a process of its own with that umask, on an empty tree. */
async function onEmptyTree(
  umask: string,
  use: (root: string, cli: (verb: string, ...more: string[]) => ReturnType<typeof spawnCli>) => Promise<void>,
): Promise<void> {
  await withDirectory(async home => {
    const root = path.join(home, 'root')
    await fs.mkdir(root)
    await fs.writeFile(path.join(home, 'mirrors.toml'), LIST)
    const wrapper = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh']
    await use(root, (verb, ...more) => spawnCli([verb, '--root', root, ...more], process.env, wrapper))
  })
}

for (const umask of ['077', '000']) {
  describe(`directories that are made under umask ${umask}`, () => {
    const list = (root: string) => ['-f', path.join(root, '../mirrors.toml')]

    it('are open to everybody after apply, but for the state folder', () =>
      onEmptyTree(umask, async (root, cli) => {
        const { code, stderr } = await cli('apply', ...list(root))
        assert.equal(code, 0, stderr)
        const made = Object.keys(await modesOf(root))
        for (const directory of ['/var', '/var/lib', '/etc', '/srv/a/b/certs.d/quay.io', PRIVATE[0]])
          assert.ok(made.includes(directory as string), directory)
        await assertModes(root)
      }))

    it('are so too where an original is kept, and after restore', () =>
      onEmptyTree(umask, async (root, cli) => {
        await fs.mkdir(path.join(root, path.dirname(CONFIG)), { recursive: true, mode: 0o755 })
        await fs.writeFile(path.join(root, CONFIG), 'version = 2\n', { mode: 0o644 })
        for (const directory of ['etc', 'etc/containerd']) await fs.chmod(path.join(root, directory), 0o755)
        const before = await modesOf(root)
        assert.equal((await cli('apply', ...list(root))).code, 0)
        assert.ok((await modesOf(root))[PRIVATE[1] as string] !== undefined)
        await assertModes(root)
        const { code, stderr } = await cli('restore')
        assert.equal(code, 0, stderr)
        assert.deepEqual(await modesOf(root), before)
      }))

    it('are so too for whoever holds the lock and is killed', () =>
      withDirectory(async root => {
        const holder = await startHolder(root, ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'])
        await kill(holder, 'SIGKILL')
        assert.ok((await fs.readdir(path.join(root, 'var/lib/regmirror'))).includes('lock-1'))
        await assertModes(root)
      }))

    for (const nth of [1, 2, 3]) {
      it(`are so too where a run is killed before its chmod number ${nth}`, () =>
        onEmptyTree(umask, async root => {
          const env = { ...process.env, REGMIRROR_TEST_KILL: `chmod ${nth}` }
          const wrapper = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh']
          const before = ['--require', path.join(import.meta.dirname, 'support/kill-before-call.cjs')]
          const options = { ...env, NODE_OPTIONS: before.join(' ') }
          const { code } = await spawnCli(['apply', '--root', root, ...list(root)], options, wrapper)
          assert.equal(code, null)
          assert.ok(Object.keys(await modesOf(root)).length >= nth)
          await assertModes(root)
        }))
    }
  })
}
