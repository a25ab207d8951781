/** Remedies under `--root` name files of the tree: the same path without the root is a file of this machine. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { CONFIG, hostsFile, LIST, STATE, type TestNode, withNode } from './support/node.ts'
import { run } from './support/run.ts'

interface Fault {
  /** What is wrong on a node after an apply. */
  readonly make: (node: TestNode) => Promise<void>
  readonly args: (node: TestNode) => readonly string[]
  /** The remedy, with the root as ROOT. */
  readonly remedy: RegExp
}

const DEFAULT_LIST = 'etc/regmirror/mirrors.toml'

const writeDefaultList = async ({ at }: TestNode) => {
  await fs.mkdir(path.dirname(at(DEFAULT_LIST)), { recursive: true })
  await fs.writeFile(at(DEFAULT_LIST), LIST)
}
const original = async ({ at }: TestNode) => {
  const [name] = await fs.readdir(at(`${STATE}/originals`))
  return at(`${STATE}/originals/${name}`)
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'a directory that other users can write': {
    make: ({ at }) => fs.chmod(at('etc/containerd'), 0o777),
    args: ({ args }) => args('plan'),
    remedy: /; chmod go-w ROOT\/etc\/containerd$/m,
  },
  'a state of another user': {
    make: ({ at }) => fs.chown(at(`${STATE}/state.json`), 1000, 1000),
    args: ({ args }) => args('plan'),
    remedy: /; check it, then remove it or chown root ROOT\/var\/lib\/regmirror\/state\.json$/m,
  },
  'a damaged state': {
    make: ({ at }) => fs.writeFile(at(`${STATE}/state.json`), '{'),
    args: ({ args }) => args('plan'),
    remedy: /; move it away; the originals stay in ROOT\/var\/lib\/regmirror\/originals$/m,
  },
  'an original that was changed': {
    make: async node => fs.writeFile(await original(node), 'x'),
    args: ({ args }) => args('restore'),
    remedy:
      /copy the file with sha256 \S+ to ROOT\/var\/lib\/regmirror\/originals\/\S+ from .* from ROOT\/var/,
  },
  'a unit that writes the node again': {
    make: async ({ at }) => {
      const wants = at('etc/systemd/system/multi-user.target.wants')
      await fs.mkdir(wants, { recursive: true })
      await fs.symlink('/unit', path.join(wants, 'regmirror-watch.service'))
    },
    args: ({ args }) => args('restore', '--check'),
    remedy: /; disable it: systemctl --root=ROOT disable regmirror-watch\.service$/m,
  },
  'a list below /etc of another user': {
    make: async node => {
      await writeDefaultList(node)
      await fs.chown(node.at('etc/regmirror'), 1000, 1000)
    },
    args: ({ root }) => ['plan', '--root', root],
    remedy: /; chown root:root ROOT\/etc\/regmirror$/m,
  },
  'a link of another user to a list': {
    make: async ({ at }) => {
      await fs.mkdir(at('home/etc'), { recursive: true })
      await fs.writeFile(at('home/etc/mirrors.toml'), LIST)
      await fs.chown(at('home/etc'), 1000, 1000)
      await fs.mkdir(at('etc/regmirror'))
      await fs.symlink('/home/etc/mirrors.toml', at(DEFAULT_LIST))
    },
    args: ({ root }) => ['plan', '--root', root],
    remedy: /; copy the file to a directory that only root can write$/m,
  },
  'a list in a home directory of the image': {
    make: async ({ at }) => {
      await fs.mkdir(at('home/etc'), { recursive: true })
      await fs.writeFile(at('home/etc/my.toml'), LIST)
      await fs.chown(at('home/etc'), 1000, 1000)
    },
    args: ({ root, at }) => ['plan', '--root', root, '-f', at('home/etc/my.toml')],
    remedy: /: sudo install -D -m 600 ROOT\/home\/etc\/my\.toml ROOT\/etc\/regmirror\/my\.toml$/m,
  },
}

describe('a remedy under --root', () => {
  before(function () {
    if (process.getuid?.() !== 0) this.skip()
  })
  const tree = { [CONFIG]: 'version = 2\n', [hostsFile('quay.io')]: '# by hand\n' }

  for (const [title, { make, args, remedy }] of Object.entries(FAULTS))
    it(`names files of the tree: ${title}`, () =>
      withNode(
        tree,
        async node => {
          for (const directory of ['.', 'etc', 'etc/containerd']) await fs.chmod(node.at(directory), 0o755)
          await node.run('apply')
          await make(node)
          const { stderr } = await run([...args(node)], { uid: 0 })
          const text = stderr.replaceAll(node.root, 'ROOT')
          assert.match(text, remedy)
          assert.doesNotMatch(text, /(chmod|chown|install|copy|unmount) .*(?<!ROOT|home)\/(etc|var)\//)
        },
        LIST,
        { uid: 0 },
      ))
})
