/** The commands of the README for a node, typed into one: its own /etc and /var/lib, and no network. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { AS_BUILT, shellWords } from '../support/program.ts'
import { withDirectory } from '../support/tree.ts'
import { needBuilt } from './support/built.ts'
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

/** Types the commands in such a node; gives their exit codes, and all that was printed. */
async function type(
  home: string,
  commands: readonly string[],
): Promise<{ codes: number[]; printed: string }> {
  const wrapper = `#!/bin/sh\nexec ${shellWords(AS_BUILT)} "$@"\n`
  await fs.writeFile(path.join(home, 'regmirror'), wrapper, { mode: 0o755 })
  const script = ['rm -rf /etc/containerd /etc/regmirror', ...commands.map(line => `${line}\necho "exit $?"`)]
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', '--net', '--propagation', 'private', 'sh', '-c', IN_A_NODE, 'sh', home, script.join('\n')],
    { encoding: 'utf8', env: { ...process.env, PATH: `${home}:${process.env.PATH}` } },
  )
  const codes = [...stdout.matchAll(/^exit (\d+)$/gm)].map(([, code]) => Number(code))
  return { codes, printed: stdout + stderr }
}

async function commandsOf(document: string, heading: string): Promise<string[]> {
  const text = await fs.readFile(path.join(root, document), 'utf8')
  const [, block = ''] = new RegExp(`^#+ ${heading}\n.*?\`\`\`sh\n(.*?)\`\`\``, 'ms').exec(text) ?? []
  return block.trim().split('\n').map(ending)
}

/** What runs until it is told to stop is told so after a while. */
function ending(command: string): string {
  return command.replace(/^regmirror watch/, 'timeout --preserve-status 8 regmirror watch')
}

const IS_GONE = '! ls -d /etc/containerd /var/lib/regmirror'

describe('the documents', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, 'containerd-trixie', true)
    needBuilt()
  })

  it('say on a node what can be done there', () =>
    withDirectory(async home => {
      const commands = await commandsOf('README.md', 'Use it on a node')
      assert.ok(commands.length >= 6)
      const { codes, printed } = await type(home, [...commands, IS_GONE])
      // Without a network docker.io itself is out of reach, so probe answers its question with no.
      const expected = commands.map(command => (/^regmirror probe/.test(command) ? 1 : 0))
      assert.deepEqual(codes, [...expected, 0], printed)
      assert.match(printed, /server = "https:\/\/registry-1\.docker\.io"/)
    }))

  it('say how a node is set up once', () =>
    withDirectory(async home => {
      const commands = await commandsOf('docs/bootstrap.md', 'Set up a node once')
      assert.equal(commands.length, 4)
      const { codes, printed } = await type(home, [...commands, 'regmirror restore', IS_GONE])
      assert.deepEqual(codes, [0, 0, 0, 0, 0, 0], printed)
      assert.match(printed, /certs\.d\/docker\.io\/hosts\.toml/)
    }))

  it('say how mirrors are put in order', () =>
    withDirectory(async home => {
      const commands = await commandsOf('docs/probing.md', 'Order mirrors by measurement')
      const { codes, printed } = await type(home, [
        'regmirror init -o /etc/regmirror/mirrors.toml',
        ...commands,
      ])
      // Without a network nothing is healthy, so the gate stays shut.
      assert.deepEqual(codes, [0, 0, 0, 1, 1], printed)
      assert.match(
        printed,
        /docker\.io is unhealthy: no mirror and no server is healthy; regmirror wrote nothing/,
      )
    }))

  it('say how a node is kept right', () =>
    withDirectory(async home => {
      const applied = ['regmirror init -o /etc/regmirror/mirrors.toml', 'regmirror apply --no-probe']
      const commands = await commandsOf('docs/watching.md', 'Keep a node up to date with watch')
      assert.equal(commands.length, 3)
      const { codes, printed } = await type(home, [...applied, 'ip link set lo up', ...commands])
      assert.deepEqual(codes, [0, 0, 0, 0, 0, 0], printed)
      assert.match(printed, /"event":"listening"/)
    }))

  it('say how a node is put back', () =>
    withDirectory(async home => {
      const applied = ['regmirror init -o /etc/regmirror/mirrors.toml', 'regmirror apply --no-probe']
      const commands = await commandsOf('docs/writing.md', 'Restore')
      const { codes, printed } = await type(home, [...applied, ...commands, IS_GONE])
      assert.deepEqual(codes, [0, 0, 1, 0, 0, 0], printed)
    }))
})
