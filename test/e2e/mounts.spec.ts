/** Nodes with mounts at the paths that regmirror writes, each in its own mount namespace. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { FROM_SOURCE, shellWords } from '../support/program.ts'
import { withDirectory, writeTree } from '../support/tree.ts'
import { needRuntime } from './support/runtimes.ts'

const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'

describe('mounts', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, 'containerd-trixie', true)
  })
  const inside = (home: string, script: string) =>
    execFileSync(
      'unshare',
      ['-m', 'bash', '-c', `exec 2>&1; regmirror() { ${shellWords(FROM_SOURCE)} "$@"; }\n${script}`],
      {
        cwd: home,
        encoding: 'utf8',
      },
    )
  const onNode = (use: (home: string) => void) =>
    withDirectory(async home => {
      await writeTree(home, {
        'n/etc/': undefined,
        'n/var/lib/regmirror/': undefined,
        'state/': undefined,
        l: LIST,
      })
      use(home)
    })
  const APPLY = 'regmirror apply --root n -f l --list-format toml'

  it('apply works when the state folder is a mount, as in the DaemonSet', () =>
    onNode(home => {
      const output = inside(home, `mount --bind state n/var/lib/regmirror; ${APPLY}; echo "exit $?"`)
      assert.match(output, /^exit 0$/m)
    }))

  it('apply works when the root file system is read-only except for its own paths', () =>
    onNode(home => {
      const output = inside(
        home,
        `mkdir etc; mount --bind n n; mount --bind state n/var/lib/regmirror; mount --bind etc n/etc
        mount -o remount,ro,bind n; ${APPLY}; echo "exit $?"`,
      )
      assert.match(output, /^exit 0$/m)
    }))

  it('apply removes a registry whose directory is on a lower layer of an overlay', () =>
    onNode(home => {
      const output = inside(
        home,
        `${APPLY} >/dev/null; mkdir t m; mount -t tmpfs t t; mkdir t/u t/w
        mount -t overlay o -o lowerdir=n,upperdir=t/u,workdir=t/w m || exit 0
        sed -i s/quay.io/ghcr.io/ l; regmirror apply --root m -f l --list-format toml; echo "exit $?"`,
      )
      assert.doesNotMatch(output, /EXDEV/)
    }))

  it('apply works after a restore that could not remove a directory because of a mount', () =>
    onNode(home => {
      const output = inside(
        home,
        `rmdir n/var/lib/regmirror; ${APPLY} >/dev/null; mount -t tmpfs t n/etc/containerd/certs.d
        regmirror restore --root n >/dev/null; ${APPLY}; echo "exit $?"`,
      )
      assert.match(output, /^exit 0$/m)
    }))

  it('apply explains why it cannot replace a config.toml that is a mount', () =>
    onNode(home => {
      const output = inside(
        home,
        `mkdir n/etc/containerd; echo 'version = 2' > c; touch n/etc/containerd/config.toml
        mount --bind c n/etc/containerd/config.toml; ${APPLY}`.concat('; true'),
      )
      assert.doesNotMatch(output, /the system reports/)
    }))
})
