/** Owners and modes of a list and its files: root reads only what only root can write. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { findUnknownOwner } from '../../lib/system/file-trust.ts'
import { failureOf, load } from '../support/load.ts'
import { inNamespace, needNamespaces, needRoot } from '../support/namespace.ts'
import { type Tree, withDirectory, writeTree } from '../support/tree.ts'

const LIST = 'version = 1\n[registries."docker.io"]\n'
const NAMING = `${LIST}mirrors = [{ url = "https://a.example", header = { A = { file = "token" } } }]\n`
const USER = 1000

/** Changes of owner or mode. */
interface Changes {
  readonly owner?: readonly string[]
  readonly modes?: Readonly<Record<string, number>>
}

/** A tree of root with these changes. */
async function withTree<T>(tree: Tree, changes: Changes, use: (home: string) => Promise<T>): Promise<T> {
  return await withDirectory(async home => {
    await writeTree(home, tree)
    for (const file of changes.owner ?? []) await fs.lchown(path.join(home, file), USER, USER)
    for (const [file, mode] of Object.entries(changes.modes ?? {}))
      await fs.chmod(path.join(home, file), mode)
    return await use(home)
  })
}

const TREE: Tree = { 'd/mirrors.toml': NAMING, 'd/token': 'Basic eA==' }
const LINKED: Tree = {
  'safe/mirrors.toml': NAMING,
  'safe/token': 'Basic eA==',
  'd/mirrors.toml': '-> ../safe/mirrors.toml',
  'd/token': '-> ../safe/token',
}

