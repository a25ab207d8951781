/** The role of the collection on machines that Ansible reaches through ssh: systemd, containerd and a mirror are real. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { findLeaks, secret } from '../support/leaks.ts'
import { EXECUTABLE } from '../support/program.ts'
import { writeTree } from '../support/tree.ts'
import { ansibles, type Played, play, type Task } from './support/ansible.ts'
import { needBuilt } from './support/built.ts'
import { buildPackage, DPKG_STATUS } from './support/deb-package.ts'
import { needRuntime } from './support/runtimes.ts'
import { bootWithSsh, needSshMachine, type SshMachine } from './support/ssh-machine.ts'

const PLAYBOOK = path.join(import.meta.dirname, 'support/ansible/node.yml')
// Not the secret of another spec: that one looks for it in the arguments of all processes.
const TOKEN = secret('the token of the role', '.-_~+/')
const [FIRST, LATER] = ['Registry mirrors', 'With restart']
const [APPLY, RESTART] = ['Apply the list', 'Restart the runtimes']
const UNITS = ['regmirror-watch.service', 'regmirror-bootstrap.service']
const HOSTS = '/etc/containerd/certs.d/docker.io/hosts.toml'

const listText = (mirror: string) => `version = 1\n[registries."docker.io"]\nmirrors = ["${mirror}"]\n`
const LIST = {
  version: 1,
  registries: {
    'docker.io': {
      mirrors: [{ url: 'http://127.0.0.1:5000', header: { Authorization: { bearer: { file: 'token' } } } }],
    },
  },
}

/** A mirror that serves one manifest for every tag, and the package that the role downloads. */
const MIRROR = `
const { readFileSync } = require('node:fs')
const type = 'application/vnd.oci.image.manifest.v1+json'
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: 'sha256:' + '0'.repeat(64), size: 2 }
const manifest = JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [] })
const digest = 'sha256:' + require('node:crypto').createHash('sha256').update(manifest).digest('hex')
const respond = (request, response) => {
  if (request.url === '/regmirror.deb') return response.end(readFileSync('/root/regmirror.deb'))
  const isManifest = request.url.includes('/manifests/')
  const headers = isManifest ? { 'content-type': type, 'docker-content-digest': digest } : {}
  response.writeHead(200, { ...headers, 'content-length': isManifest ? manifest.length : 2 })
  response.end(isManifest ? manifest : '{}')
}
require('node:http').createServer(respond).listen(5000, '127.0.0.1')
`
const MIRROR_UNIT = `[Service]
ExecStart=/usr/local/bin/node /etc/mirror.cjs
[Install]
WantedBy=multi-user.target
`
/** The command that the role installs, where no executable is tested. */
const COMMAND = '#!/bin/sh\nexec /usr/local/bin/node /usr/local/lib/regmirror/bin/regmirror.js "$@"\n'
/** Takes away what the machine has of regmirror from the start. */
const PURGE = `systemctl disable --now ${UNITS.join(' ')}
umount /usr/local/bin/regmirror 2>/dev/null
cd /etc/systemd/system && rm -r ${UNITS.join(' ')} /usr/local/bin/regmirror && systemctl daemon-reload`
/** The same, but what an earlier role has copied stays: the units and the archive of the executable. */
const OUTDATE = `systemctl disable --now ${UNITS.join(' ')}
umount /usr/local/bin/regmirror 2>/dev/null
rm /usr/local/bin/regmirror && mkdir -p /var/cache && echo >/var/cache/regmirror.gz`

/** What installs regmirror. */
const INSTALLS = {
  bookworm: ['Copy regmirror', 'Unpack regmirror', 'Copy the units'],
  trixie: [
    'Download regmirror',
    'Install the package',
    'Remove what an earlier run copied',
    'Set the address of the page in the flags of the package',
  ],
} as const

/** What requires an earlier task to have changed the node. */
const NOT_IN_CHECK = [
  'Unpack regmirror',
  'Install the package',
  'Set the address of the page in the flags of the package',
]

/** The executable from a file, compressed as in a release; in one of the suites a package from a server. */
async function sourceOf(suite: string, home: string): Promise<Readonly<Record<string, string>>> {
  const command = EXECUTABLE === undefined ? COMMAND : await fs.readFile(EXECUTABLE)
  if (suite === 'bookworm') {
    const file = path.join(home, 'regmirror-linux-amd64.gz')
    await fs.writeFile(file, gzipSync(command))
    return { regmirror_source: file }
  }
  const file = await fs.readFile(await buildPackage(home, command))
  const checksum = `sha256:${createHash('sha256').update(file).digest('hex')}`
  return { regmirror_source: 'http://127.0.0.1:5000/regmirror.deb', regmirror_checksum: checksum }
}

