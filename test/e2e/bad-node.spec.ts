/** Nodes that cannot be written, on real file systems: one error, exit code 2, and an unchanged node. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { AS_BUILT, shellWords } from '../support/program.ts'
import { withDirectory } from '../support/tree.ts'
import { needBuilt } from './support/built.ts'
import { defaultConfig, needRuntime, treeOf } from './support/runtimes.ts'

const RUNTIME = 'containerd-trixie'

/** Makes a node on its own tmpfs ($1 home, $2 final mount options), applies, and lists the node before and after. */
const ON_A_TMPFS = `
set -e
mkdir "$1/node"
mount -t tmpfs -o size=64k tmpfs "$1/node"
mkdir -p "$1/node/etc/containerd"
cp "$1/config.toml" "$1/node/etc/containerd/config.toml"
mount -o "remount,$2" "$1/node"
look() { find "$1/node" -path "*/var/lib/regmirror*" -prune -o -type f -print0 | sort -z | xargs -0 sha256sum; find "$1/node/etc"; }
look "$1" >"$1/before"
set +e
${shellWords(AS_BUILT)} apply -f "$1/mirrors.toml" --root "$1/node"
echo "exit $?"
look "$1" >"$1/after"
`

describe('a node that cannot be written', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, RUNTIME, true)
    needBuilt()
  })

  const cases: [title: string, options: string, problem: RegExp][] = [
    ['is read-only', 'ro', /the file system is read-only/],
    ['is full before all is written', 'size=64k', /no space left on the device/],
  ]
  for (const [title, options, problem] of cases) {
    it(`${title}: is unchanged, and the error is reported once`, () =>
      withDirectory(async home => {
        await fs.writeFile(path.join(home, 'config.toml'), defaultConfig(treeOf(RUNTIME)))
        const tables = Array.from(
          { length: 40 },
          (_, i) => `[registries."r${i}.test"]\nmirrors = ["https://m.test"]\n`,
        )
        const list = `version = 1\n${tables.join('')}[targets.containerd]\nversion = "1.7"\n`
        await fs.writeFile(path.join(home, 'mirrors.toml'), list, { mode: 0o644 })
        const args = ['--mount', '--propagation', 'private', 'sh', '-c', ON_A_TMPFS, 'sh', home, options]
        const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })
        assert.equal(stdout, 'exit 2\n', stderr)
        assert.match(stderr, problem)
        assert.match(stderr, /^error: [^\n]+\n$/)
        assert.equal(
          await fs.readFile(path.join(home, 'after'), 'utf8'),
          await fs.readFile(path.join(home, 'before'), 'utf8'),
        )
      }))
  }
})