describe('the owner of a list', () => {
  before(function () {
    needRoot(this)
  })
  const asRoot = (home: string) =>
    load({ file: path.join(home, 'd/mirrors.toml'), uid: 0, allowFilesFrom: [home] })

  const read: [title: string, tree: Tree, changes: Changes][] = [
    ['is root', TREE, {}],
    ['is root in a sticky directory that all can write', TREE, { modes: { d: 0o1777 } }],
    ['is root behind a link of root in such a directory', LINKED, { modes: { d: 0o1777 } }],
    ['is root behind a link that another user owns and cannot change', LINKED, { owner: ['d/mirrors.toml'] }],
    ['is root, and a group can read it', TREE, { modes: { 'd/mirrors.toml': 0o640, d: 0o750 } }],
    ['is root, and no other user can list its directory', TREE, { modes: { d: 0o111 } }],
  ]
  for (const [title, tree, changes] of read)
    it(`${title}: root reads it`, () =>
      withTree(tree, changes, async home => {
        const { list } = await asRoot(home)
        assert.deepEqual(list.registries[0]?.mirrors[0]?.header, { A: 'Basic eA==' })
      }))

  const refused: [title: string, tree: Tree, changes: Changes, message: RegExp][] = [
    [
      'a list of another user',
      TREE,
      { owner: ['d/mirrors.toml'] },
      /^(\S+\/d\/mirrors\.toml): is owned by uid 1000, not by root; chown root:root \1$/,
    ],
    [
      'a list in a directory of another user',
      TREE,
      { owner: ['d'] },
      /^(\S+): the directory \S+\/d is owned by uid 1000, not by root; .*sudo install -D -m 600 \1 \/etc\/regmirror\/mirrors\.toml$/,
    ],
    [
      'a list below a directory of another user',
      TREE,
      { owner: ['.'] },
      /the directory \S+ is owned by uid 1000/,
    ],
    [
      'a list that its group can write',
      TREE,
      { modes: { 'd/mirrors.toml': 0o664 } },
      /: other users can write it \(mode 0664\); chmod go-w \S+\/d\/mirrors\.toml$/,
    ],
    [
      'a list in a directory that all can write',
      TREE,
      { modes: { d: 0o777 } },
      /: other users can write the directory (\S+\/d) \(mode 0777\); chmod go-w \1$/,
    ],
    [
      'a list in a directory that a group can write',
      TREE,
      { modes: { d: 0o2775 } },
      /other users can write the directory .* \(mode 2775\); chmod go-w/,
    ],
    ['a list below a directory that all can write', TREE, { modes: { '.': 0o777 } }, / \(mode 0777\)/],
    [
      'a list of another user in a sticky directory',
      TREE,
      { owner: ['d/mirrors.toml'], modes: { d: 0o1777 } },
      /is owned by uid 1000, not by root; .*sudo install -D -m 600/,
    ],
    [
      'a link of another user in a sticky directory',
      LINKED,
      { owner: ['d/mirrors.toml'], modes: { d: 0o1777 } },
      /: is owned by uid 1000, not by root; .*sudo install/,
    ],
    [
      'a link to a directory that all can write',
      LINKED,
      { modes: { safe: 0o777 } },
      /other users can write the directory \S+\/safe \(mode 0777\)/,
    ],
    [
      'a link to a file of another user',
      LINKED,
      { owner: ['safe/mirrors.toml'] },
      /the file \S+\/safe\/mirrors\.toml is owned by uid 1000/,
    ],
    [
      'a file of another user that the list names',
      TREE,
      { owner: ['d/token'] },
      /mirrors\.toml:3:\d+: (\S+\/d\/token): is owned by uid 1000, not by root; chown root:root \1$/,
    ],
    [
      'a file that the list names and others can write',
      TREE,
      { modes: { 'd/token': 0o606 } },
      /\/d\/token: other users can write it \(mode 0606\); chmod go-w/,
    ],
    [
      'a file that the list names behind a link into a directory that all can write',
      { ...LINKED, 'd/mirrors.toml': NAMING },
      { modes: { safe: 0o777 } },
      /\/d\/token: other users can write the directory \S+\/safe \(mode 0777\)/,
    ],
  ]
  for (const [title, tree, changes, message] of refused)
    it(`root does not read ${title}`, () =>
      withTree(tree, changes, async home => {
        assert.match((await failureOf(asRoot(home))).message, message)
        // Another user reads any list that the file modes allow.
        const file = path.join(home, 'd/mirrors.toml')
        assert.equal((await load({ file, uid: USER, allowFilesFrom: [home] })).list.registries.length, 1)
      }))

  it('root does not read a file with a hard link that another user may have made in a sticky directory', () =>
    withTree(TREE, { modes: { d: 0o1777 } }, async home => {
      await fs.link(path.join(home, 'd/mirrors.toml'), path.join(home, 'other.toml'))
      assert.match(
        (await failureOf(asRoot(home))).message,
        /has several hard links, and other users can write its directory/,
      )
      await fs.chmod(path.join(home, 'd'), 0o755)
      assert.equal((await asRoot(home)).list.registries.length, 1)
    }))

  it('does not matter on standard input, but that of the working directory does for its files', () =>
    withTree(TREE, { owner: ['d'] }, async home => {
      const options = { file: '-', format: 'toml', uid: 0, allowFilesFrom: [] } as const
      const from = (text: string) => load({ ...options, stdin: async () => Buffer.from(text) })
      const before = process.cwd()
      process.chdir(path.join(home, 'd'))
      try {
        assert.equal((await from(LIST)).list.registries.length, 1)
        assert.match((await failureOf(from(NAMING))).message, /the directory \S+\/d is owned by uid 1000/)
      } finally {
        process.chdir(before)
      }
    }))

  it('matters for the default list below --root, from that root on', () =>
    withTree({ 'n/etc/regmirror/mirrors.toml': LIST }, { owner: ['.'] }, async home => {
      const root = path.join(home, 'n')
      assert.equal((await load({ root, uid: 0 })).list.registries.length, 1)
      await fs.chown(path.join(root, 'etc/regmirror'), USER, USER)
      const { message } = await failureOf(load({ root, uid: 0 }))
      assert.match(message, /the directory \S+\/n\/etc\/regmirror is owned by uid 1000/)
    }))

  it('does not matter for pipes, directories and devices: they are refused with the same message', () =>
    withTree({ 'd/x': '' }, {}, async home => {
      const file = path.join(home, 'd/mirrors.toml')
      execFileSync('mkfifo', [file])
      assert.match(
        (await failureOf(asRoot(home))).message,
        /mirrors\.toml: is a pipe or a device, not a file; pass it on standard input: -f - --list-format FORMAT$/,
      )
      await fs.rm(file)
      await fs.mkdir(file)
      assert.match((await failureOf(asRoot(home))).message, /: is a directory; select a file in it$/)
      await fs.rmdir(file)
      await fs.symlink('gone.toml', file)
      assert.match((await failureOf(asRoot(home))).message, /is a link to gone\.toml, which does not exist/)
      const device = load({ file: '/dev/null', format: 'toml', uid: 0 })
      assert.match((await failureOf(device)).message, /^\/dev\/null: is a pipe or a device, not a file/)
    }))
})

