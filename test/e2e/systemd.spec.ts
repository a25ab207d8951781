/** The units in the package, under real systemds: from the boot of a node to crashes and invalid lists. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { eventually } from '../support/watching.ts'
import { BOOTSTRAP, onNodesWith, WATCH } from './support/booted.ts'
import { needBuilt } from './support/built.ts'
import { needSystemd, systemds } from './support/machine.ts'
import type { Unit } from './support/unit.ts'

const SECRET = 'Bearer planted-secret'
const WATCHDOG_S = 3

const INVALID = 'version = 1\n[registries."docker.io"]\nmirors = []\n'
const PROBLEM = /mirrors\.toml:3:1: unknown key "mirors"/

/** Mirrors on loopback; the one at port 5000 responds. The long interval leaves the watcher nothing to do. */
const listOf = (...ports: readonly number[]) =>
  listOfMirrors(ports.map(port => `"http://127.0.0.1:${port}"`).join())
const listOfMirrors = (mirrors: string) =>
  `version = 1\n[health]\ninterval = "1h"\non_unhealthy = "keep"\n[registries."docker.io"]\nmirrors = [${mirrors}]\n`

describe('the units under systemd', function () {
  this.timeout(240_000)
  before(function () {
    for (const { suite } of systemds) needSystemd(this, suite)
    needBuilt()
  })
  describe('of a node with a valid list', validNodes)
  describe('of a node with an invalid list', invalidNodes)
})

