/** What a running Docker says, and whether that is what daemon.json has. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { openReader } from '../../../lib/system/reader.ts'
import { getUnix } from '../../../lib/system/unix-http.ts'
import { reloadPending } from '../../../lib/targets/docker/doctor/rules/reload-pending.ts'
import { proxiesIn } from '../../../lib/targets/docker/environment.ts'
import { infoOf } from '../../../lib/targets/docker/info-values.ts'
import { isInsecure } from '../../../lib/targets/docker/insecure.ts'
import { judge } from '../../../lib/targets/docker/judge-info.ts'
import { respond } from '../../../lib/targets/docker/respond.ts'
import { withDirectory } from '../../support/tree.ts'

/** As Docker 28.5.2 responds, shortened. */
const INFO = {
  ServerVersion: '28.5.2+dfsg4',
  DockerRootDir: '/var/lib/docker',
  DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
  RegistryConfig: {
    Mirrors: ['https://a.example/', 'http://b.example:5000/'],
    InsecureRegistryCIDRs: ['10.1.0.0/16', '127.0.0.0/8', '::1/128'],
    IndexConfigs: {
      'docker.io': { Name: 'docker.io', Secure: true },
      'reg.example:5000': { Name: 'reg.example:5000', Secure: false },
    },
  },
}
const FILE = {
  'registry-mirrors': ['https://a.example', 'http://b.example:5000/'],
  'insecure-registries': ['http://reg.example:5000', '10.1.2.3/16'],
}

const judged = (file: object, info: object = INFO) => judge(JSON.stringify(file), infoOf(info as never))

describe('what a running Docker uses', () => {
  it('is what its file has, in the spelling of either', () => {
    assert.deepEqual(judged(FILE), {
      ...{ serves: true, usesFile: true, proof: 'Docker 28.5.2+dfsg4 uses 2 mirrors of docker.io' },
    })
    assert.equal(infoOf(INFO).store, 'containerd')
    assert.equal(infoOf({ DriverStatus: [['Backing Filesystem', 'extfs']] }).store, 'graphdriver')
  })

  it('differs by a mirror, by its place, and by an insecure registry', () => {
    const [first = '', second = ''] = FILE['registry-mirrors']
    for (const mirrors of [[first], [second, first], [first, second, 'https://c.example']])
      assert.equal(judged({ ...FILE, 'registry-mirrors': mirrors }).serves, false)
    assert.equal(judged({ ...FILE, 'insecure-registries': ['10.1.0.0/16'] }).serves, false)
    assert.equal(
      judged({ ...FILE, 'insecure-registries': ['10.2.0.0/16', 'reg.example:5000'] }).serves,
      false,
    )
  })

  it('has no mirrors in its file with the containerd store, from the release that reads hosts.toml', () => {
    const proofOf = (info: object) => {
      const response = judged({}, { ...info, RegistryConfig: {} })
      return response.serves ? response.proof : response.problem
    }
    assert.equal(
      proofOf(INFO),
      'Docker 28.5.2+dfsg4 uses daemon.json, which has no mirrors: with the containerd store they are in hosts.toml',
    )
    const none = 'uses 0 mirrors of docker.io'
    assert.equal(proofOf({ ...INFO, ServerVersion: '27.5.1' }), `Docker 27.5.1 ${none}`)
    assert.equal(proofOf({ ...INFO, DriverStatus: [] }), `Docker 28.5.2+dfsg4 ${none}`)
  })

  it('is read again after the reload that plan names', () => {
    const cureOf = (file: object, unit?: string) => {
      const reader = {
        pid: 270,
        startedAt: 1,
        config: '/etc/docker/daemon.json',
        flags: { registries: [] },
        unit,
      }
      const snapshot = {
        ...{ info: infoOf(INFO), config: { path: reader.config }, rootless: false, onMachine: true },
        json: { text: JSON.stringify(file), value: file },
        daemons: { readers: [reader], others: [], doubted: [] },
      }
      return reloadPending.find({ snapshot } as never).map(({ cure }) => cure)
    }
    const other = { ...FILE, 'registry-mirrors': ['https://c.example'] }
    assert.deepEqual(cureOf(FILE), [])
    assert.deepEqual(cureOf(other), ['reload Docker: kill -HUP 270'])
    assert.deepEqual(cureOf(other, 'docker.service'), ['reload Docker: systemctl reload docker'])
    assert.deepEqual(cureOf({ ...FILE, 'registry-mirrors': undefined }), [
      'reload Docker: kill -HUP 270; it keeps the old value of a key that is removed, so write "registry-mirrors": [] first',
    ])
  })

  it('is no fault of a file without the key, which Docker keeps: the proof names the value and its cure', () => {
    const { 'insecure-registries': _, ...rest } = FILE
    assert.deepEqual(judged(rest), {
      serves: true,
      usesFile: true,
      proof:
        'Docker 28.5.2+dfsg4 uses 2 mirrors of docker.io; it keeps insecure-registries reg.example:5000, 10.1.0.0/16, which daemon.json does not have: restart Docker, or write "insecure-registries": [] and reload it',
    })
    assert.equal(judged({}).serves, true)
    assert.equal(judged({ 'insecure-registries': [] }).serves, false, 'an empty value is one')
    assert.equal(judged({ 'registry-mirrors': [] }).serves, false)
    const none = {
      RegistryConfig: { Mirrors: null, InsecureRegistryCIDRs: ['127.0.0.0/8'], IndexConfigs: {} },
    }
    assert.equal(judged({}, none).serves, true)
    assert.equal(judged({ 'registry-mirrors': [], 'insecure-registries': [] }, none).serves, true)
  })
})

