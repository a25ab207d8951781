/** Links and special files at the paths that regmirror writes, by the command on a whole node. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { BARE, CERTS, CONFIG, hostsFile, STATE, withNode } from './support/node.ts'
import { readTree, type Tree } from './support/tree.ts'

const HOSTS = hostsFile('quay.io')

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
      { [STATE]: '-> /srv/state', 'srv/state/': undefined, 'srv/other': '' },
      'srv/state/state.json',
    ],
  ]
  for (const [title, tree, real] of followed) {
    it(`writes the target where ${title} is a link, keeps the link, and restores both`, () =>
      withNode({ ...BARE, ...tree }, async ({ root, run }) => {
        const before = await readTree(root)
        const links = Object.entries(before).filter(([, text]) => text?.startsWith('-> '))
        const { code, stderr } = await run('apply')
        assert.equal(code, 0, stderr)
        const after = await readTree(root)
        assert.notEqual(after[real], before[real])
        for (const [link, to] of links) assert.equal(after[link], to)
        assert.equal((await run('restore')).code, 0)
        assert.deepEqual(await readTree(root), before)
      }))
  }

  const refused: [title: string, tree: Tree, problem: RegExp][] = [
    [
      'a loop of links',
      { [CONFIG]: '-> other', 'etc/containerd/other': '-> config.toml' },
      /links form a loop/,
    ],
    [
      'a dangling link for hosts.toml',
      { [HOSTS]: '-> /srv/gone' },
      /is a link to \/srv\/gone, which does not exist/,
    ],
    ['a dangling link for certs.d', { [CERTS]: '-> /srv/gone' }, /certs\.d: is a link to \/srv\/gone/],
    [
      'a dangling link for a parent directory',
      { 'etc/containerd': '-> ../gone' },
      /etc\/containerd: is a link to \.\.\/gone, which does not exist/,
    ],
    [
      'a link that leaves the root directory',
      { [`${CERTS}/quay.io`]: '-> ../../../../../outside' },
      /points outside the root/,
    ],
    ['a directory for config.toml', { [`${CONFIG}/`]: undefined }, /is a directory, not a file/],
    ['a directory for hosts.toml', { [`${HOSTS}/`]: undefined }, /is a directory, not a file/],
    ['a file for certs.d', { [CERTS]: 'a file\n' }, /certs\.d: is not a directory/],
    ['a file for the state folder', { [STATE]: 'a file\n' }, /regmirror.*not a directory/],
  ]
  for (const [title, tree, problem] of refused) {
    it(`refuses ${title}, and writes nothing`, () =>
      withNode({ ...BARE, ...tree }, async ({ root, run }) => {
        const outside = await readTree(path.dirname(root))
        const { code, stderr } = await run('apply')
        assert.equal(code, 2, stderr)
        assert.match(stderr, problem)
        assert.match(stderr, /^error: [^\n]+\n$/)
        assert.deepEqual(await readTree(path.dirname(root)), outside)
      }))
  }

  for (const file of [CONFIG, HOSTS, `${STATE}/state.json`]) {
    it(`refuses a pipe for ${path.basename(file)} without waiting for it`, () =>
      withNode({ ...BARE, [`${path.dirname(file)}/`]: undefined }, async ({ root, run }) => {
        execFileSync('mkfifo', [path.join(root, file)])
        const { code, stderr } = await run('apply')
        assert.equal(code, 2)
        assert.match(stderr, /is a special file, not a file/)
        assert.deepEqual(await fs.readdir(path.join(root, path.dirname(file))), [path.basename(file)])
      }))
  }
})