describe('the owner of a list, in namespaces', function () {
  this.timeout(120_000)
  before(function () {
    needNamespaces(this)
  })
  const VALIDATE = 'regmirror validate -f v/mirrors.toml; echo "exit $?"'
  const map: Tree = {
    'v/..1/mirrors.toml': NAMING,
    'v/..1/token': 'x',
    'v/..data': '-> ..1',
    'v/mirrors.toml': '-> ..data/mirrors.toml',
    'v/token': '-> ..data/token',
  }

  it('a ConfigMap is read: every user could write its directory, but it is mounted read-only', () =>
    withTree(map, { modes: { v: 0o2777, 'v/..1': 0o2777, 'v/..1/token': 0o666 } }, async home => {
      const said = inNamespace(['-m'], home, `mount --bind v v; mount -o remount,ro,bind v; ${VALIDATE}`)
      assert.match(said, /^exit 0$/m, said)
    }))

  it('the same volume is refused where it is mounted read-write', () =>
    withTree(map, { modes: { v: 0o2777 } }, async home => {
      const said = inNamespace(['-m'], home, `mount --bind v v; ${VALIDATE}`)
      assert.match(said, /other users can write the directory \S+\/v \(mode 2777\)/)
      assert.match(said, /^exit 2$/m)
    }))

  it('a list of another user is refused on a read-only mount too', () =>
    withTree(map, { owner: ['v/..1/mirrors.toml'] }, async home => {
      const said = inNamespace(['-m'], home, `mount --bind v v; mount -o remount,ro,bind v; ${VALIDATE}`)
      assert.match(said, /is owned by uid 1000/)
    }))

  it('has a remedy where /proc is not mounted', () =>
    withTree(TREE, {}, async home => {
      const said = inNamespace(
        ['-m'],
        home,
        'mount -t tmpfs t /proc; regmirror validate -f d/mirrors.toml; echo "exit $?"',
      )
      assert.match(said, /cannot check who can write it: \/proc is not mounted; mount -t proc proc \/proc/)
      assert.match(said, /^exit 2$/m)
    }))

  it('root of a user namespace treats owners outside it as root, but not in a sticky directory', () =>
    withTree(TREE, { owner: ['d', 'd/token'] }, async home => {
      const validate = 'regmirror validate -f d/mirrors.toml; echo "exit $?"'
      assert.match(inNamespace(['-U', '-r'], home, validate), /^exit 0$/m)
      await fs.chmod(path.join(home, 'd'), 0o1777)
      const said = inNamespace(['-U', '-r'], home, validate)
      assert.match(said, /token: is owned by uid 65534, not by root/)
    }))
})

describe('the user id of owners outside a user namespace', () => {
  const maps: [title: string, map: string, owner: number | undefined][] = [
    ['does not exist on the machine itself', '         0          0 4294967295\n', undefined],
    ['is 65534 where only root is inside', '         0       1000          1\n', 65534],
    ['does not exist where a user inside has it', '0 1000 1\n1 100000 65536\n', undefined],
    ['is 65534 where fewer users are inside', '0 100000 65534\n', 65534],
    ['does not exist where the kernel has no user namespaces', '', undefined],
  ]
  for (const [title, map, owner] of maps) it(title, () => assert.equal(findUnknownOwner(map), owner))
})