describe('hosts that Docker does not verify', () => {
  it('are those of loopback, those named with their port, and addresses of a network', () => {
    const entries = ['reg.example:5000', '192.0.2.0/24', 'http://plain.example']
    for (const host of ['127.0.0.1:5000', 'localhost', 'reg.example:5000', '192.0.2.9:6443', 'plain.example'])
      assert.equal(isInsecure(host, entries), true, host)
    for (const host of ['reg.example', 'reg.example:5001', '192.0.3.9', 'other.example'])
      assert.equal(isInsecure(host, entries), false, host)
  })
})

describe('the proxies of daemon.json', () => {
  it('stand for the variables', () => {
    const proxies = { 'http-proxy': 'http://p:1', 'no-proxy': 'a.example', other: 1 }
    assert.deepEqual(proxiesIn(proxies), {
      ...{ HTTP_PROXY: 'http://p:1', http_proxy: 'http://p:1', NO_PROXY: 'a.example', no_proxy: 'a.example' },
    })
    assert.deepEqual(proxiesIn('http://p:1'), {})
  })
})

/** Serves these bytes to every connection, at a socket in the directory. */
async function serving(
  directory: string,
  bytes: string | undefined,
): Promise<AsyncDisposable & { socket: string }> {
  const socket = path.join(directory, 'docker.sock')
  const server = net.createServer(connection => {
    connection.on('error', () => {})
    connection.once('data', () => bytes !== undefined && connection.end(bytes))
  })
  await new Promise<void>(done => server.listen(socket, done))
  return { socket, [Symbol.asyncDispose]: () => new Promise(done => server.close(() => done())) }
}

describe('a request to a Unix socket', () => {
  it('gives the status and the body', () =>
    withDirectory(async home => {
      await using server = await serving(home, 'HTTP/1.0 200 OK\r\nContent-Type: a\r\n\r\n{"a": 1}\n\n')
      assert.deepEqual(await getUnix(server.socket, '/info'), {
        status: 200,
        body: '{"a": 1}\n\n',
        problem: '',
      })
    }))

  it('says why there is no response', () =>
    withDirectory(async home => {
      assert.match((await getUnix(path.join(home, 'none'), '/info')).problem, /ENOENT/)
      await using server = await serving(home, 'no HTTP')
      assert.equal((await getUnix(server.socket, '/info')).problem, 'the response is not HTTP')
    }))

  it('ends when its time is over', () =>
    withDirectory(async home => {
      const silent = net.createServer(connection => void connection.on('error', () => {}).resume())
      const socket = path.join(home, 's')
      await new Promise<void>(done => silent.listen(socket, done))
      assert.match((await getUnix(socket, '/info', 50)).problem, /no response within/)
      await new Promise<void>(done => silent.close(() => done()))
    }))
})

describe('Docker at its socket', () => {
  it('serves when it uses its file', () =>
    withDirectory(async home => {
      await fs.writeFile(path.join(home, 'daemon.json'), JSON.stringify(FILE))
      await using server = await serving(home, `HTTP/1.0 200 OK\r\n\r\n${JSON.stringify(INFO)}`)
      const written = { config: '/daemon.json', node: openReader(home) }
      assert.equal((await respond(server.socket, written)).serves, true)
      await fs.writeFile(path.join(home, 'daemon.json'), '{"registry-mirrors": []}')
      const now = await respond(server.socket, written)
      assert.deepEqual(
        now.serves ? '' : now.problem,
        `Docker does not use registry-mirrors of daemon.json; it uses https://a.example/, http://b.example:5000/`,
      )
    }))

  it('does not serve where nothing responds', async () => {
    const written = { config: undefined, node: openReader('/') }
    const now = await respond('/nonexistent/docker.sock', written)
    assert.deepEqual([now.serves, !now.serves && now.isFinal], [false, false])
  })
})
