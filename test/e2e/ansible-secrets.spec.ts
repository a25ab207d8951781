/** A token in the list that the module brings to a node: where it may be found, and where nothing of it is. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { findLeaks, type Secret, secret } from '../support/leaks.ts'
import { AS_BUILT, shellWords } from '../support/program.ts'
import { readTree, withDirectory, writeTree } from '../support/tree.ts'
import { ANSIBLE, type Play, type Played, play } from './support/ansible.ts'
import { needBuilt } from './support/built.ts'
import {
  entering,
  holders,
  listenToLog,
  type SystemLog,
  watchProcesses,
  writeJournalModule,
} from './support/private-node.ts'
import { defaultConfig, needRuntime, treeOf } from './support/runtimes.ts'

const CONTAINERD = 'containerd-trixie'
const TOKEN = secret('the token of a mirror', '.-_~+/')
const SECRETS = [TOKEN]
const USER = 1000
const HOUR = 3600

/** Where the token belongs: in the list, here and there, and in what is made of it. */
const LIST = 'mirrors.toml'
const INSTALLED = 'node/etc/regmirror'
const HOSTS = 'node/etc/containerd/certs.d/docker.io/hosts.toml'
const BELONGS = [LIST, HOSTS, `${INSTALLED}/${LIST}`]

/** People print all results. */
const PLAYBOOK = `- hosts: all
  gather_facts: false
  become: true
  tasks:
    - name: Apply
      regmirror.node.regmirror:
        src: "{{ list }}"
        files:
          - src: "{{ file }}"
        root: "{{ root }}"
        executable: "{{ executable }}"
      register: applied
    - ansible.builtin.debug:
        var: hostvars[inventory_hostname]
    - ansible.builtin.debug:
        var: vars
`

interface Place {
  readonly home: string
  readonly log: SystemLog
  /** Plays the playbook with `-vvvv`, then wants the token nowhere but where it belongs. */
  readonly playQuietly: (how: Partial<Play>, code: number, belongs?: readonly string[]) => Promise<Played>
}

