/**
 * The playbook that we hand out, played for real: what it reports as changed must be what changed.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { readTree, withDirectory } from '../support/tree.ts'
import { ANSIBLE, type Played, play } from './support/ansible.ts'
import { defaultConfig, needRuntime, treeOf } from './support/runtimes.ts'

const REPOSITORY = path.resolve(import.meta.dirname, '../..')
const CONTAINERD = 'containerd-trixie'
const COPY = 'Copy the mirror list'
const PLAN = 'Plan'
const APPLY = 'Apply'
const RESTART = 'Restart the runtimes'

describe('the Ansible playbook', function () {
  this.timeout(300_000)
  before(function () {
    needRuntime(this, ANSIBLE, false)
    needRuntime(this, CONTAINERD, false)
  })

  it('reports changed, then unchanged, then what a check would change', () =>
    withDirectory(async home => {
      const node = path.join(home, 'node')
      const playNow = await prepare(home, node)

      await writeList(home, 'https://one.test')
      const first = await playNow({})
      assert.equal(status(first, COPY), 'changed')
      assert.equal(status(first, APPLY), 'changed')
      assert.equal(status(first, RESTART), 'changed')
      assert.equal(await restarts(home), 'restart containerd\n')

      const after = await readTree(node)
      const again = await playNow({})
      assert.equal(status(again, COPY), 'ok')
      assert.equal(status(again, APPLY), 'ok')
      assert.equal(status(again, RESTART), undefined)
      assert.deepEqual(await readTree(node), after)

      await writeList(home, 'https://two.test')
      const check = await playNow({ check: true, diff: true })
      assert.equal(status(check, PLAN), 'changed')
      assert.equal(status(check, APPLY), 'skipped')
      assert.match(JSON.stringify(check.tasks), /\+\[host\.\\+"https:\/\/two\.test/)
      assert.deepEqual(await readTree(node), after)

      // Now for real: hosts.toml takes effect immediately, so there is nothing to restart.
      const second = await playNow({})
      assert.equal(status(second, APPLY), 'changed')
      assert.equal(status(second, RESTART), undefined)
      assert.equal(await restarts(home), 'restart containerd\n')
    }))

  it('restarts nothing where that is disabled, and reports what is due', () =>
    withDirectory(async home => {
      const playNow = await prepare(home, path.join(home, 'node'))
      await writeList(home, 'https://one.test')
      const played = await playNow({ more: { regmirror_restarts: false } })
      assert.equal(status(played, 'Check whether a runtime must be restarted'), 'changed')
      assert.equal(status(played, RESTART), 'skipped')
      await assert.rejects(fs.access(path.join(home, 'restarts')))
    }))

  it('takes a list in YAML, whatever its name ends in', () =>
    withDirectory(async home => {
      const node = path.join(home, 'node')
      const playNow = await prepare(home, node)
      const list = path.join(home, 'ours.yml')
      await fs.writeFile(list, 'version: 1\nregistries:\n  docker.io:\n    mirrors: [https://one.test]\n')
      const played = await playNow({ more: { regmirror_list: list } })
      assert.equal(status(played, APPLY), 'changed')
      assert.deepEqual(await fs.readdir(path.join(home, 'etc-regmirror')), ['mirrors.yaml'])
      const hosts = path.join(node, 'etc/containerd/certs.d/docker.io/hosts.toml')
      assert.match(await fs.readFile(hosts, 'utf8'), /one\.test/)
    }))

  it('fails when the list is invalid, and leaves the node as it was', () =>
    withDirectory(async home => {
      const node = path.join(home, 'node')
      const playNow = await prepare(home, node)
      await writeList(home, 'ftp://one.test')
      const before = await readTree(node)
      const played = await playNow({}, 2)
      assert.equal(status(played, PLAN), 'failed')
      assert.deepEqual(await readTree(node), before)
      await assert.rejects(fs.access(path.join(home, 'etc-regmirror')), 'the list never reached the node')
    }))
})

/** Makes a node below `home`, and gives a function that plays our playbook on it. */
async function prepare(home: string, node: string) {
  await fs.mkdir(path.join(node, 'etc/containerd'), { recursive: true })
  await fs.writeFile(path.join(node, 'etc/containerd/config.toml'), defaultConfig(treeOf(CONTAINERD)))
  const command = path.join(home, 'regmirror.mjs')
  const main = path.join(REPOSITORY, 'lib/main.ts')
  await fs.writeFile(command, `import { start } from '${main}'\nprocess.exit(await start())\n`)
  await writeFakeSystemctl(home)
  const vars = {
    regmirror_list: path.join(home, 'mirrors.toml'),
    regmirror_directory: path.join(home, 'etc-regmirror'),
    regmirror_command: [process.execPath, command, '--root', node],
  }
  const playbook = path.join(REPOSITORY, 'templates/ansible/mirrors.yml')
  return async (
    { more = {}, ...how }: { check?: boolean; diff?: boolean; more?: Readonly<Record<string, unknown>> },
    code = 0,
  ) => {
    const env = { PATH: `${home}:${process.env.PATH}` }
    const played = await play({ playbook, home, vars: { ...vars, ...more }, env, ...how })
    assert.equal(played.code, code, failures(played))
    return played
  }
}

/** Stands in for this machine's own, and writes down what it was told. */
async function writeFakeSystemctl(home: string): Promise<void> {
  const script = `#!/bin/sh\necho "$@" >>'${home}/restarts'\n`
  await fs.writeFile(path.join(home, 'systemctl'), script, { mode: 0o755 })
}

async function restarts(home: string): Promise<string> {
  return await fs.readFile(path.join(home, 'restarts'), 'utf8')
}

async function writeList(home: string, mirror: string): Promise<void> {
  const list = `version = 1\n[registries."docker.io"]\nmirrors = ["${mirror}"]\n[targets.containerd]\nversion = "1.7"\n`
  await fs.writeFile(path.join(home, 'mirrors.toml'), list)
}

/** What a person needs to know about a play that ended otherwise than it should. */
function failures(played: Played): string {
  const failed = played.tasks.filter(task => task.status === 'failed')
  return failed.map(task => `${task.name}: ${JSON.stringify(task.result)}`).join('\n') + played.stderr
}

/** How a task ended; undefined when it was not run, as a handler that nobody told. */
function status(played: Played, task: string): string | undefined {
  return played.tasks.find(({ name }) => name === task)?.status
}
