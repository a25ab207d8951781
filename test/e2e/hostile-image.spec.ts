/**
 * Untrusted images with this machine mounted below them: a journal, a state, a lock or a link in the image cannot affect
 * files of the machine.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { FROM_SOURCE, shellWords } from '../support/program.ts'
import { type Tree, withDirectory, writeTree } from '../support/tree.ts'
import { needMounts } from './support/runtimes.ts'

const STATE = 'var/lib/regmirror'
const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'
const HOSTS = '# of the machine\n'
const digest = createHash('sha256').update(HOSTS).digest('hex')
const KEPT = '0123456789abcdef0123456789abcdef'

const journal = (swaps: readonly object[], more: object = {}) =>
  JSON.stringify({
    version: 2,
    command: 'apply',
    started_at: '2026-01-01T00:00:00.000Z',
    swaps,
    make_directories: [],
    prune_directories: [],
    keep_originals: [],
    drop_originals: [],
    ...more,
  })
const state = (file: string, owns: 'whole' | 'value') =>
  JSON.stringify({
    version: 1,
    files: {
      [file]: {
        target: 'containerd',
        digest,
        written_at: '2026-01-01T00:00:00.000Z',
        effect: 'immediate',
        owns,
        original: { kept: KEPT, mode: 0o4755, uid: 0, gid: 0 },
      },
    },
    made: [],
    empty: [],
  })

describe('a hostile image', function () {
  this.timeout(120_000)
  before(function () {
    needMounts(this)
  })

  /**
   * Runs a script where `image` is the tree, and the directory `machine` (this machine, as far as a test may spoil it) is
   * mounted at image/host. Fails where the machine has changed.
   */
  const withImage = (image: Tree, script: string) =>
    withDirectory(async home => {
      await writeTree(path.join(home, 'image'), { 'host/': undefined, 'etc/': undefined, ...image })
      await writeTree(path.join(home, 'machine'), {
        'dev/sda': 'a disk\n',
        'certs.d/quay.io/hosts.toml': HOSTS,
        'empty/': undefined,
        shadow: 'root:secret\n',
      })
      await fs.writeFile(path.join(home, 'list.toml'), LIST)
      const before = `mount --bind machine image/host
        regmirror() { ${shellWords(FROM_SOURCE)} "$@" 2>&1; echo "exit $?"; }
        look() { find machine -printf '%p %i %m %s %T@\\n' | sort; find machine -type f | sort | xargs sha256sum; }
        look >before\n`
      const after = '\nlook >after; cmp before after && echo untouched'
      return execFileSync(
        'unshare',
        ['-m', '--propagation', 'private', 'bash', '-c', before + script + after],
        {
          cwd: home,
          encoding: 'utf8',
        },
      )
    })

  const RUNS = ['apply -f list.toml', 'restore']
  const temporary = (name: string) => `.${name}.regmirror-000000000000`
  const staged = { path: '/etc/x', staged: `/etc/${temporary('x')}` }
  const journals: [title: string, phase: string, text: string, image?: Tree][] = [
    [
      'a device as its temporary',
      'staging',
      journal([{ kind: 'create_file', path: '/etc/x', staged: '/host/dev/sda', after: digest }]),
    ],
    [
      'a link to the machine as its temporary',
      'staging',
      journal([{ ...staged, kind: 'create_file', after: digest }]),
      { [`etc/${temporary('x')}`]: '-> /host/dev/sda' },
    ],
    [
      'a link to a directory of the machine as its temporary',
      'staging',
      journal([{ ...staged, kind: 'create_directory', files: { sda: digest } }]),
      { [`etc/${temporary('x')}`]: '-> /host/dev' },
    ],
    [
      'a directory of the machine to remove, whatever is in it',
      'committing',
      journal([
        { kind: 'remove_directory', path: '/host/dev', backup: `/host/${temporary('dev')}`, files: {} },
      ]),
    ],
    [
      'a directory of the machine by what is in it',
      'committing',
      journal([
        {
          kind: 'remove_directory',
          path: '/host/certs.d/quay.io',
          backup: `/host/certs.d/${temporary('quay.io')}`,
          files: { 'hosts.toml': digest },
        },
      ]),
    ],
    [
      'a file of the machine by its digest, through a link',
      'committing',
      journal([
        {
          kind: 'remove_file',
          path: '/etc/certs/hosts.toml',
          backup: `/etc/certs/${temporary('hosts.toml')}`,
          before: digest,
        },
      ]),
      { 'etc/certs': '-> /host/certs.d/quay.io' },
    ],
    ['an empty directory of the machine', 'committing', journal([], { prune_directories: ['/host/empty'] })],
    [
      'an empty directory of the machine as one that was made',
      'staging',
      journal([], { make_directories: ['/host/empty'] }),
    ],
    [
      'a path with .. in it',
      'staging',
      journal([
        {
          kind: 'remove_file',
          path: '/etc/../host/dev/sda',
          backup: `/host/dev/${temporary('sda')}`,
          before: digest,
        },
      ]),
    ],
  ]
  for (const [title, phase, text, image = {}] of journals) {
    it(`cannot reach the machine by a journal that names ${title}`, async () => {
      const output = await withImage(
        { [`${STATE}/journal-${phase}.json`]: text, ...image },
        'regmirror restore --root image',
      )
      assert.match(output, /untouched/)
      assert.match(output, /^error: .*\nexit 2$/m)
    })
  }

  const states: [title: string, file: string, owns: 'whole' | 'value', image?: Tree][] = [
    ['a new file of the machine', '/host/cron', 'whole'],
    ['a file of the machine', '/host/certs.d/quay.io/hosts.toml', 'whole'],
    [
      'a file of the machine through a link',
      '/etc/certs/quay.io/hosts.toml',
      'whole',
      { 'etc/certs': '-> /host/certs.d' },
    ],
  ]
  for (const [title, file, owns, image = {}] of states) {
    it(`cannot reach the machine by a state that names ${title}`, async () => {
      for (const run of RUNS) {
        const output = await withImage(
          {
            [`${STATE}/state.json`]: state(file, owns),
            [`${STATE}/originals/${KEPT}`]: '* * * * * root x\n',
            ...image,
          },
          `regmirror ${run} --root image`,
        )
        assert.match(output, /untouched/)
        assert.match(output, /^exit 2$/m)
      }
    })
  }

  it('gets no set-user-ID file from a state that declares one', async () => {
    const output = await withImage(
      {
        [`${STATE}/state.json`]: state('/srv/x', 'whole'),
        [`${STATE}/originals/${KEPT}`]: '#!/bin/sh\n',
        'srv/': undefined,
      },
      'regmirror restore --root image; stat -c "mode %a" image/srv/x',
    )
    assert.match(output, /exit 0\nmode 755\nuntouched/)
  })

  it('cannot reach the certs.d or config.toml of the machine by its links', async () => {
    const links: Tree[] = [
      { 'etc/containerd/certs.d': '-> /host/certs.d' },
      { 'etc/containerd': '-> ../host' },
      { 'etc/containerd/config.toml': '-> /host/shadow' },
      { 'var/lib/regmirror': '-> /host/empty' },
    ]
    for (const image of links) {
      const output = await withImage(image, 'regmirror apply --root image -f list.toml')
      assert.match(output, /a link points into \S+\/image\/host, where files of this machine are mounted/)
      assert.match(output, /^exit 2\nuntouched$/m)
    }
  })

  it('may have its own file systems mounted, and links into them', async () => {
    const output = await withImage(
      { 'var/': undefined, 'etc/containerd': '-> /var/containerd' },
      `mount -t tmpfs tmpfs image/var; mkdir image/var/containerd
       regmirror apply --root image -f list.toml; regmirror apply --root image -f list.toml; regmirror restore --root image`,
    )
    assert.equal(output.match(/^exit 0$/gm)?.length, 3, output)
  })

  it('may have directories mounted from this machine if its state is mounted too', async () => {
    const output = await withImage(
      { [`${STATE}/`]: undefined },
      `mkdir s e; mount --bind s image/${STATE}; mount --bind e image/etc
       regmirror apply --root image -f list.toml; regmirror apply --root image -f list.toml; regmirror restore --root image`,
    )
    assert.equal(output.match(/^exit 0$/gm)?.length, 3, output)
  })
})