for (const { title, suite, tree } of ansibles) {
  describe(`the role of the collection with ${title}`, function () {
    this.timeout(600_000)
    let home = ''
    let machine: SshMachine | undefined
    let played: Played

    before(async function () {
      needSshMachine(this, suite)
      needRuntime(this, tree, true)
      needBuilt()
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-role-'))
      await writeTree(home, {
        'mirrors.toml': listText('http://127.0.0.1:5001'),
        'invalid.toml': listText('ftp://one.test'),
      })
      const source = await sourceOf(suite, home)
      const files = {
        'etc/mirror.cjs': MIRROR,
        ...DPKG_STATUS,
        'etc/systemd/system/mirror.service': MIRROR_UNIT,
        'etc/systemd/system/multi-user.target.wants/mirror.service': '-> ../mirror.service',
      }
      machine = await bootWithSsh(suite, { home, ansible: tree, files })
      // Programs of every real node.
      for (const program of ['/usr/bin/gzip', '/usr/bin/cmp']) await fs.copyFile(program, machine.at(program))
      const purged = await machine.run('/bin/sh', '-c', suite === 'bookworm' ? PURGE : OUTDATE)
      assert.equal(purged.code, 0, purged.said)
      if ('regmirror_checksum' in source)
        await fs.copyFile(path.join(home, 'regmirror.deb'), machine.at('/root/regmirror.deb'))
      played = await playOn(machine, source)
    })
    after(async () => {
      await machine?.[Symbol.asyncDispose]()
      await fs.rm(home, { recursive: true, force: true })
    })

    const playOn = async ({ connection, within }: SshMachine, source: Readonly<Record<string, string>>) =>
      await play({
        ...{ playbook: PLAYBOOK, home, tree, within, verbosity: 3 },
        settings: { pipelining: 'true' },
        vars: {
          ...connection,
          list: LIST,
          directory: home,
          ...source,
          regmirror_files: [{ name: 'token', content: TOKEN.text }],
          regmirror_wait: '60s',
          regmirror_serial: [1, '100%'],
          regmirror_listen: '127.0.0.1:9465',
        },
      })
    const tasksOf = (name: string) => played.tasks.filter(task => task.play === name)
    const taskOf = (name: string, task: string): Task => {
      const found = tasksOf(name).find(({ name }) => name === task || name.endsWith(` : ${task}`))
      assert.ok(found, `${JSON.stringify(played.tasks.at(-1))}\n${played.stderr}`)
      return found
    }
    const changedIn = (name: string) =>
      tasksOf(name)
        .filter(({ status }) => status === 'changed')
        .map(({ name }) => name.replace(/^.* : /, ''))

    it('reports in check mode what it would do to a new node', () => {
      const installs = INSTALLS[suite].filter(name => !NOT_IN_CHECK.includes(name))
      assert.deepEqual([...new Set(changedIn('Check of a new node'))].sort(), [...installs, APPLY].sort())
      const { findings } = taskOf('Check of a new node', APPLY).result
      assert.match(JSON.stringify(findings), /"code":"not_installed"/)
    })

    it('installs regmirror and applies the list; -e regmirror_restart=false and its like are not true', () => {
      assert.deepEqual([...new Set(changedIn(FIRST))].sort(), [...INSTALLS[suite], APPLY].sort())
      assert.equal(taskOf(FIRST, APPLY).result.restart_required, true)
      assert.equal(taskOf(FIRST, 'Probe the mirrors').status, 'skipped')
    })

    it('restarts containerd for the earlier run, starts the units and probes', () => {
      const restarts = ['Check whether a runtime must be restarted', RESTART]
      assert.deepEqual(changedIn(LATER).sort(), [...restarts, 'Enable and start the units'].sort())
      assert.equal(taskOf(LATER, 'Probe the mirrors').status, 'ok', played.stderr)
      const { stdout } = taskOf('Again', 'State of the node').result
      const packaged = suite === 'trixie' ? ['644 root regmirror.env'] : []
      const files = ['600 root mirrors.json', ...packaged, '600 root token']
      const page = '127.0.0.1:9465'
      const hosts = [
        '# Managed by regmirror',
        'server = "https://registry-1.docker.io"',
        '',
        '[host."http://127.0.0.1:5000"]',
      ]
      const lines = String(stdout)
        .split('\n')
        .map(line => line.replace(/: edit .*/, ''))
      assert.deepEqual(lines, ['active', 'active', 'enabled', 'enabled', ...files, page, ...hosts])
    })

    it('changes nothing when it runs again', () => assert.deepEqual(changedIn('Again'), []))

    it('has no output for a restart that is not required, and none of the units', () => {
      assert.equal(taskOf('Again', 'Check whether a runtime must be restarted').status, 'skipped')
      assert.equal(JSON.stringify(tasksOf('Check of a new node')).includes('ExecStart'), false)
    })

    it('shows in check mode what another list would change', () => {
      const { status, result } = taskOf('Check of another list', APPLY)
      assert.equal(status, 'changed')
      assert.match(JSON.stringify(result.diff), /http:\/\/127\.0\.0\.1:5001/)
      assert.equal(result.restart_required, false)
      assert.deepEqual(changedIn('Check of another list'), [APPLY])
    })

    it('names the line of an invalid list', () => {
      const message = `${home}/invalid.toml:3:12: the scheme must be https or http, not ftp`
      assert.equal(taskOf('Invalid list', APPLY).result.msg, message)
      assert.equal(taskOf('Invalid list', 'Go on').result.msg, message)
    })

    it('names misspelled variables, and leaves those of others alone', () => {
      const lines = [
        'regmirror_lsit is not a variable of the role; did you mean regmirror_list? Otherwise',
        'regmirror_require_healthly is not a variable of the role; did you mean regmirror_require_healthy? Otherwise',
      ]
      const printed = String(taskOf('Misspelled variable', 'Go on').result.msg).split('\n')
      assert.deepEqual(
        printed.map(line => line.replace(/ choose .*/, '')),
        lines,
      )
    })

    it('refuses a wrong switch before it installs anything', () => {
      const message = 'regmirror_require_healthy must be true, false or mirrors, not mirorrs'
      assert.equal(taskOf('Wrong switch', 'Go on').result.msg, message)
      assert.equal(
        tasksOf('Wrong switch').some(({ name }) => name.endsWith('Copy regmirror')),
        false,
      )
    })

    it('requires what the variable says: a switch, also as a text of -e, or mirrors', () => {
      const required = [
        [FIRST, APPLY],
        [LATER, APPLY],
        [LATER, 'Probe the mirrors'],
      ].map(([name = '', task = '']) => {
        const { invocation } = taskOf(name, task).result
        return (invocation as { module_args: { require_healthy: unknown } }).module_args.require_healthy
      })
      assert.deepEqual(required, [true, 'mirrors', 'mirrors'])
    })

    it('restores the node and removes what it installed', async () => {
      assert.ok(machine)
      const { code, said } = await machine.run(
        '/bin/sh',
        '-c',
        `ls -d /etc/regmirror /var/lib/regmirror /usr/local/bin/regmirror /usr/bin/regmirror /var/cache/regmirror.gz /var/cache/regmirror.deb ${HOSTS} ${UNITS.map(unit => `/etc/systemd/system/${unit} /etc/systemd/system/multi-user.target.wants/${unit}`).join(' ')} 2>/dev/null`,
      )
      assert.deepEqual({ code, said }, { code: 2, said: '' })
      const config = await machine.run('containerd', 'config', 'dump')
      assert.match(config.said, /config_path = ["']["']/)
      assert.deepEqual(changedIn('Absent again'), [])
    })

    it('restarts containerd only where config.toml changed', async () => {
      assert.ok(machine)
      const plays = [FIRST, LATER, 'Again', 'Check of another list', 'Absent', 'Absent again']
      const restarted = plays.filter(name => changedIn(name).includes(RESTART))
      assert.deepEqual(restarted, [LATER, 'Absent'])
      await machine.run('journalctl', '--sync')
      const { said } = await machine.run(
        'journalctl',
        '--quiet',
        '--output',
        'cat',
        '--unit',
        'containerd.service',
      )
      assert.equal(said.match(/^Started containerd/gm)?.length, 3, said)
    })

    it('shows no secret with -vvv, nor in the journal', async () => {
      assert.ok(machine)
      const { said } = await machine.run('journalctl', '--quiet')
      assert.match(said, /ansible-regmirror\.node\.regmirror/)
      assert.deepEqual(findLeaks(played.stdout + played.stderr + said, [TOKEN]), [])
    })
  })
}
