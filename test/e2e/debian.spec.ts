/** The Debian package on nodes with real dpkg and systemd: installed, upgraded under a watcher that runs, removed, purged. */
import assert from 'node:assert/strict'
import { watch as watchFiles } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { EXECUTABLE } from '../support/program.ts'
import { readTree } from '../support/tree.ts'
import { MIRROR, WATCH } from './support/booted.ts'
import { needBuilt } from './support/built.ts'
import { bootBare, type Machine, needSystemd, systemds } from './support/machine.ts'
import { buildDependencies, buildVersion, PACKAGE } from './support/packages.ts'
import { needRuntime } from './support/runtimes.ts'
import { type Unit, unitOf } from './support/unit.ts'

/** The mirror at port 5000 responds; nothing listens at port 5001. */
const LIST = `version = 1
[registries."docker.io"]
mirrors = ["http://127.0.0.1:5001", "http://127.0.0.1:5000"]
`
const FILE = '/etc/regmirror/mirrors.toml'
const CERTS = '/etc/containerd/certs.d'
/** A file of the user of the node, which regmirror adopts. */
const ORIGINAL = 'server = "https://registry-1.docker.io"\n[host."https://own.example.com"]\n'
const HOW_TO_RESTORE = /to undo them, install the package again, then run: regmirror restore/

type Files = Readonly<Record<string, string | undefined>>

interface Node {
  readonly machine: Machine
  readonly watch: Unit
  /** Runs a program that must succeed; returns what it prints. */
  run(...command: readonly string[]): Promise<string>
  /** Files of `/etc/containerd` and of regmirror. */
  files(): Promise<Files>
  /** The same before regmirror was installed. */
  readonly before: Files
}

