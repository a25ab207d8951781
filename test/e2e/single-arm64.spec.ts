/** The single file for arm64, built on x64 and run by qemu in a tree with Debian's libraries for arm64. */
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { writeTree } from '../support/tree.ts'
import { treeOf } from './support/runtimes.ts'
import { buildInto, needArm64 } from './support/single-file.ts'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const TREE = treeOf('qemu-user-static-bookworm')
const REPORT_COMPILED = path.join(import.meta.dirname, 'support/report-compiled.cjs')
const LIST =
  'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n[targets.containerd]\nversion = "2.1"\n'

/** $1 the tree; then options of qemu, the file and its arguments. */
const INSIDE =
  'mount -t proc proc "$1/proc"; tree=$1; shift; exec chroot "$tree" /usr/bin/qemu-aarch64-static "$@"'

/** Some kernels for arm64 have pages of this size. */
const LARGE_PAGE = 65536
/** qemu 7.2 has the real-time signals of a program two higher on the machine that runs it. */
const COPIES = { SIGHUP: 41 + 2, SIGINT: 42 + 2 }

describe('the single file for arm64', function () {
  this.timeout(300_000)
  let folder = ''
  const file = (...names: readonly string[]) => path.join(folder, ...names)

  before(async function () {
    await needArm64(this)
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-arm64-'))
    buildInto(folder, '--arch', 'arm64', '--test')
    execFileSync('cp', ['-a', TREE, file('tree')])
    await fs.rename(file('regmirror-arm64'), file('tree/regmirror'))
    await fs.copyFile(REPORT_COMPILED, file('tree/report-compiled.cjs'))
    await fs.mkdir(file('tree/proc'))
    await writeTree(file('tree'), { 'list.toml': LIST, 'etc/containerd/config.toml': 'version = 3\n' })
  })
  after(() => fs.rm(folder, { recursive: true, force: true }))

  /** The words that start the file in its tree, with options of qemu. */
  const words = (...qemu: readonly string[]) => [
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-ec',
    INSIDE,
    'sh',
    file('tree'),
    ...qemu,
    '/regmirror',
  ]

  /** Both streams of a run. */
  function run(args: readonly string[], ...qemu: readonly string[]): string {
    const [program, ...rest] = ['unshare', ...words(...qemu), ...args]
    const { status, stdout, stderr } = spawnSync(program as string, rest, { encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
    return stdout + stderr
  }

  it('prints its version', async () => {
    const { version } = JSON.parse(await fs.readFile(path.join(PROJECT, 'package.json'), 'utf8'))
    assert.equal(run(['--version']), `${version}\n`)
  })

  it('plans, with every script from its code cache', () => {
    const printed = run(['plan', '-f', '/list.toml'], '-E', 'NODE_OPTIONS=--require=/report-compiled.cjs')
    assert.match(printed, /create/)
    assert.match(printed, /^cached regmirror\/\.\/main\.js$/m)
    assert.doesNotMatch(printed, /^compiled/m)
  })

  it('applies a list and then has nothing to do', async () => {
    assert.match(run(['apply', '-f', '/list.toml', '--no-probe']), /created/)
    const hosts = await fs.readFile(file('tree/etc/containerd/certs.d/quay.io/hosts.toml'), 'utf8')
    assert.match(hosts, /^\[host\."https:\/\/m\.example"\]$/m)
    assert.match(run(['plan', '--check', '-f', '/list.toml']), /nothing to do/)
  })

  it('copies the actions of SIGINT and SIGHUP before Node resets them', () => {
    const calls = [...run(['--version'], '-strace').matchAll(/rt_sigaction\((\w+),(\w+),(\w+)\)/g)]
    const [first, second, third, fourth, fifth] = calls.map(([, ...call]) => call)
    const place = first?.[2]
    assert.deepEqual(
      [first, second],
      [
        ['SIGINT', 'NULL', place],
        ['42', place, 'NULL'],
      ],
    )
    assert.deepEqual(
      [third, fourth],
      [
        ['SIGHUP', 'NULL', place],
        ['41', place, 'NULL'],
      ],
    )
    assert.deepEqual(fifth?.slice(0, 2), ['SIGHUP', 'NULL'])
  })

  for (const signal of ['SIGHUP', 'SIGINT'] as const) {
    it(`passes on that ${signal} was ignored`, async () => {
      const command = `trap '' ${signal.slice(3)}; exec "$@" validate -f -`
      const started = spawn('sh', ['-c', command, 'sh', 'unshare', ...words()])
      const ended = new Promise(done => started.once('exit', done))
      const copies = Object.entries(COPIES)
      const isIgnored = (mask: bigint, number: number) => ((mask >> BigInt(number - 1)) & 1n) === 1n
      let mask = 0n
      while (started.exitCode === null && !copies.some(([, number]) => isIgnored(mask, number))) {
        const status = await fs.readFile(`/proc/${started.pid}/status`, 'utf8')
        mask = BigInt(`0x${/^SigIgn:\s*(\w+)$/m.exec(status)?.[1]}`)
      }
      started.stdin.end(LIST)
      await ended
      const names = copies.filter(([, number]) => isIgnored(mask, number)).map(([name]) => name)
      assert.deepEqual(names, [signal])
    })
  }

  it('can be loaded in pages of every size that kernels for arm64 have', () => {
    const headers = execFileSync('readelf', ['-lW', file('tree/regmirror')], { encoding: 'utf8' })
    const segments = [...headers.matchAll(/^ +LOAD +(0x\w+) (0x\w+) /gm)]
    assert.ok(segments.length >= 3, headers)
    for (const [line, offset, address] of segments)
      assert.equal(Number(offset) % LARGE_PAGE, Number(address) % LARGE_PAGE, line)
  })

  it('has the size that the docs name', async () => {
    const { size } = await fs.stat(file('tree/regmirror'))
    const docs = await fs.readFile(path.join(PROJECT, 'docs/single-file.md'), 'utf8')
    const [, named] = /^\| size \|.* arm64: (\d+) MB;/m.exec(docs) ?? []
    assert.ok(Math.abs(Number(named) - size / 1e6) <= 1, `${size} bytes`)
  })
})
