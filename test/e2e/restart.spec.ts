/** apply --migrate --restart on a machine with a real containerd: it serves afterwards, or everything is as before. */
import assert from 'node:assert/strict'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { newImage } from './support/bench.ts'
import { openRestartMachine, type RestartMachine } from './support/restart-machine.ts'
import { needRuntime } from './support/runtimes.ts'

const R = 'plugins."io.containerd.grpc.v1.cri".registry'
const image = newImage()

interface Scene {
  readonly machine: RestartMachine
  readonly mirror: LoopbackRegistry
  /** config.toml with the mirror in its older tables. */
  readonly legacy: string
  readonly list: (version?: string) => string
}

function sceneFor(suite: string): { readonly get: () => Scene } {
  let scene: Scene | undefined
  before(async function () {
    needRuntime(this, `containerd-${suite}`, true)
    const mirror = await startRegistry({ images: [image] })
    const machine = await openRestartMachine(suite)
    const legacy = `version = 2\n\n# of the office\n[${R}.mirrors."quay.io"]\n  endpoint = ["${mirror.url}"]\n`
    const list = (version?: string) =>
      `version = 1\n[registries."quay.io"]\nmirrors = ["${mirror.url}"]\n${version ? `[targets.containerd]\nversion = "${version}"\n` : ''}`
    scene = { machine, mirror, legacy, list }
    await machine.writeList(list())
    await machine.writeConfig(legacy)
    await machine.startDaemon()
  })
  after(async () => {
    await scene?.machine[Symbol.asyncDispose]()
    await scene?.mirror.close()
  })
  const get = () => {
    if (scene === undefined) throw new Error('the machine did not start')
    return scene
  }
  return { get }
}

const apply = ['apply', '-f', 'mirrors.toml', '--no-probe']

/** Pulls the image; the mirror has served it. */
async function assertPulls({ machine, mirror }: Scene): Promise<void> {
  mirror.clear()
  await machine.pull(`quay.io/${image.repository}:${image.tag}`)
  assert.ok(mirror.requests.length > 0, 'the mirror was used')
}

describe('apply --migrate --restart with containerd 1.7', function () {
  this.timeout(120_000)
  const { get } = sceneFor('trixie')

  it('restarts containerd once and proves that CRI responds; the mirror stays in use', async () => {
    const { machine } = get()
    await assertPulls(get())
    const { code, said } = await machine.regmirror(...apply, '--migrate', '--restart')
    assert.equal(code, 0, said)
    assert.match(said, /restarted containerd: systemctl restart containerd; CRI responds \(containerd 1\.7/)
    assert.equal(await machine.restarts(), 1)
    assert.doesNotMatch(await machine.readConfig(), /mirrors/)
    await assertPulls(get())
  })

  it('does not restart where nothing needs it', async () => {
    const { machine } = get()
    const { code, said } = await machine.regmirror(...apply, '--restart')
    assert.equal(code, 0, said)
    assert.match(said, /nothing to do/)
    assert.equal(await machine.restarts(), 1)
  })

  it('runs beside a watcher of the same list', async () => {
    const { machine, list } = get()
    const stop = await machine.watch()
    await machine.writeList(`${list()}[targets.containerd]\nhosts_dir = "/etc/containerd/other.d"\n`)
    const { code, said } = await machine.regmirror(...apply, '--restart', '--lock-timeout', '120s')
    assert.equal(code, 0, said)
    assert.match(said, /restarted containerd: /)
    assert.doesNotMatch(await stop(), /"event":"failed"/)
    const plan = await machine.regmirror('plan', '-f', 'mirrors.toml')
    assert.match(plan.said, /nothing to do/)
    assert.doesNotMatch(plan.said, /^restart /m)
    await assertPulls(get())
  })
})

describe('apply --migrate --restart with containerd 2.1 or newer', function () {
  this.timeout(120_000)
  const { get } = sceneFor('sid')
  const PLANTED = 'planted-secret'

  /** A list of the wrong version hides that 2.x reads keys in any case: with `Mirrors` beside config_path its CRI does not load. */
  const broken = ({ legacy, mirror }: Scene) =>
    `${legacy}\n[${R}.Mirrors."ghcr.io"]\n  endpoint = ["${mirror.url}"]\n[${R}.configs."other.test".auth]\n  password = "${PLANTED}"\n`
  const oldList = ({ list }: Scene) => list('1.7')

  it('puts everything back where CRI does not load, and the node still pulls', async () => {
    const { machine } = get()
    const config = broken(get())
    await machine.writeConfig(config)
    await machine.startDaemon()
    await machine.writeList(oldList(get()))
    await assertPulls(get())
    const before = await machine.run('find /etc/containerd /var/lib -mindepth 1 | sort')
    const { code, said } = await machine.regmirror(...apply, '--migrate', '--restart')
    assert.equal(code, 2, said)
    assert.match(said, /error: containerd does not serve after the restart: containerd runs without CRI/)
    assert.match(said, /error: containerd: .*`mirrors` cannot be set when `config_path` is provided/)
    assert.ok(!said.includes(PLANTED))
    assert.equal(await machine.restarts(), 2)
    assert.equal(await machine.readConfig(), config)
    assert.deepEqual(await machine.run('find /etc/containerd /var/lib -mindepth 1 | sort'), before)
    await assertPulls(get())
  })

  it('a run that is killed after such a restart is undone by the next one', async () => {
    const { machine } = get()
    const config = await machine.readConfig()
    await machine.killAtRestart()
    const { code } = await machine.regmirror(...apply, '--migrate', '--restart')
    assert.equal(code, 137)
    assert.notEqual(await machine.readConfig(), config)
    await assert.rejects(machine.pull('quay.io/team/none:latest'), /Unimplemented|UNIMPLEMENTED/)
    const plan = await machine.regmirror('plan', '-f', 'mirrors.toml', '--migrate')
    assert.match(plan.said, /was interrupted; the next apply or restore restarts its daemons again/)
    const { said } = await machine.regmirror('restore')
    assert.match(said, /notice: .*regmirror undid the interrupted apply/)
    assert.equal(await machine.readConfig(), config)
    await assertPulls(get())
  })

  it('is refused without systemd, and writes nothing', async () => {
    const { machine } = get()
    const before = await machine.readConfig()
    await machine.run('rmdir /run/systemd/system')
    const { code, said } = await machine.regmirror(...apply, '--migrate', '--restart')
    assert.equal(code, 2, said)
    assert.match(
      said,
      /systemd does not run on this machine, so regmirror cannot restart containerd and wrote nothing; run/,
    )
    assert.equal(await machine.readConfig(), before)
  })
})
