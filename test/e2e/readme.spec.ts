/** The commands of the README for a node, typed into one: its own /etc and /var/lib, and no network. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDirectory } from '../support/tree.ts'
import { needRuntime } from './support/runtimes.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** Runs a script where /etc is a copy and /var/lib is empty, in namespaces that end with it. */
const IN_A_NODE = `
set -e
cp -a /etc "$1/etc"
mount --bind "$1/etc" /etc
mount -t tmpfs tmpfs /var/lib
cd /
exec sh -c "$2"
`

describe('the README', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, 'containerd-trixie', true)
    execFileSync(process.execPath, ['tools/build.ts'], { cwd: root })
  })

  it('says on a node what can be done there', () =>
    withDirectory(async home => {
      const readme = await fs.readFile(path.join(root, 'README.md'), 'utf8')
      const [, block = ''] = /## On a node\n.*?```sh\n(.*?)```/s.exec(readme) ?? []
      const commands = block.trim().split('\n')
      assert.ok(commands.length >= 5)
      const wrapper = `#!/bin/sh\nexec '${process.execPath}' '${root}/bin/regmirror.js' "$@"\n`
      await fs.writeFile(path.join(home, 'regmirror'), wrapper, { mode: 0o755 })
      const script = [
        'rm -rf /etc/containerd /etc/regmirror',
        ...commands.map(command => `${command}\necho "exit $?"`),
        'cat /etc/containerd/certs.d/docker.io/hosts.toml',
      ].join('\n')
      const { stdout, stderr } = spawnSync(
        'unshare',
        ['--mount', '--net', '--propagation', 'private', 'sh', '-c', IN_A_NODE, 'sh', home, script],
        { encoding: 'utf8', env: { ...process.env, PATH: `${home}:${process.env.PATH}` } },
      )
      const codes = [...stdout.matchAll(/^exit (\d+)$/gm)].map(([, code]) => Number(code))
      // Without a network docker.io itself is out of reach, so probe answers its question with no.
      assert.deepEqual(
        codes,
        commands.map(command => (/^regmirror probe/.test(command) ? 1 : 0)),
        stdout + stderr,
      )
      assert.match(stdout, /server = "https:\/\/registry-1\.docker\.io"/)
    }))
})
