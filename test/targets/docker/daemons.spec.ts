/** The dockerds of a machine: which one reads the file of the list, and flags that keep it from starting again. */
import assert from 'node:assert/strict'
import type { Registry } from '../../../lib/model/registry.ts'
import { openReader } from '../../../lib/system/reader.ts'
import type { Processes, TrustedProcess, UntrustedProcess } from '../../../lib/system/trusted-processes.ts'
import { docker } from '../../../lib/targets/docker/docker.ts'
import { dockerSettings } from '../../../lib/targets/docker/settings.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const PLACE = { file: 'list', line: 1, column: 1 }

interface Given {
  readonly line: string
  readonly rootDirectory?: string
  readonly pid?: number
}

const trusted = ({ line, rootDirectory = '', pid = 812 }: Given): TrustedProcess =>
  ({
    ...{ identity: { pid }, startedAt: pid, args: line.split(' '), executable: '/usr/bin/dockerd' },
    ...{ origin: { unit: 'docker.service' }, directory: '/', rootDirectory },
  }) as unknown as TrustedProcess

const processesOf =
  (found: readonly Given[], untrusted: readonly UntrustedProcess[] = []) =>
  (root: string): Processes => ({
    find: async name => ({
      trusted: name === 'dockerd' ? found.map(one => trusted({ rootDirectory: root, ...one })) : [],
      untrusted: name === 'dockerd' ? untrusted : [],
    }),
    variables: async () => ({ HTTP_PROXY: 'http://env:1', PATH: '/bin' }),
  })

const USER = {
  home: '/home/u',
  configHome: '/home/u/.config',
  dataHome: '/home/u/.local/share',
  runtimeDirectory: '/run/user/1000',
}

/** The node is a directory, and this machine is taken for it; Docker 27.5 is installed there. */
async function observeOn(tree: Tree, processesIn: (root: string) => Processes, user?: typeof USER) {
  return await withDirectory(async root => {
    await writeTree(root, tree)
    const run = async () => ({ code: 0, stdout: 'Docker version 27.5.1, build a\n', stderr: '' })
    const node = openReader(root)
    const machine = {
      processes: processesIn(root),
      run,
      files: node,
      now: () => 0,
      bootClock: async () => undefined,
    }
    const view = { node, uid: 0, machine, state: { version: 1, files: {} }, ...(user && { user }) }
    const snapshot = await docker.observe(view as never, [], dockerSettings.resolve({}, PLACE))
    return { snapshot, daemon: docker.daemon.find(snapshot) }
  })
}

const HUB: Registry = {
  name: 'docker.io',
  ...{ fallback: true, canary: undefined, server: undefined, place: PLACE },
  mirrors: [
    {
      base: { origin: 'https://a.example', path: '/v2', form: 'root' },
      ...{
        capabilities: ['pull', 'resolve'],
        dialTimeout: '2s',
        ca: [],
        client: undefined,
        skipVerify: true,
      },
      ...{ header: {}, redirects: [], place: PLACE },
    },
  ],
}

describe('the dockerd of a machine', () => {
  it('reads daemon.json, and has a unit, a release and a socket', async () => {
    const { daemon } = await observeOn(
      { 'etc/docker/daemon.json': '{}' },
      processesOf([{ line: 'dockerd -H fd://' }]),
    )
    assert.deepEqual(daemon, {
      ...{ state: 'running', pid: 812, startedAt: 812, executable: '/usr/bin/dockerd' },
      ...{ config: '/etc/docker/daemon.json', version: '27.5.1', unit: 'docker.service' },
      ...{ restart: 'systemctl restart docker', address: '/run/docker.sock' },
    })
  })

  it('is another one where it reads another file', async () => {
    const found = processesOf([{ line: 'dockerd --config-file /srv/daemon.json -H unix:///srv/d.sock' }])
    const { snapshot, daemon } = await observeOn({ 'etc/docker/daemon.json': '{}' }, found)
    assert.equal(daemon.state, 'stopped')
    const { notices } = docker.render([], snapshot, { takeOver: false })
    assert.deepEqual(
      notices.map(({ code }) => code),
      ['other_config'],
    )
  })

  it('is not started again with a flag of a key that regmirror would write', async () => {
    const line = 'dockerd --insecure-registry b.example --registry-mirror https://c.example'
    const { snapshot } = await observeOn({ 'etc/docker/': undefined }, processesOf([{ line }]))
    const { conflicts, files } = docker.render([HUB], snapshot, { takeOver: false })
    assert.deepEqual(files, [])
    assert.deepEqual(
      conflicts.map(({ message }) => message.split(':')[0]),
      [
        'dockerd (process 812) was started with --insecure-registry b.example',
        'dockerd (process 812) was started with --registry-mirror https',
      ],
    )
  })

  it('is not known where it is not trusted', async () => {
    const doubted = [{ pid: 9, why: 'is of user 1000', command: { args: ['dockerd'], directory: '/' } }]
    const { snapshot, daemon } = await observeOn({}, processesOf([], doubted))
    assert.equal(daemon.state, 'unknown')
    const { notices } = docker.render([], snapshot, { takeOver: false })
    assert.match(notices[0]?.message ?? '', /process 9 is of user 1000/)
  })
})

describe('rootless Docker', () => {
  const own = { line: 'dockerd', rootDirectory: '/proc/77/root', pid: 77 }

  it('has its files and its socket in the directories of the user', async () => {
    const { snapshot, daemon } = await observeOn(
      { 'home/u/.config/docker/daemon.json': '{}' },
      processesOf([]),
      USER,
    )
    assert.equal(snapshot.config.path, '/home/u/.config/docker/daemon.json')
    assert.equal(snapshot.certsDir, '/home/u/.config/docker/certs.d')
    assert.equal(daemon.state, 'stopped')
    const { files } = docker.render([HUB], snapshot, { takeOver: false })
    assert.deepEqual(
      files.map(({ path }) => path),
      ['/home/u/.config/docker/daemon.json'],
    )
  })

  it('is not the Docker of the machine', async () => {
    const hidden = [{ pid: 9, why: 'hides its executable', command: undefined }]
    const { snapshot, daemon } = await observeOn(
      {},
      processesOf([{ line: 'dockerd -H fd://' }], hidden),
      USER,
    )
    assert.deepEqual([daemon.state, snapshot.daemons.others.length], ['stopped', 0])
  })

  it('is restarted by the systemd of the user', async () => {
    const { daemon } = await observeOn({}, processesOf([own]), USER)
    assert.ok(daemon.state === 'running')
    const { config, address, restart } = daemon
    assert.deepEqual(
      [config, address, restart],
      ['/home/u/.config/docker/daemon.json', '/run/user/1000/docker.sock', 'systemctl --user restart docker'],
    )
  })
})

describe('the environment of Docker', () => {
  it('has the proxies of daemon.json in place of variables', () =>
    withDirectory(async root => {
      await writeTree(root, { 'etc/docker/daemon.json': '{"proxies": {"http-proxy": "http://file:2"}}' })
      const machine = { files: openReader(root), processes: processesOf([{ line: 'dockerd' }])(root) }
      const found = await docker.daemon.environment(dockerSettings.resolve({}, PLACE), machine)
      assert.deepEqual(found, { PATH: '/bin', HTTP_PROXY: 'http://file:2', http_proxy: 'http://file:2' })
    }))
})
