/** The module of the collection with each release of Ansible: what it reports must be what happens to a tree. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { findLeaks, secret } from '../support/leaks.ts'
import { AS_BUILT, shellWords } from '../support/program.ts'
import { readTree, type Tree, writeTree } from '../support/tree.ts'
import { ansibles, type Played, play, type Task } from './support/ansible.ts'
import { needBuilt } from './support/built.ts'
import { defaultConfig, needRuntime, treeOf } from './support/runtimes.ts'

const CONTAINERD = 'containerd-trixie'
const PLAYBOOK = path.join(import.meta.dirname, 'support/ansible/module.yml')
// Not the secret of another spec: that one looks for it in the arguments of all processes.
const TOKEN = secret('the token of the module', '.-_~+/')
const CONFIG = '/etc/containerd/config.toml'
const LISTS = '/etc/regmirror'
const HOSTS = '/etc/containerd/certs.d/docker.io/hosts.toml'

const LIST = `version = 1
[registries."docker.io"]
mirrors = [{ url = "https://one.test", header = { Authorization = { bearer = { file = "token" } }, Note = { file = "note" } } }]
[targets.containerd]
version = "1.7"
`
const INVALID = 'version: 1\nregistries:\n  docker.io:\n    mirrors: [ftp://one.test]\n'

for (const { title, tree } of ansibles) {
  describe(`the module of the collection with ${title}`, function () {
    this.timeout(600_000)
    let [home, node] = ['', {} as Tree]
    let played: Played
    before(async function () {
      needRuntime(this, tree, false)
      needRuntime(this, CONTAINERD, false)
      needBuilt()
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-module-'))
      node = await prepare(home)
      const vars = {
        root: `${home}/node`,
        executable: `${home}/regmirror`,
        directory: home,
        token: TOKEN.text,
        mirror: await serve(),
      }
      played = await play({ playbook: PLAYBOOK, home, tree, vars, verbosity: 3 })
    })
    after(async () => {
      server.close()
      await fs.rm(home, { recursive: true, force: true })
    })

    /** A mirror that responds to pings, and has no image. */
    const server = http.createServer(({ url }, response) =>
      response.writeHead(url === '/v2/' ? 200 : 500).end(),
    )
    const serve = async () => {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    }

    const taskOf = (name: string): Task => {
      const found = played.tasks.find(task => task.name === name)
      assert.ok(found, `${JSON.stringify(played.tasks.at(-1))}\n${played.stderr}`)
      return found
    }
    const changesOf = (name: string) =>
      (taskOf(name).result.changes as { action: string; path: string }[]).map(
        ({ action, path: file }) => `${action} ${file.replace(`${home}/node`, '')}`,
      )
    const statuses = (...names: readonly string[]) => names.map(name => taskOf(name).status)

    it('reports changed, then unchanged, and in check mode what would change', () => {
      const created = [`create ${LISTS}/mirrors.toml`, `create ${LISTS}/note`, `create ${LISTS}/token`]
      const all = [...created, `create ${HOSTS}`, `update ${CONFIG}`]
      assert.deepEqual(changesOf('Check and difference of a new list'), all)
      assert.deepEqual(changesOf('A new list'), all)
      assert.deepEqual(changesOf('The same list'), [])
      assert.deepEqual(changesOf('The list of the node'), [])
      assert.deepEqual(statuses('Check and difference of a new list', 'A new list'), ['changed', 'changed'])
      assert.deepEqual(statuses('The same list', 'The list of the node'), ['ok', 'ok'])
    })

    it('requires a restart only when config.toml changes', () => {
      const required = ['A new list', 'The same list', 'Data in place of the file', 'Absent'].map(
        name => taskOf(name).result.restart_required,
      )
      assert.deepEqual(required, [true, false, false, true])
      const [restart] = taskOf('A new list').result.restart as { command: string }[]
      assert.equal(restart?.command, 'systemctl restart containerd')
    })

    it('shows the files before and after, without secrets', () => {
      const [hosts, config] = taskOf('Data in place of the file').result.diff as Record<string, string>[]
      assert.deepEqual([hosts?.before_header, hosts?.after_header, config], [HOSTS, HOSTS, undefined])
      assert.match(hosts?.before ?? '', /^\[host\."https:\/\/one\.test"\]$/m)
      assert.match(hosts?.after ?? '', /^\[host\."https:\/\/two\.test"\]$/m)
      const [created, updated] = taskOf('Check and difference of a new list').result.diff as Record<
        string,
        string
      >[]
      assert.equal(created?.before, '')
      assert.match(created?.after ?? '', /Authorization = "\*\*\*/)
      assert.match(updated?.before ?? '', /config_path = ""/)
      assert.match(updated?.after ?? '', /config_path = "\/etc\/containerd\/certs\.d"/)
    })

    it('names file, line and column of an error, or the key of data', () => {
      const problem = 'the scheme must be https or http, not ftp'
      const file = path.join(home, 'invalid.yaml')
      const invalid = taskOf('An invalid list')
      assert.equal(invalid.status, 'ignored')
      assert.equal(invalid.result.msg, `${file}:4:15: ${problem}`)
      assert.deepEqual(invalid.result.errors, [{ file, line: 4, column: 15, message: problem }])
      assert.equal(invalid.result.code, 'invalid_list')
      const key = "registries['docker.io'].mirrors[1].url"
      assert.equal(taskOf('Invalid data').result.msg, `list: ${key}: ${problem}`)
      assert.deepEqual(taskOf('Invalid data').result.errors, [{ file: 'list', key, message: problem }])
    })

    it('writes nothing while a registry is unhealthy, and names the endpoint', () => {
      const { status, result } = taskOf('Unhealthy mirrors')
      assert.deepEqual([status, result.code], ['ignored', 'unhealthy'])
      assert.match(
        String(result.msg),
        /^docker\.io is unhealthy; nothing was written\nmirror http:\/\/127\.0\.0\.1:9\/v2: refused [^\n]+$/,
      )
      assert.match(JSON.stringify(result.findings), /http:\/\/127\.0\.0\.1:9\/v2 is unhealthy/)
    })

    it('probes a list, before or after it is written', () => {
      const [before, after] = ['Probe before they are written', 'Unhealthy mirrors without the check'].map(
        taskOf,
      )
      assert.deepEqual([before?.status, after?.status], ['ok', 'changed'])
      for (const task of [before, after]) {
        assert.deepEqual(task?.result.unhealthy, ['docker.io'])
        assert.match(JSON.stringify(task?.result.findings), /"code":"refused".*127\.0\.0\.1:9/)
        assert.match(JSON.stringify(task?.result.warnings), /docker\.io is unhealthy/)
      }
    })

    it('requires what the check before writing requires: an image', () => {
      const { status, result } = taskOf('Probe of a mirror that only responds to pings')
      assert.deepEqual([status, result.code], ['ignored', 'unhealthy'], JSON.stringify(result))
    })

    it('requires a healthy mirror with mirrors, and is content with a server with yes', () => {
      const message = 'no mirror of alone.test is healthy'
      const [written, probed] = [
        'A mirror that fails, with a server that works',
        'Probe of a mirror that fails, with a server that works',
      ].map(taskOf)
      for (const task of [written, probed]) {
        assert.deepEqual([task?.status, task?.result.code], ['ignored', 'unhealthy'], JSON.stringify(task))
        assert.match(JSON.stringify(task?.result.findings), /"code":"no_healthy_mirror"/)
      }
      const refused = String(written?.result.msg).split('\n')
      assert.equal(refused[0], `${message}; nothing was written`)
      assert.match(refused[1] ?? '', /^mirror http:\/\/127\.0\.0\.1:9\/v2: refused /)
      assert.equal(probed?.result.msg, message)
      const passing = ['Probe of the server alone', 'Probe of a mirror that works']
      assert.deepEqual(statuses(...passing), ['ok', 'ok'])
      assert.deepEqual(
        passing.map(name => taskOf(name).result.unhealthy),
        [[], []],
      )
    })

    it('refuses a switch that it does not know', () => {
      const { status, result } = taskOf('A wrong switch')
      const message = 'require_healthy must be true, false or mirrors, not mirorrs'
      assert.deepEqual([status, result.msg, result.code], ['ignored', message, 'usage'])
    })

    it('names remedies in a playbook', () => {
      const missing = /missing\.pem does not exist; add it to files \(regmirror_files\)$/
      assert.match(String(taskOf('A file that is missing').result.msg), missing)
      assert.match(String(taskOf('No list').result.msg), /^no list found: .*; set list or src \(/)
    })

    it('removes a file of an earlier run that neither the run nor its list names', () => {
      const removed = (name: string) => changesOf(name).filter(change => /^delete (?!.*hosts)/.test(change))
      assert.deepEqual(removed('Data in place of the file'), [
        `delete ${LISTS}/mirrors.toml`,
        `delete ${LISTS}/token`,
      ])
      const own = [`delete ${LISTS}/note`]
      assert.deepEqual(removed('Unhealthy mirrors without the check'), own)
    })

    it('restores the tree and removes what it brought, also files of earlier runs', async () => {
      const removed = [`delete ${LISTS}/later`, `delete ${LISTS}/mirrors.json`]
      assert.deepEqual(changesOf('Absent').slice(0, 2), removed)
      assert.deepEqual(changesOf('Check of absent'), changesOf('Absent'))
      assert.deepEqual(statuses('Check of absent', 'Absent', 'Absent again'), ['changed', 'changed', 'ok'])
      assert.deepEqual(await readTree(path.join(home, 'node')), node)
    })

    it('reports in check mode that regmirror is missing', () => {
      const { status, result } = taskOf('Check without regmirror')
      assert.equal(status, 'changed')
      assert.match(JSON.stringify(result.findings), /"code":"not_installed"/)
      const warning = 'regmirror is not on this node yet: neither the list nor a restart was checked'
      assert.deepEqual(result.warnings, [warning])
    })

    it('returns little, and no secret with -vvv', () => {
      assert.ok(played.tasks.length > 10)
      for (const { name, result } of played.tasks) {
        const { diff: _, invocation: __, ...rest } = result
        const lines = JSON.stringify(rest, undefined, 1).split('\n').length
        assert.ok(lines < 75, `${name}: ${lines} lines`)
      }
      assert.deepEqual(findLeaks(played.stdout + played.stderr, [TOKEN]), [])
    })
  })
}

/** A tree, lists and the command, below `home`; returns the tree. */
async function prepare(home: string): Promise<Tree> {
  const tree = { [CONFIG.slice(1)]: defaultConfig(treeOf(CONTAINERD)) }
  await writeTree(path.join(home, 'node'), tree)
  await writeTree(home, { 'mirrors.toml': LIST, 'invalid.yaml': INVALID, note: 'beside the list\n' })
  const wrapper = `#!/bin/sh\nexec ${shellWords(AS_BUILT)} "$@"\n`
  await fs.writeFile(path.join(home, 'regmirror'), wrapper, { mode: 0o755 })
  return await readTree(path.join(home, 'node'))
}
