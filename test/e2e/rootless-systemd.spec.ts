/** The unit of watch for a user, run by the user's own systemd, without root: started, reloaded, stopped, restored. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { eventually } from '../support/watching.ts'
import { needBuilt } from './support/built.ts'
import { boot, type Machine, needSystemd, type Ran, systemds } from './support/machine.ts'

const UNIT = 'regmirror-watch.service'
const HOME = '/home/ann'
const LIST = `${HOME}/.config/regmirror/mirrors.toml`
const DROP_IN = `${HOME}/.config/containers/registries.conf.d/90-regmirror.conf`
const TEMPLATE = path.resolve(import.meta.dirname, '../../templates/systemd-user', UNIT)

/** A mirror on loopback does not respond; that changes nothing with `keep`. */
const listOf = (...ports: readonly number[]) =>
  `version = 1\n[health]\ninterval = "1h"\non_unhealthy = "keep"\n[registries."quay.io"]\nmirrors = ${JSON.stringify(ports.map(port => `http://127.0.0.1:${port}`))}\n[targets.containers]\n`

const VARIABLES = [`HOME=${HOME}`, 'XDG_RUNTIME_DIR=/run/user/1000']
/** For nsenter(1), which runs the commands of a machine. */
const AS_ANN = ['--setuid=1000', '--setgid=1000', 'env', ...VARIABLES]

/** It is elsewhere before Debian 13. */
const MANAGER =
  'for file in /usr/lib/systemd/systemd /lib/systemd/systemd; do [ -x $file ] && exec $file --user; done'

interface Ann {
  /** Runs a program as this user, which must succeed. */
  run(...command: readonly string[]): Promise<string>
  attempt(...command: readonly string[]): Promise<Ran>
}

async function logIn(machine: Machine): Promise<Ann> {
  const asRoot = async (...command: readonly string[]) => {
    const { code, said } = await machine.run(...command)
    const log = code === 0 ? '' : (await machine.run('journalctl', '--no-pager', '--unit=ann')).said
    assert.equal(code, 0, `${command.join(' ')}: ${said}\n${log}`)
  }
  await asRoot('mkdir', '-p', '/run/user/1000')
  await asRoot('chown', '-R', '1000:1000', HOME, '/run/user/1000')
  const manager = [
    '--unit=ann',
    '--property=Delegate=yes',
    '--property=Type=notify',
    '--uid=1000',
    '--gid=1000',
  ]
  const variables = VARIABLES.map(one => `--setenv=${one}`)
  await asRoot('systemd-run', '--quiet', ...manager, ...variables, 'sh', '-c', MANAGER)
  const attempt: Ann['attempt'] = (...command) => machine.run(...AS_ANN, ...command)
  return {
    attempt,
    run: async (...command) => {
      const { code, said } = await attempt(...command)
      assert.equal(code, 0, `${command.join(' ')}: ${said}`)
      return said
    },
  }
}

for (const { title, suite } of systemds) {
  describe(`the unit of a user under ${title}`, function () {
    this.timeout(240_000)
    before(function () {
      needSystemd(this, suite)
      needBuilt()
    })

    it('keeps the files of that user, and leaves nothing after restore', async () => {
      await using machine = await boot(suite, {
        'etc/passwd': `root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000:ann:${HOME}:/bin/sh\n`,
        'etc/group': 'root:x:0:\nann:x:1000:\n',
        [LIST.slice(1)]: listOf(5000),
        [`${HOME.slice(1)}/.config/systemd/user/${UNIT}`]: await fs.readFile(TEMPLATE, 'utf8'),
      })
      const ann = await logIn(machine)
      const written = () => fs.readFile(machine.at(DROP_IN), 'utf8')
      await ann.run('systemctl', '--user', 'enable', '--now', UNIT)
      assert.match(await written(), /127\.0\.0\.1:5000/)
      const status = await ann.run('systemctl', '--user', 'show', '--value', '--property=StatusText', UNIT)
      assert.match(status, /^1 mirror/)

      await fs.writeFile(machine.at(LIST), listOf(5001))
      await ann.run('systemctl', '--user', 'reload', UNIT)
      assert.match(await written(), /127\.0\.0\.1:5001/)
      await fs.writeFile(machine.at(LIST), 'version = 2\n')
      assert.notEqual((await ann.attempt('systemctl', '--user', 'reload', UNIT)).code, 0)

      const refused = await ann.attempt('regmirror', 'restore')
      assert.match(refused.said, /is watching this node; stop it: systemctl --user stop regmirror-watch/)
      await ann.run('systemctl', '--user', 'stop', UNIT)
      assert.match(
        await ann.run('regmirror', 'restore'),
        /regmirror-watch\.service is enabled and writes this node again when this user logs in again; disable it: systemctl --user disable regmirror-watch\.service/,
      )
      await assert.rejects(written())
      await eventually(
        async () => ((await fs.readdir(machine.at(HOME))).includes('.local') ? undefined : true),
        () => 'the state is there',
      )
      assert.deepEqual((await fs.readdir(machine.at(`${HOME}/.config`))).sort(), ['regmirror', 'systemd'])
      await assert.rejects(fs.stat(machine.at('/var/lib/regmirror/state.json')))
    })
  })
}