function validNodes(): void {
  const they = onNodesWith(listOf(5000))

  they('are read without a warning', async ({ machine: { run } }) => {
    const files = [WATCH, BOOTSTRAP].map(unit => `/etc/systemd/system/${unit}`)
    const verified = await run('systemd-analyze', 'verify', '--man=no', ...files)
    assert.deepEqual(verified, { code: 0, said: '' })
    const { said } = await run('journalctl', '--quiet', '--output', 'cat')
    assert.doesNotMatch(said, /regmirror-\w+\.service:\d+:/)
  })

  they('apply the list before containerd starts, and then watch it', async node => {
    const { watch, bootstrap, containerd } = node
    const { run } = node.machine
    assert.equal((await run('systemctl', 'is-system-running')).said, 'running\n')
    const done = Number(await bootstrap.show('ExecMainExitTimestampMonotonic'))
    assert.ok(done > 0)
    for (const later of [containerd, watch])
      assert.ok(done < Number(await later.show('ExecMainStartTimestampMonotonic')))
    assert.equal(await containerd.show('ActiveState'), 'active')
    // It has read config.toml after that was written.
    assert.doesNotMatch((await run('regmirror', 'plan')).said, /restart/)
    assert.doesNotMatch(await watch.journal(), /restart containerd/)
    // Reading its environment requires CAP_SYS_PTRACE.
    assert.match(await watch.journal(), /^containerd \S+ \(process \d+\) reads /m)
    await watch.shows('StatusText', /^1 mirror, all healthy$/)
  })

  they('are active once the list is applied, and not before', async ({ watch, writeList, hosts }) => {
    await watch.systemctl('stop')
    await writeList(listOf(5000, 5001))
    await watch.systemctl('start')
    assert.match((await hosts()) ?? '', /:5001/)
    assert.equal(await watch.show('ActiveState'), 'active')
    assert.match(await watch.show('StatusText'), /^2 mirrors, /)
  })

  they('are reloaded once the list is applied, and not before', async ({ watch, writeList, hosts }) => {
    for (let port = 5002; port < 5007; port += 1) {
      await writeList(listOf(5000, port))
      await watch.systemctl('reload')
      assert.match((await hosts()) ?? '', new RegExp(`:${port}`))
      assert.equal(await watch.show('ActiveState'), 'active')
    }
  })

  they('report the problem of an invalid list, and leave the node as it is', async node => {
    const { watch, writeList, hosts } = node
    const { run } = node.machine
    const before = await hosts()
    await writeList(INVALID)
    assert.notEqual((await run('systemctl', 'reload', WATCH)).code, 0)
    assert.match(await watch.show('StatusText'), PROBLEM)
    assert.equal(await watch.show('ActiveState'), 'active')
    assert.equal(await hosts(), before)
    await writeList(listOf(5000))
    await watch.systemctl('reload')
    await watch.shows('StatusText', /^1 mirror, all healthy$/)
    const errors = await watch.journal('--priority', 'err')
    assert.match(errors, PROBLEM)
    assert.doesNotMatch(errors, /is valid again/)
    assert.match(await watch.journal('--priority', 'info'), /mirrors\.toml is valid again$/m)
  })

  they('are found in the journal and among the processes by the name of the command', async node => {
    const { run } = node.machine
    await run('journalctl', '--sync')
    const { said } = await run('journalctl', '--quiet', '--output', 'cat', '--identifier', 'regmirror')
    assert.match(said, /^read \/etc\/regmirror\/mirrors\.toml: 1 registry, 1 mirror$/m)
    assert.match(said, /^ *created .*hosts\.toml/m)
    const pid = await node.watch.show('MainPID')
    assert.equal((await run('cat', `/proc/${pid}/comm`)).said, 'regmirror\n')
    const status = await node.watch.systemctl('status', '--full')
    assert.match(status, /regmirror\[\d+\]: read \/etc\/regmirror\/mirrors\.toml: 1 registry, 1 mirror$/m)
    assert.doesNotMatch(status, /"event"/)
  })

  they(
    'may do little else, by the figure of systemd that the documents quote',
    async ({ machine: { run } }) => {
      const page = await fs.readFile(path.join(import.meta.dirname, '../../docs/debian.md'), 'utf8')
      for (const unit of [WATCH, BOOTSTRAP]) {
        const file = `/etc/systemd/system/${unit}`
        const { said } = await run('systemd-analyze', 'security', '--offline=true', '--no-pager', file)
        const [, figure = 'none'] = /exposure level for \S+: ([\d.]+)/.exec(said) ?? []
        assert.match(page, new RegExp(`^\\| \`${unit}\` \\| ${figure.replace('.', '\\.')} `, 'm'), said)
      }
    },
  )

  they('read their flags from a file', async ({ watch, machine: { at, run } }) => {
    const file = at('/etc/regmirror/regmirror.env')
    await fs.writeFile(file, 'WATCH_FLAGS=--listen 127.0.0.1:9999 --log-format json\n')
    await watch.systemctl('restart')
    assert.match((await run('cat', `/proc/${await watch.show('MainPID')}/cmdline`)).said, /127\.0\.0\.1:9999/)
    assert.match(await watch.journal(), /^\{.*"event":"listening".*:9999.*\}$/m)
    await fs.rm(file)
    await watch.systemctl('restart')
  })

  they('stop cleanly and leave no process behind', async ({ watch, machine: { run, at } }) => {
    await run('systemctl', 'log-level', 'debug')
    await watch.systemctl('stop')
    await run('systemctl', 'log-level', 'info')
    assert.match(await watch.journal(), /Got notification message .*STOPPING=1/)
    assert.equal(await watch.show('Result'), 'success')
    assert.equal(await watch.show('ExecMainStatus'), '0')
    await assert.rejects(fs.stat(at(`/sys/fs/cgroup/system.slice/${WATCH}`)), { code: 'ENOENT' })
  })

  they('restart after a crash, and the node stays as it is meanwhile', async ({ watch, hostsFile }) => {
    const facts = async () => {
      const { ino, mtimeMs } = await fs.stat(hostsFile)
      return { ino, mtimeMs }
    }
    await watch.systemctl('start')
    const before = await facts()
    await watch.systemctl('kill', '--kill-whom=main', '--signal=SIGKILL')
    await watch.shows('NRestarts', /^1$/)
    await watch.shows('ActiveState', /^active$/)
    assert.deepEqual(await facts(), before)
  })

  they('restart when they hang, but not when they have nothing to do', async ({ watch }) => {
    await watch.dropIn(`WatchdogSec=${WATCHDOG_S}s`, 'RestartSec=100ms')
    await watch.systemctl('restart')
    await watch.systemctl('kill', '--kill-whom=main', '--signal=SIGSTOP')
    await watch.shows('NRestarts', /^[1-9]/)
    await watch.shows('ActiveState', /^active$/)
    assert.match(await watch.journal(), /Watchdog timeout/)
    await outlivesTheWatchdog(watch)
  })

  they('notify systemd without the capability to do it for another process', async ({ watch }) => {
    await watch.dropIn('CapabilityBoundingSet=~CAP_SYS_ADMIN', 'TimeoutStartSec=60s')
    for (let i = 0; i < 5; i += 1) await watch.systemctl('restart')
  })

  they('read a header from a credential of systemd, and do not leak it', async node => {
    const { machine, watch, bootstrap, hosts, hostsFile, writeList } = node
    // It runs without the credential, and would undo what the other unit writes with it.
    await watch.systemctl('stop')
    await fs.writeFile(machine.at('/root/token'), `${SECRET}\n`, { mode: 0o600 })
    const header = '{ Authorization = { file = "hub-token" } }'
    await writeList(listOfMirrors(`{ url = "http://127.0.0.1:5000", header = ${header} }`))
    for (const unit of [bootstrap, watch]) {
      await unit.dropIn('LoadCredential=hub-token:/root/token')
      await fs.rm(hostsFile, { force: true })
      await unit.systemctl('restart')
      assert.ok((await hosts())?.includes(SECRET))
      assert.equal((await fs.stat(hostsFile)).mode & 0o777, 0o600)
      assert.ok(!(await unit.journal()).includes(SECRET))
      assert.ok(!(await unit.systemctl('status')).includes(SECRET))
    }
  })

  they('restart containerd for an apply, and again where its unit refuses the new file', async node => {
    const { machine, watch, containerd, writeList } = node
    const { run, at } = machine
    const listWith = (directory: string) =>
      `${listOf(5000)}[targets.containerd]\nhosts_dir = "/etc/containerd/${directory}"\n`
    const apply = () => run('regmirror', 'apply', '--restart', '--no-probe')
    await watch.systemctl('stop')
    await writeList(listWith('second.d'))
    const pid = await containerd.show('MainPID')
    const first = await apply()
    assert.equal(first.code, 0, first.said)
    assert.match(
      first.said,
      /^restarted containerd: systemctl restart containerd; CRI responds \(containerd \d/m,
    )
    assert.notEqual(await containerd.show('MainPID'), pid)
    // What containerd has read until the restart is removed in the same run.
    assert.match(first.said, /^deleted \/etc\/containerd\/certs\.d\/docker\.io\/hosts\.toml$/m)
    assert.match((await run('regmirror', 'plan')).said, /^nothing to do/m)
    const config = await fs.readFile(at('/etc/containerd/config.toml'), 'utf8')
    const check =
      'while read -r line; do case $line in *third.d*) exit 1;; esac; done </etc/containerd/config.toml\n'
    await fs.writeFile(at('/root/check'), `#!/bin/sh\n${check}`, { mode: 0o755 })
    await containerd.dropIn('ExecStartPre=/root/check')
    await writeList(listWith('third.d'))
    const second = await apply()
    assert.equal(second.code, 2, second.said)
    assert.match(
      second.said,
      /does not serve after the restart: systemctl restart containerd failed: Job for/,
    )
    assert.equal(await fs.readFile(at('/etc/containerd/config.toml'), 'utf8'), config)
    assert.equal(await containerd.show('ActiveState'), 'active')
    assert.match((await run('ctr', 'plugins', 'ls')).said, /cri +\S+ +ok/)
  })
}

function invalidNodes(): void {
  const they = onNodesWith(INVALID)

  they(
    'let it boot, and report the problem',
    async ({ machine: { run }, watch, bootstrap, containerd, hosts }) => {
      assert.equal((await run('systemctl', 'is-system-running')).said, 'degraded\n')
      assert.equal(await containerd.show('ActiveState'), 'active')
      assert.equal(await bootstrap.show('Result'), 'exit-code')
      assert.equal(await bootstrap.show('ExecMainStatus'), '2')
      assert.match((await run('systemctl', 'status', '--full', BOOTSTRAP)).said, PROBLEM)
      assert.equal(await watch.show('ActiveState'), 'active')
      assert.match(await watch.show('StatusText'), PROBLEM)
      assert.equal(await hosts(), undefined)
    },
  )

  they('apply the list as soon as it is valid', async ({ watch, writeList, hosts }) => {
    await writeList(listOf(5000))
    assert.match(await eventually(hosts, () => 'nothing was written'), /:5000/)
    await watch.shows('StatusText', /^1 mirror, all healthy$/)
    assert.equal(await watch.show('NRestarts'), '0')
    // containerd has started before its config.toml was written.
    assert.match(await watch.journal(), /^restart containerd.*systemctl restart containerd/m)
  })
}

/** Waits until one process has sent heartbeats for longer than the timeout of the watchdog, with nothing to do. */
async function outlivesTheWatchdog(unit: Unit): Promise<void> {
  let first: { readonly pid: string; readonly atUs: number } | undefined
  const hasOutlived = async () => {
    const pid = await unit.show('MainPID')
    const atUs = Number(await unit.show('WatchdogTimestampMonotonic'))
    // A machine that pauses for seconds looks like a process that hangs; then the next process has to do it.
    if (first?.pid !== pid) first = { pid, atUs }
    return atUs - first.atUs > 2 * WATCHDOG_S * 1_000_000 || undefined
  }
  await eventually(hasOutlived, () => `process ${first?.pid} has not`)
}