describe('the Debian package', function () {
  this.timeout(600_000)
  let home = ''
  const debs = { dependencies: '', first: '', second: '' }
  const nodes = new Map<string, Node>()

  before(async function () {
    for (const { suite } of systemds) {
      needSystemd(this, suite)
      needRuntime(this, `dpkg-${suite}`, true)
    }
    needBuilt()
    home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-debian-'))
    debs.dependencies = await buildDependencies(home)
    debs.first = await buildVersion(home, '0.1.0')
    debs.second = await buildVersion(home, '0.2.0')
    await onAll(systemds, async ({ title, suite }) => {
      const names = (await fs.readdir(home)).filter(name => name.endsWith('.deb'))
      nodes.set(title, await startNode(suite, home, names))
    })
  })
  after(async () => {
    await onAll(nodes.values(), async ({ machine }) => await machine[Symbol.asyncDispose]())
    if (home !== '') await fs.rm(home, { recursive: true, force: true })
  })

  const they = (title: string, use: (node: Node) => Promise<void>) =>
    it(title, () =>
      onAll(nodes, async ([systemd, node]) => {
        try {
          await use(node)
        } catch (error) {
          if (error instanceof Error) error.message = `${systemd}: ${error.message}`
          throw error
        }
      }),
    )
  const dpkg = (node: Node, ...args: readonly string[]) => node.run('dpkg', ...args)
  const install = (node: Node, ...names: readonly string[]) =>
    dpkg(node, '--install', ...names.map(name => `/srv/${name}`))

  /** The commands of a section of docs/debian.md, in the order of the page. */
  const documented = async (heading: string): Promise<readonly string[]> => {
    const page = await fs.readFile(path.join(import.meta.dirname, '../../docs/debian.md'), 'utf8')
    const [, block = ''] = new RegExp(`^## ${heading}\n.*?\`\`\`sh\n(.*?)\`\`\``, 'ms').exec(page) ?? []
    const lines = block.trim().split('\n')
    assert.ok(
      lines.every(line => line !== ''),
      heading,
    )
    return lines.map(onNode)
  }
  /** apt calls dpkg, but the node has no archive to get its other packages from. */
  const onNode = (command: string): string =>
    command
      .replace(/^apt install \S+_0\.1\.0_\S+/, `dpkg --install /srv/${debs.dependencies} /srv/${debs.first}`)
      .replace(/^apt install \S+_0\.2\.0_\S+/, `dpkg --install /srv/${debs.second}`)
      .replace(/^apt (remove|purge) regmirror$/, `dpkg --$1 ${PACKAGE}`)
  const type = async (node: Node, commands: readonly string[]) => {
    for (const command of commands) {
      assert.doesNotMatch(command, /^apt /)
      await node.run('sh', '-c', command)
      if (command.startsWith('regmirror init')) await fs.writeFile(node.machine.at(FILE), LIST)
    }
  }

  they('changes nothing on the node that it is installed on', async node => {
    await type(node, (await documented('Install')).slice(0, 1))
    assert.match(await node.run('regmirror', '--version'), /^\d+\.\d+\.\d+\n$/)
    assert.deepEqual(await node.files(), {
      ...node.before,
      'etc/regmirror/regmirror.env': await shippedFlags(),
    })
    for (const unit of [WATCH, 'regmirror-bootstrap.service'])
      assert.match((await node.machine.run('systemctl', 'is-enabled', unit)).said, /^disabled$/m)
    assert.equal(await node.watch.show('ActiveState'), 'inactive')
    assert.equal(await node.run('dpkg', '--verify', PACKAGE), '')
  })

  they('removes a failed mirror once its watcher is enabled', async node => {
    await type(node, (await documented('Install')).slice(1))
    await node.watch.shows('StatusText', /^2 mirrors, 1 unhealthy$/)
    assert.doesNotMatch(await hosts(node), /:5001/)
    assert.match(await hosts(node), /:5000/)
  })

  they('restarts the watcher at an upgrade, and no file of the runtime is written', async node => {
    const env = node.machine.at('/etc/regmirror/regmirror.env')
    await fs.writeFile(env, 'WATCH_FLAGS=--listen 127.0.0.1:9999\n')
    const before = { pid: await node.watch.show('MainPID'), files: await facts(node) }
    const seen: string[] = []
    const witness = watchFiles(node.machine.at(CERTS), { recursive: true }, (event, name) => {
      seen.push(`${event} ${name}`)
    })
    await type(node, await documented('Upgrade'))
    await node.watch.shows('StatusText', /^2 mirrors, 1 unhealthy$/)
    assert.notEqual(await node.watch.show('MainPID'), before.pid)
    witness.close()
    assert.deepEqual(seen, [])
    assert.deepEqual(await facts(node), before.files)
    const command = await node.run('cat', `/proc/${await node.watch.show('MainPID')}/cmdline`)
    assert.match(command, /127\.0\.0\.1:9999/, 'the flags of the node are kept')
    assert.match(await node.run('dpkg-query', '--show', PACKAGE), /\t0\.2\.0$/m)
  })

  // Without an executable, there is only one package.
  if (EXECUTABLE !== undefined)
    they('gives its place to the other package and takes it back, with a watcher that runs', async node => {
      const before = await facts(node)
      for (const name of ['regmirror-node_0.2.0_all.deb', debs.second]) {
        const pid = await node.watch.show('MainPID')
        assert.doesNotMatch(await install(node, name), HOW_TO_RESTORE)
        await node.watch.shows('StatusText', /^2 mirrors, 1 unhealthy$/)
        assert.notEqual(await node.watch.show('MainPID'), pid)
        assert.match((await node.machine.run('systemctl', 'is-enabled', WATCH)).said, /^enabled$/m)
      }
      // What is left of the package that was replaced.
      await dpkg(node, '--purge', 'regmirror-node')
      assert.equal((await node.files())['etc/regmirror/mirrors.toml'], LIST)
      assert.match((await node.machine.run('systemctl', 'is-enabled', WATCH)).said, /^enabled$/m)
      assert.deepEqual(await facts(node), before)
    })

  they('leaves the mirrors in effect when it is removed, and reports how to undo them', async node => {
    const before = await facts(node)
    const printed = await dpkg(node, '--remove', PACKAGE)
    assert.match(printed, HOW_TO_RESTORE)
    assert.deepEqual(await facts(node), before)
    assert.equal(await node.watch.show('ActiveState'), 'inactive')
    assert.notEqual((await node.machine.run('regmirror', '--version')).code, 0)
  })

  they('keeps the originals of the node when it is purged before a restore', async node => {
    const printed = await dpkg(node, '--purge', PACKAGE)
    assert.match(printed, /kept \/var\/lib\/regmirror and \/etc\/regmirror/)
    assert.match(printed, HOW_TO_RESTORE)
    const files = await node.files()
    assert.equal(files['etc/regmirror/mirrors.toml'], LIST)
    assert.ok(Object.entries(files).some(([name, text]) => /\/originals\//.test(name) && text === ORIGINAL))
  })

  they('leaves nothing when it is purged after a restore', async node => {
    await install(node, debs.second)
    assert.match((await node.machine.run('systemctl', 'is-enabled', WATCH)).said, /^disabled$/m)
    await type(node, await documented('Remove'))
    assert.deepEqual(await node.files(), node.before)
  })
})

/** Waits for all of them, also when one fails. */
async function onAll<T>(all: Iterable<T>, use: (one: T) => Promise<void>): Promise<void> {
  const ends = await Promise.allSettled([...all].map(use))
  const failed = ends.find(end => end.status === 'rejected')
  if (failed) throw failed.reason
}

/** A node with a file of its own for docker.io, a mirror, and the packages in /srv. */
async function startNode(
  suite: 'bookworm' | 'trixie',
  home: string,
  packages: readonly string[],
): Promise<Node> {
  const machine = await bootBare(suite, {
    'etc/systemd/system/mirror.service': MIRROR,
    'etc/systemd/system/multi-user.target.wants/mirror.service': '-> ../mirror.service',
    'etc/systemd/system/ldconfig.service': '-> /dev/null',
    'etc/systemd/system/systemd-firstboot.service': '-> /dev/null',
    [`${CERTS.slice(1)}/docker.io/hosts.toml`]: ORIGINAL,
    'var/lib/dpkg/status': '',
    'var/lib/dpkg/info/': undefined,
    'var/lib/dpkg/updates/': undefined,
    'srv/': undefined,
  })
  for (const name of packages) await fs.copyFile(path.join(home, name), machine.at(`/srv/${name}`))
  const run = async (...command: readonly string[]) => {
    const { code, said } = await machine.run(...command)
    assert.equal(code, 0, `${command.join(' ')}: ${said}`)
    return said
  }
  const files = () => filesOf(machine)
  return { machine, watch: unitOf(machine, WATCH), run, files, before: await files() }
}

async function filesOf(machine: Machine): Promise<Files> {
  const found: Record<string, string | undefined> = {}
  for (const directory of ['etc/containerd', 'etc/regmirror', 'var/lib/regmirror']) {
    const tree = await readTree(machine.at(`/${directory}`)).catch(() => ({}))
    for (const [name, text] of Object.entries(tree)) found[`${directory}/${name}`] = text
  }
  return found
}

async function shippedFlags(): Promise<string> {
  return await fs.readFile(path.join(import.meta.dirname, '../../templates/systemd/regmirror.env'), 'utf8')
}

async function hosts({ machine }: Node): Promise<string> {
  return await fs.readFile(machine.at(`${CERTS}/docker.io/hosts.toml`), 'utf8')
}

/** Which file each one is, and when it was written. */
async function facts({ machine }: Node): Promise<unknown> {
  const names = ['/etc/containerd/config.toml', `${CERTS}/docker.io/hosts.toml`]
  return await Promise.all(
    names.map(async name => {
      const { ino, mtimeMs } = await fs.stat(machine.at(name))
      return { name, ino, mtimeMs }
    }),
  )
}
