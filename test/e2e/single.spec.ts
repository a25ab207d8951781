/** The single file: one executable with Node, on a machine that has only the C and C++ libraries. */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildImage } from '../support/image.ts'
import { refusingOrigin, startRegistry } from '../support/registry.ts'
import { withDirectory } from '../support/tree.ts'
import { needMounts, skip } from './support/runtimes.ts'
import { buildInto } from './support/single-file.ts'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const LIST = 'etc/regmirror/mirrors.toml'

const REPORT_COMPILED = fileURLToPath(import.meta.resolve('./support/report-compiled.cjs'))

/** Without a network of its own: mirrors on loopback are those of the test. $1 the tree, $2 how it is mounted, $3 the user. */
const INSIDE =
  'mount --bind "$1" "$1"; mount -t proc proc "$1/proc"; mount -o "remount,bind,$2" "$1"; user=$3; root=$1; shift 3; exec chroot --userspec="$user" "$root" /regmirror "$@"'
const ROOT = '0:0'
const USER = '65534:65534'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the file in a tree, without blocking the registries of this process. */
async function runIn(tree: string, mount: 'rw' | 'ro', user: string, args: readonly string[]): Promise<Ran> {
  const inside = [
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-ec',
    INSIDE,
    'sh',
    tree,
    mount,
    user,
    ...args,
  ]
  // Settings of this machine that a file without Node must not notice.
  const env = { PATH: process.env.PATH, NODE_OPTIONS: '--no-such-option' }
  return await promisify(execFile)('unshare', inside, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    error => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  )
}

