/** The Debian packages on nodes with real apt and systemd: installed, upgraded under a watcher that runs, removed, purged. */
import assert from 'node:assert/strict'
import { watch as watchFiles } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readTree } from '../support/tree.ts'
import { MIRROR, WATCH } from './support/booted.ts'
import { needBuilt } from './support/built.ts'
import { makeRepository, PACKAGER } from './support/deb-repository.ts'
import { bootBare, type Machine, needSystemd, systemds } from './support/machine.ts'
import { buildLater, buildNodejs, makePackages } from './support/packages.ts'
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
const ENV = '/etc/regmirror/regmirror.env'
const OWN_FLAGS = 'WATCH_FLAGS=--listen 127.0.0.1:9999\n'
/** What makes people think that something went wrong. */
// Files of other packages are on the node without their packages.
const COMPLAINTS =
  /^(W|E|N): |warning(?!: apt does not|.* not empty so not removed)|error|cannot|not found|failed/im
/** A build of an image does not see systemd. */
const IMAGE = `[Service]
Type=oneshot
TemporaryFileSystem=/run
WorkingDirectory=/srv/apt
StandardOutput=file:/srv/image.log
StandardError=inherit
ExecStart=apt-get install --yes ./regmirror_0.1.0_amd64.deb
ExecStart=apt-get purge --yes regmirror
`
const CURL = '#!/bin/sh\ncp "$(echo "$3" | sed s,^file://,,)" "$2"\n'
const HOW_TO_RESTORE = /to undo them, install regmirror again, then run: regmirror restore/

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
  const nodes = new Map<string, Node>()

  before(async function () {
    for (const { suite } of systemds) {
      needSystemd(this, suite)
      needRuntime(this, `apt-${suite}`, true)
    }
    needRuntime(this, PACKAGER, true)
    needBuilt()
    home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-debian-'))
    const { regmirror, node } = await makePackages(home)
    for (const deb of [regmirror, node]) await buildLater(home, deb)
    await buildNodejs(home)
    await makeRepository(home, (await documented('Your own repository')).join('\n'))
    await onAll(systemds, async ({ title, suite }) => {
      nodes.set(title, await startNode(suite, home))
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
  /** Types a command in /srv/apt, and presses Enter at each prompt. */
  const enter = async (node: Node, command: string) => {
    const onNode = command.replaceAll('https://apt.example.com', 'file:///srv/apt')
    return await node.run('sh', '-c', `cd /srv/apt && yes '' | ${onNode}`)
  }
  const type = async (node: Node, commands: readonly string[]) => {
    for (const command of commands) {
      await enter(node, command)
      if (command.startsWith('regmirror init')) await fs.writeFile(node.machine.at(FILE), LIST)
    }
  }

  // As in the build of an image.
  they('is installed where no systemd runs, and leaves nothing when it is purged', async node => {
    await node.run('systemctl', 'start', 'image.service')
    const printed = await fs.readFile(node.machine.at('/srv/image.log'), 'utf8')
    assert.match(printed, /^Purging configuration files for regmirror/m)
    assert.doesNotMatch(printed, COMPLAINTS)
    assert.deepEqual(await node.files(), node.before)
  })

  they('changes nothing on the node that it is installed on', async node => {
    const [command = ''] = await documented('Install')
    assert.doesNotMatch(await enter(node, command), COMPLAINTS)
    assert.match(await node.run('regmirror', '--version'), /^\d+\.\d+\.\d+\n$/)
    assert.deepEqual(await node.files(), {
      ...node.before,
      'etc/regmirror/regmirror.env': await shippedFlags(),
    })
    for (const unit of [WATCH, 'regmirror-bootstrap.service'])
      assert.match((await node.machine.run('systemctl', 'is-enabled', unit)).said, /^disabled$/m)
    assert.equal(await node.watch.show('ActiveState'), 'inactive')
    assert.equal(await node.run('dpkg', '--verify', 'regmirror'), '')
  })

  they('removes a failed mirror once its watcher is enabled', async node => {
    await type(node, (await documented('Install')).slice(1))
    await node.watch.shows('StatusText', /^2 mirrors, 1 unhealthy$/)
    assert.doesNotMatch(await hosts(node), /:5001/)
    assert.match(await hosts(node), /:5000/)
  })

  they('restarts the watcher at an upgrade, and no file of the runtime is written', async node => {
    await fs.writeFile(node.machine.at(ENV), OWN_FLAGS)
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
    assert.equal(await versionOf(node, 'regmirror'), '0.2.0')
  })

  they('returns to an older version in a script', async node => {
    const [command = ''] = await documented('In a script')
    const unattended = (line: string) => node.machine.run('sh', '-c', `cd /srv/apt && ${line} </dev/null`)
    const { code, said } = await unattended(command.replace(/ -o \S+/, ''))
    assert.notEqual(code, 0, 'without the option, dpkg shows a prompt')
    assert.match(said, /end of file on stdin at conffile prompt/)
    const { said: printed } = await unattended(command)
    assert.equal(await versionOf(node, 'regmirror'), '0.1.0', printed)
    assert.equal(await fs.readFile(node.machine.at(ENV), 'utf8'), OWN_FLAGS)
    await node.watch.shows('StatusText', /^2 mirrors, 1 unhealthy$/)
  })

  they('gives its place to the other package and takes it back, and the watcher runs again', async node => {
    const before = await facts(node)
    await type(node, (await documented('Your own repository', 1)).slice(0, -1))
    for (const name of ['regmirror-node', 'regmirror']) {
      const pid = await node.watch.show('MainPID')
      // apt removes one package before it unpacks the other.
      assert.match(await enter(node, `apt install ${name}`), /^Removing regmirror.*^Unpacking regmirror/ms)
      await node.watch.shows('StatusText', /^2 mirrors, 1 unhealthy$/)
      assert.notEqual(await node.watch.show('MainPID'), pid)
      assert.match((await node.machine.run('systemctl', 'is-enabled', WATCH)).said, /^enabled$/m)
      assert.equal(await versionOf(node, name), '0.2.0')
    }
    // What is left of the package that was replaced.
    await enter(node, 'apt purge regmirror-node')
    assert.equal((await node.files())['etc/regmirror/mirrors.toml'], LIST)
    assert.match((await node.machine.run('systemctl', 'is-enabled', WATCH)).said, /^enabled$/m)
    assert.deepEqual(await facts(node), before)
  })

  they('leaves the mirrors in effect when it is removed, and reports how to undo them', async node => {
    const before = await facts(node)
    assert.match(await enter(node, 'apt remove regmirror'), HOW_TO_RESTORE)
    assert.deepEqual(await facts(node), before)
    assert.equal(await node.watch.show('ActiveState'), 'inactive')
    assert.notEqual((await node.machine.run('regmirror', '--version')).code, 0)
  })

  they('keeps the originals of the node when it is purged before a restore', async node => {
    const printed = await enter(node, 'apt purge regmirror')
    assert.match(printed, /kept \/var\/lib\/regmirror and \/etc\/regmirror/)
    assert.match(printed, HOW_TO_RESTORE)
    const files = await node.files()
    assert.equal(files['etc/regmirror/mirrors.toml'], LIST)
    assert.ok(Object.entries(files).some(([name, text]) => /\/originals\//.test(name) && text === ORIGINAL))
  })

  they('leaves nothing when it is purged after a restore', async node => {
    await enter(node, 'apt install regmirror')
    assert.match((await node.machine.run('systemctl', 'is-enabled', WATCH)).said, /^disabled$/m)
    await type(node, await documented('Remove'))
    assert.deepEqual(await node.files(), node.before)
    const mounts = ['/', '/var/lib', '/run', '/tmp']
    const named = await node.run(
      'find',
      ...mounts,
      '-xdev',
      '-name',
      '*regmirror*',
      '-not',
      '-path',
      '/srv/*',
    )
    const ofApt = ['/etc/apt/keyrings/regmirror.asc', '/etc/apt/sources.list.d/regmirror.list']
    assert.deepEqual(named.trim().split('\n').sort(), ofApt)
  })
})

/** The commands of a block in a section of docs/debian.md, in the order of the page. */
async function documented(heading: string, nth = 0): Promise<readonly string[]> {
  const page = await fs.readFile(path.join(import.meta.dirname, '../../docs/debian.md'), 'utf8')
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [text = ''] = section.split('\n## ')
  const [, block = ''] = [...text.matchAll(/```sh\n(.*?)```/gs)][nth] ?? []
  const lines = block.trim().split('\n')
  assert.ok(
    lines.every(line => line !== ''),
    heading,
  )
  return lines
}

async function versionOf(node: Node, name: string): Promise<string> {
  return (await node.run('dpkg-query', '--show', name)).trim().split('\t')[1] ?? ''
}

/** Waits for all of them, also when one fails. */
async function onAll<T>(all: Iterable<T>, use: (one: T) => Promise<void>): Promise<void> {
  const ends = await Promise.allSettled([...all].map(use))
  const failed = ends.find(end => end.status === 'rejected')
  if (failed) throw failed.reason
}

/** A node with a file of its own for docker.io, a mirror, and the packages in /srv/apt. */
async function startNode(suite: 'bookworm' | 'trixie', home: string): Promise<Node> {
  const machine = await bootBare(suite, {
    'etc/systemd/system/mirror.service': MIRROR,
    'etc/systemd/system/multi-user.target.wants/mirror.service': '-> ../mirror.service',
    'etc/systemd/system/ldconfig.service': '-> /dev/null',
    'etc/systemd/system/systemd-firstboot.service': '-> /dev/null',
    [`${CERTS.slice(1)}/docker.io/hosts.toml`]: ORIGINAL,
    'etc/systemd/system/image.service': IMAGE,
    'etc/apt/keyrings/': undefined,
    // debconf is not complete on the machine.
    'etc/apt/apt.conf.d/70debconf': '',
    // There is no curl on a machine, only this one address.
    'usr/local/bin/curl': CURL,
    // A link that the installation of mawk makes; apt needs it for a key.
    'usr/bin/awk': '-> mawk',
    'srv/apt/': undefined,
  })
  await copyPackages(home, machine).catch(async error => {
    await machine[Symbol.asyncDispose]()
    throw error
  })
  const run = async (...command: readonly string[]) => {
    const { code, said } = await machine.run(...command)
    assert.equal(code, 0, `${command.join(' ')}: ${said}`)
    return said
  }
  const files = () => filesOf(machine)
  return { machine, watch: unitOf(machine, WATCH), run, files, before: await files() }
}

/** Packages for this architecture, and the index of their repository. */
async function copyPackages(home: string, machine: Machine): Promise<void> {
  const entries = await fs.readdir(home, { withFileTypes: true })
  const files = entries.filter(entry => entry.isFile() && !entry.name.includes('_arm64'))
  for (const { name } of files) await fs.copyFile(path.join(home, name), machine.at(`/srv/apt/${name}`))
  await fs.chmod(machine.at('/usr/local/bin/curl'), 0o755)
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