describe('the Ansible module and a secret in the list', function () {
  this.timeout(600_000)
  before(function () {
    needRuntime(this, ANSIBLE, true)
    needRuntime(this, CONTAINERD, false)
    needBuilt()
  })

  it('shows it nowhere, as text, in check mode and for real', () =>
    withPlace(async ({ home, log, playQuietly }) => {
      const settings = { stdout_callback: 'default', pipelining: 'false' }
      const check = await playQuietly({ check: true, diff: true, settings }, 0, [LIST])
      assert.match(check.stdout, /\+\[host\."https:\/\/one\.test/, 'the plan is shown')
      await playQuietly({ diff: true, settings }, 0)
      const hosts = await fs.readFile(path.join(home, HOSTS), 'utf8')
      assert.deepEqual(findLeaks(hosts, SECRETS), [TOKEN.name])
      assert.match(hosts, /file beside the list/)
      assert.match(await log.text(), /ansible-regmirror\.node\.regmirror: Invoked with .*root=/)
    }))

  it('shows it nowhere, in JSON, through pipes and in the journal', () =>
    withPlace(async ({ home, playQuietly }) => {
      const env = await writeJournalModule(home)
      const played = await playQuietly({ diff: true, env, settings: { pipelining: 'true' } }, 0)
      assert.ok(played.tasks.some(({ name, status }) => name === 'Apply' && status === 'changed'))
      const journal = await fs.readFile(path.join(home, 'journal'), 'utf8')
      assert.deepEqual(findLeaks(journal, await checksumsOf(path.join(home, LIST))), [])
      assert.match(journal, /"MESSAGE": "ansible-regmirror\.node\.regmirror Invoked with/)
    }))

  for (const check of [true, false]) {
    it(`says why a list is invalid, and nothing of it stays (${check ? 'in check mode' : 'for real'})`, () =>
      withPlace(async ({ home, playQuietly }) => {
        await writeList(home, 'ftp://one.test')
        const before = await readTree(path.join(home, 'node'))
        const { stdout, stderr } = await playQuietly({ check, settings: { stdout_callback: 'default' } }, 2, [
          LIST,
        ])
        const reason = `${home}/mirrors.toml:3:20: the scheme must be https or http, not ftp`
        assert.ok((stdout + stderr).includes(reason), stdout + stderr)
        assert.deepEqual(await readTree(path.join(home, 'node')), before)
      }))
  }

  it('leaves it in a private directory only when it is killed, until a later run', () =>
    withPlace(async ({ home, playQuietly }) => {
      const pid = path.join(home, 'planning')
      await writeCommand(home, `echo $$ $PPID >'${pid}.new'; mv '${pid}.new' '${pid}'; exec sleep 600`)
      const interrupted = play(howOf(home))
      const pids = (await whenWritten(pid)).trim().split(' ').map(Number)
      // The module first: it would remove the directory.
      for (const process of pids.reverse()) end(process)
      assert.notEqual((await interrupted).code, 0)

      const run = path.join(home, 'own/run')
      const [left = '', ...others] = await staged(home)
      assert.deepEqual(others, [])
      assert.deepEqual(await holders(home, SECRETS), [LIST, `own/run/${left}/${LIST}`])
      assert.equal((await fs.stat(path.join(run, left))).mode & 0o777, 0o700)
      assert.equal((await fs.stat(path.join(run, left, LIST))).mode & 0o777, 0o600)

      await age(path.join(run, left))
      await writeCommand(home)
      await playQuietly({}, 0)
    }))

  it('removes what interrupted runs left in remote_tmp, and nothing else', () =>
    withPlace(async ({ home }) => {
      const text = await fs.readFile(path.join(home, LIST), 'latin1')
      const [old, other, young] = [
        'ansible-tmp-1/AnsiballZ_regmirror.py',
        'ansible-tmp-1/AnsiballZ_copy.py',
        'ansible-tmp-2/AnsiballZ_regmirror.py',
      ]
      const way = path.join(home, '.ansible/tmp')
      await writeTree(way, { [old]: text, [other]: text, [young]: text })
      for (const file of [old, other]) await age(path.join(way, file))
      const { code, stdout, stderr } = await play({ ...howOf(home), verbosity: 3 })
      assert.equal(code, 0, stdout + stderr)
      // The module is transferred with the list in it.
      assert.match(stdout, /PUT .* TO .*\/\.ansible\/tmp\/ansible-tmp-[^/]+\/AnsiballZ_regmirror\.py$/m)
      const left = await fs.readdir(way, { recursive: true })
      assert.deepEqual(left.filter(name => name.includes('/')).sort(), [other, young])
    }))

  for (const pipelining of ['false', 'true']) {
    it(`serves a user who becomes root (pipelining = ${pipelining})`, () =>
      withPlace(async ({ home, playQuietly }) => {
        const user = path.join(home, 'user')
        const left = path.join(user, '.ansible/tmp/ansible-tmp-1/AnsiballZ_regmirror.py')
        await writeTree(path.dirname(left), {
          [path.basename(left)]: await fs.readFile(path.join(home, LIST), 'latin1'),
        })
        await age(left)
        for (const at of ['', ...(await fs.readdir(user, { recursive: true }))])
          await fs.chown(path.join(user, at), USER, USER)
        await fs.chmod(path.join(home, LIST), 0o644)
        const installed = path.join(home, INSTALLED, LIST)
        await fs.mkdir(path.dirname(installed))
        // The same list, of another user: nothing is to be copied, and yet it is not left to them.
        await fs.copyFile(path.join(home, LIST), installed)
        for (const at of [installed, path.dirname(installed)]) await fs.chown(at, USER, USER)
        const as = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups']
        await playQuietly(
          {
            within: [...entering(home), ...as],
            vars: { ...varsOf(home), ansible_become: true, ansible_become_exe: await writeSudo(home) },
            env: { HOME: user },
            settings: { pipelining, home: user, local_tmp: '~/.ansible/local' },
          },
          0,
        )
        const { uid, mode } = await fs.stat(installed)
        assert.deepEqual([uid, mode & 0o777], [0, 0o600])
        assert.equal((await fs.stat(path.dirname(installed))).uid, 0)
        assert.deepEqual(await staged(home), [])
      }))
  }
})

/** As on nodes, apart from where things are. */
const SETTINGS = { remote_tmp: '~/.ansible/tmp', local_tmp: '~/.ansible/local', retry_files_enabled: 'true' }

function howOf(home: string): Play {
  const playbook = path.join(home, 'play.yml')
  return { playbook, home, vars: varsOf(home), settings: SETTINGS, within: entering(home) }
}

function varsOf(home: string): Readonly<Record<string, unknown>> {
  const at = (name: string) => path.join(home, name)
  return { list: at(LIST), file: at('note'), root: at('node'), executable: at('regmirror') }
}

async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  await withDirectory(async home => {
    await fs.chmod(home, 0o755)
    await plant(home)
    await using log = await listenToLog(home)
    const playQuietly: Place['playQuietly'] = async (how, code, belongs = BELONGS) => {
      const settings = { ...SETTINGS, ...how.settings }
      const work = play({ ...howOf(home), verbosity: 4, ...how, settings })
      const { leaks, commands, result } = await watchProcesses(SECRETS, work)
      assert.equal(result.code, code, result.stdout + result.stderr)
      // By its checksum a list is guessed, where only a short password in it is unknown.
      const told = [...SECRETS, ...(await checksumsOf(path.join(home, LIST)))]
      const places = { stdout: result.stdout, stderr: result.stderr, log: await log.text() }
      const leaksByPlace = Object.entries(places).map(([place, text]) => [place, findLeaks(text, told)])
      const nowhere = { stdout: [], stderr: [], log: [], processes: [], files: [...belongs].sort() }
      const files = await holders(home, SECRETS)
      assert.deepEqual({ ...Object.fromEntries(leaksByPlace), processes: [...leaks], files }, nowhere)
      assert.ok([...commands].some(text => text.includes('ansible-playbook\0')))
      assert.deepEqual(await staged(home), [])
      return result
    }
    await use({ home, log, playQuietly })
  })
}

/** A node, a list with a token, and a file that the list names by a relative path. */
async function plant(home: string): Promise<void> {
  await writeTree(home, {
    'node/etc/containerd/config.toml': defaultConfig(treeOf(CONTAINERD)),
    note: 'file beside the list',
    'play.yml': PLAYBOOK,
  })
  await writeCommand(home)
  await writeList(home, 'https://one.test')
}

/** The command that the module runs. */
async function writeCommand(home: string, script = `exec ${shellWords(AS_BUILT)} "$@"`): Promise<void> {
  await fs.writeFile(path.join(home, 'regmirror'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

async function writeList(home: string, mirror: string): Promise<void> {
  const text = JSON.stringify(`Bearer ${TOKEN.text}`)
  const list = `version = 1
[registries."docker.io"]
mirrors = [{ url = "${mirror}", header = { Authorization = ${text}, Note = { file = "note" } } }]
[targets.containerd]
version = "1.7"
`
  await fs.writeFile(path.join(home, LIST), list, { mode: 0o600 })
}

async function checksumsOf(file: string): Promise<Secret[]> {
  const bytes = await fs.readFile(file)
  return ['md5', 'sha1', 'sha256'].map(kind => {
    const text = createHash(kind).update(bytes).digest('hex')
    return { name: `${kind} of the list`, text, words: [text] }
  })
}

/** Takes what Ansible tells sudo, and becomes root by a program that may. */
async function writeSudo(home: string): Promise<string> {
  const [sudo, able] = [path.join(home, 'sudo'), path.join(home, 'become')]
  await fs.copyFile('/usr/bin/setpriv', able)
  await fs.chmod(able, 0o4755)
  const script = `#!/bin/sh
while [ "$1" != /bin/sh ]; do shift; done
HOME='${home}/root'
export HOME
exec '${able}' --reuid=0 --regid=0 --clear-groups "$@"
`
  await fs.writeFile(sudo, script, { mode: 0o755 })
  return sudo
}

/** Private directories of the module, in the namespace's own /run. */
async function staged(home: string): Promise<string[]> {
  return (await fs.readdir(path.join(home, 'own/run'))).filter(name => name.startsWith('regmirror'))
}

async function age(file: string): Promise<void> {
  const then = Date.now() / 1000 - 2 * HOUR
  await fs.utimes(file, then, then)
}

async function whenWritten(file: string): Promise<string> {
  for (;;) {
    const text = await fs.readFile(file, 'utf8').catch(() => '')
    if (text !== '') return text
    await new Promise(next => setTimeout(next, 50))
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Ansible has ended it.
  }
}