describe('the single file', function () {
  this.timeout(300_000)
  let folder = ''
  const printed: string[] = []
  const file = (...names: readonly string[]) => path.join(folder, ...names)

  before(async function () {
    needMounts(this)
    if (process.platform !== 'linux' || process.arch !== 'x64') skip(this, 'it is for Linux on x64')
    if (spawnSync('strip', ['--version']).status !== 0) skip(this, 'strip is missing; install binutils')
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-single-'))
    for (const name of ['first', 'second']) printed.push(buildInto(file(name)))
    await makeTree(file('tree'), file('first/regmirror'))
  })
  after(() => fs.rm(folder, { recursive: true, force: true }))

  it('has the same bytes when it is built twice', async () => {
    for (const name of ['regmirror', 'THIRD-PARTY-LICENSES']) {
      const [first, second] = [
        await fs.readFile(file('first', name)),
        await fs.readFile(file('second', name)),
      ]
      assert.ok(first.equals(second), name)
    }
  })

  it('is named with its size and the next command when it is built', async () => {
    const { size } = await fs.stat(file('first/regmirror'))
    const program = file('first/regmirror')
    const next = `next: install -m 755 ${program} /usr/local/bin/regmirror`
    assert.equal(printed[0], `built ${program}, ${Math.round(size / 1e6)} MB\n${next}\n`)
  })

  it('has the size that the docs name', async () => {
    const { size } = await fs.stat(file('first/regmirror'))
    const docs = await fs.readFile(path.join(PROJECT, 'docs/single-file.md'), 'utf8')
    const [, named] = /^\| size \| x64: (\d+) MB;/m.exec(docs) ?? []
    assert.ok(Math.abs(Number(named) - size / 1e6) <= 1, `${size} bytes`)
  })

  it('takes every script of a plan from its code cache', () =>
    withDirectory(async directory => {
      buildInto(directory, '--test')
      const plan = ['plan', '-f', file('tree/list.toml'), '--root', directory]
      const { stdout, stderr } = spawnSync(path.join(directory, 'regmirror'), plan, {
        env: { NODE_OPTIONS: `--require=${REPORT_COMPILED}` },
        encoding: 'utf8',
      })
      assert.match(stdout, /create/, stderr)
      assert.match(stderr, /^cached regmirror\/\.\/main\.js$/m)
      assert.doesNotMatch(stderr, /^compiled/m)
    }))

  it('requires nothing but the C and C++ libraries', () => {
    const needed = execFileSync('readelf', ['-d', file('first/regmirror')], { encoding: 'utf8' })
    const names = [...needed.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name)
    assert.deepEqual(names.toSorted(), [
      'ld-linux-x86-64.so.2',
      'libc.so.6',
      'libdl.so.2',
      'libgcc_s.so.1',
      'libm.so.6',
      'libpthread.so.0',
      'libstdc++.so.6',
    ])
  })

  it('prints the licences of Node and of the packages in it', async () => {
    const { code, stdout } = await runIn(file('tree'), 'ro', USER, ['--licenses'])
    assert.equal(code, 0)
    assert.equal(stdout, await fs.readFile(file('first/THIRD-PARTY-LICENSES'), 'utf8'))
    for (const name of ['yargs', 'chokidar', 'Node.js 24'])
      assert.match(stdout, new RegExp(`^${name}`, 'm'), name)
  })

  for (const [who, user] of [
    ['root', ROOT],
    ['another user', USER],
  ] as const) {
    it(`runs as ${who}, without /tmp, on a read-only file system`, async () => {
      const run = (...args: string[]) => runIn(file('tree'), 'ro', user, args)
      const { version } = JSON.parse(await fs.readFile(path.join(PROJECT, 'package.json'), 'utf8'))
      assert.deepEqual(await run('--version'), { code: 0, stdout: `${version}\n`, stderr: '' })
      assert.match((await run('--help')).stdout, /apply[\s\S]+--licenses/)
      const plan = await run('plan', '-f', '/list.toml')
      assert.match(plan.stdout, /create/, plan.stderr)
    })
  }

  it('makes a starter list, applies a list and then has nothing to do', async () => {
    const run = (...args: string[]) => runIn(file('tree'), 'rw', ROOT, args)
    const made = await run('init', '--preset', 'harbor', '-o', '/etc/regmirror/starter.toml')
    assert.equal(made.code, 0, made.stderr)
    await fs.copyFile(file('tree/list.toml'), file('tree', LIST))
    const applied = await run('apply')
    assert.equal(applied.code, 0, applied.stderr)
    assert.match(applied.stdout, /created/)
    assert.match((await run('plan', '--check')).stdout, /nothing to do/)
  })

  it('probes', async () => {
    const registry = await startRegistry({})
    const list = `version = 1\n[registries."docker.io"]\nserver = "${registry.url}"\nmirrors = ["${registry.url}"]\n`
    await fs.writeFile(file('tree/probed.toml'), list, { mode: 0o644 })
    const { stdout, stderr } = await runIn(file('tree'), 'ro', ROOT, [
      ...['probe', '-f', '/probed.toml', '--depth', 'ping', '--format', 'json'],
    ])
    await registry.close()
    assert.equal(JSON.parse(stdout).probes[0].status, 'healthy', stderr)
  })

  it('compares mirrors as a normal user, on a read-only file system without a list', async () => {
    const image = buildImage('library/busybox', 'latest')
    const registry = await startRegistry({ images: [image] })
    const refusing = await refusingOrigin()
    const run = (...args: string[]) => runIn(file('tree'), 'ro', USER, ['probe', ...args])
    const found = await run(refusing, registry.origin)
    const none = await run(refusing)
    await registry.close()
    assert.equal(found.code, 0, found.stderr)
    assert.ok(found.stdout.includes(`fastest that serves: ${registry.origin}`), found.stdout)
    assert.equal(none.code, 1)
    assert.match(none.stdout, /^no mirror serves$/m)
  })

  it('hands out presets and templates', async () => {
    const run = (...args: string[]) => runIn(file('tree'), 'ro', USER, ['init', ...args])
    const templates = path.join(PROJECT, 'templates')
    const unit = 'systemd/regmirror-watch.service'
    assert.match((await run('--list')).stdout, /^ {2}china .+[\s\S]+^ {2}systemd .+/m)
    assert.equal(
      (await run('--template', unit)).stdout,
      await fs.readFile(path.join(templates, unit), 'utf8'),
    )
    const china = await fs.readFile(path.join(templates, 'lists/china.toml'), 'utf8')
    assert.equal((await run('--preset', 'china')).stdout, china)
  })

  it('reports a working directory that was removed', () =>
    withDirectory(async directory => {
      const gone = 'mkdir gone; cd gone; rmdir ../gone; exec "$0" plan'
      const { status, stderr } = spawnSync('sh', ['-ec', gone, file('first/regmirror')], {
        cwd: directory,
        encoding: 'utf8',
      })
      assert.equal(status, 2)
      assert.match(stderr, /^error: the working directory was removed; [^\n]+\n$/)
    }))
})

/** A tree with the file, the libraries that it links, a node and a list. */
async function makeTree(tree: string, program: string): Promise<void> {
  const linked = execFileSync('ldd', [program], { encoding: 'utf8' })
  for (const [, library = ''] of linked.matchAll(/(\/\S+) \(0x/g)) {
    await fs.mkdir(path.join(tree, path.dirname(library)), { recursive: true })
    await fs.copyFile(library, path.join(tree, library))
  }
  await fs.copyFile(program, path.join(tree, 'regmirror'))
  for (const name of ['proc', 'etc/containerd', 'etc/regmirror'])
    await fs.mkdir(path.join(tree, name), { recursive: true })
  const list =
    'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n[targets.containerd]\nversion = "2.1"\n'
  await fs.writeFile(path.join(tree, 'list.toml'), list, { mode: 0o644 })
}
