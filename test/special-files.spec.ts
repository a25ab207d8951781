/** Links, and what is no file, in the places that regmirror writes to: by the command, on a whole node. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { run } from './support/run.ts'
import { readTree, type Tree, withDirectory, writeTree } from './support/tree.ts'

const CONFIG = 'etc/containerd/config.toml'
const CERTS = 'etc/containerd/certs.d'
const HOSTS = `${CERTS}/quay.io/hosts.toml`
const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'

/** Applies and restores on a node with that tree; `prepare` adds what a tree cannot hold. */
async function onNode(
  tree: Tree,
  use: (root: string, apply: () => ReturnType<typeof run>) => Promise<void>,
): Promise<void> {
  await withDirectory(async home => {
    const root = path.join(home, 'node')
    await writeTree(root, { 'etc/': undefined, 'var/lib/': undefined, ...tree })
    await fs.writeFile(path.join(home, 'mirrors.toml'), LIST)
    await use(root, () => run(['apply', '--root', root, '-f', path.join(home, 'mirrors.toml')]))
  })
}

describe('links and special files', () => {
  const followed: [title: string, tree: Tree, real: string][] = [
    [
      'config.toml',
      { [CONFIG]: '-> /srv/config.toml', 'srv/config.toml': 'version = 2\n' },
      'srv/config.toml',
    ],
    [
      'hosts.toml',
      { [HOSTS]: '-> ../../../../srv/hosts.toml', 'srv/hosts.toml': '# mine\n' },
      'srv/hosts.toml',
    ],
    [
      'a registry directory',
      { [`${CERTS}/quay.io`]: '-> /srv/quay', 'srv/quay/': undefined },
      'srv/quay/hosts.toml',
    ],
    ['certs.d', { [CERTS]: '-> /srv/certs.d', 'srv/certs.d/': undefined }, 'srv/certs.d/quay.io/hosts.toml'],
    [
      'the state folder',
      { 'var/lib/regmirror': '-> /srv/state', 'srv/state/': undefined, 'srv/other': '' },
      'srv/state/state.json',
    ],
  ]
  for (const [title, tree, real] of followed) {
    it(`${title} may be a link: its target is written, the link stays, and both come back`, () =>
      onNode(tree, async (root, apply) => {
        const before = await readTree(root)
        const links = Object.entries(before).filter(([, text]) => text?.startsWith('-> '))
        const { code, stderr } = await apply()
        assert.equal(code, 0, stderr)
        const after = await readTree(root)
        assert.notEqual(after[real], before[real])
        for (const [link, to] of links) assert.equal(after[link], to)
        assert.equal((await run(['restore', '--root', root])).code, 0)
        assert.deepEqual(await readTree(root), before)
      }))
  }

  const refused: [title: string, tree: Tree, said: RegExp][] = [
    ['a loop', { [CONFIG]: '-> other', 'etc/containerd/other': '-> config.toml' }, /links form a loop/],
    ['a link to nothing', { [HOSTS]: '-> /srv/gone' }, /is a link to \/srv\/gone, which does not exist/],
    ['a link to nothing for certs.d', { [CERTS]: '-> /srv/gone' }, /certs\.d: is a link to \/srv\/gone/],
    [
      'a link to nothing above it',
      { 'etc/containerd': '-> ../gone' },
      /etc\/containerd: is a link to \.\.\/gone, which does not exist/,
    ],
    [
      'a link out of the root',
      { [`${CERTS}/quay.io`]: '-> ../../../../../outside' },
      /points outside the root/,
    ],
    ['a directory for config.toml', { [`${CONFIG}/`]: undefined }, /is a directory, not a file/],
    ['a directory for hosts.toml', { [`${HOSTS}/`]: undefined }, /is a directory, not a file/],
    ['a file for certs.d', { [CERTS]: 'a file\n' }, /certs\.d: is not a directory/],
    [
      'a file for the state folder',
      { 'var/lib/regmirror': 'a file\n' },
      /regmirror.*(not a directory|not there)/,
    ],
  ]
  for (const [title, tree, said] of refused) {
    it(`${title} is refused, and nothing is written`, () =>
      onNode(tree, async (root, apply) => {
        const outside = await readTree(path.dirname(root))
        const { code, stderr } = await apply()
        assert.equal(code, 2, stderr)
        assert.match(stderr, said)
        assert.match(stderr, /^error: [^\n]+\n$/)
        assert.deepEqual(await readTree(path.dirname(root)), outside)
      }))
  }

  for (const file of [CONFIG, HOSTS, 'var/lib/regmirror/state.json']) {
    it(`a pipe for ${path.basename(file)} is refused, and not waited for`, () =>
      onNode({ [`${path.dirname(file)}/`]: undefined }, async (root, apply) => {
        execFileSync('mkfifo', [path.join(root, file)])
        const { code, stderr } = await apply()
        assert.equal(code, 2)
        assert.match(stderr, /is a special file, not a file/)
        assert.deepEqual(await fs.readdir(path.join(root, path.dirname(file))), [path.basename(file)])
      }))
  }
})
