/** Which k3s or RKE2 the file is for, from processes that are handed in, and the settings of its node. */
import assert from 'node:assert/strict'
import { readState } from '../../../lib/ownership/state.ts'
import { readBootClock } from '../../../lib/system/boot-clock.ts'
import type { TrustedProcess } from '../../../lib/system/trusted-processes.ts'
import { openWriter } from '../../../lib/system/writer.ts'
import { parseNodeFlags } from '../../../lib/targets/k3s/command-line.ts'
import { k3s } from '../../../lib/targets/k3s/k3s.ts'
import { endpointUrl } from '../../../lib/targets/k3s/pull/endpoint-url.ts'
import { endpoints } from '../../../lib/targets/k3s/pull/endpoints.ts'
import { rewriteRepository } from '../../../lib/targets/k3s/pull/rewrite-repository.ts'
import { templateProblem } from '../../../lib/targets/k3s/template.ts'
import { mirror, PLACE, registry } from '../../support/lists.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

/** A process of root with these arguments, in a unit of systemd. */
function daemon(name: string, pid: number, args: string, unit?: string): TrustedProcess {
  const identity = { pid, name, uids: [0], inContainer: false, startTicks: pid }
  const executable = name === 'rke2' ? '/usr/local/bin/rke2' : '/var/lib/rancher/k3s/data/current/bin/k3s'
  const origin = { parent: 'systemd', ...(unit !== undefined && { unit }) }
  return {
    identity,
    startedAt: pid,
    args: args.split(' '),
    executable,
    origin,
    directory: '/',
    rootDirectory: '/',
  }
}

interface Node {
  readonly trusted?: readonly TrustedProcess[]
  readonly untrusted?: boolean
  readonly tree?: Tree
  readonly config?: string
}

async function planOn({ trusted = [], untrusted = false, tree = {}, config }: Node) {
  return await withDirectory(async root => {
    await writeTree(root, tree)
    const node = openWriter(root)
    const doubted = [{ pid: 9, why: 'is not of root', command: undefined }]
    const machine = {
      files: node,
      run: async () => undefined,
      processes: {
        find: async (name: string) => ({
          trusted: trusted.filter(({ identity }) => identity.name === name),
          untrusted: untrusted && name === 'k3s' ? doubted : [],
        }),
        variables: async ({ identity }: TrustedProcess) => ({
          HTTPS_PROXY: `http://proxy.example:${identity.pid}`,
        }),
      },
      ...{ now: Date.now, bootClock: readBootClock },
    }
    const view = { node, uid: 0, state: await readState(node), machine }
    const registries = [registry('docker.io', [mirror('https://mirror.test')])]
    const settings = k3s.settings.resolve(config === undefined ? {} : { config }, PLACE)
    const snapshot = await k3s.observe(view, registries, settings)
    const { notices, files } = k3s.render(registries, snapshot, { takeOver: false })
    const environment = await k3s.daemon.environment(settings, machine)
    return {
      ...{ snapshot, environment, daemon: k3s.daemon.find(snapshot) },
      messages: notices.map(({ message }) => message),
      path: files.at(-1)?.path,
    }
  })
}

const SERVER = daemon('k3s-server', 812, '/usr/local/bin/k3s server --disable traefik', 'k3s.service')

describe('the k3s that the file is for', () => {
  it('is the one that runs, with its unit and its proxies', async () => {
    const { daemon: found, path, environment } = await planOn({ trusted: [SERVER] })
    assert.equal(path, '/etc/rancher/k3s/registries.yaml')
    assert.deepEqual(found, {
      ...{ state: 'running', pid: 812, startedAt: 812, executable: SERVER.executable },
      ...{ config: path, distribution: 'k3s', restart: 'systemctl restart k3s', unit: 'k3s.service' },
    })
    assert.deepEqual(environment, { HTTPS_PROXY: 'http://proxy.example:812' })
  })

  it('is an agent, or RKE2, where that runs', async () => {
    const agent = daemon('k3s-agent', 5, '/usr/local/bin/k3s agent', 'k3s-agent.service')
    const rke2 = daemon('rke2', 6, '/usr/local/bin/rke2 agent', 'rke2-agent.service')
    const ofAgent = await planOn({ trusted: [agent] })
    assert.equal(ofAgent.daemon.state === 'running' && ofAgent.daemon.restart, 'systemctl restart k3s-agent')
    const ofRke2 = await planOn({ trusted: [rke2], tree: { 'usr/local/bin/k3s': '' } })
    assert.equal(ofRke2.path, '/etc/rancher/rke2/registries.yaml')
    assert.equal(ofRke2.daemon.state === 'running' && ofRke2.daemon.restart, 'systemctl restart rke2-agent')
    assert.match(ofRke2.messages[0] ?? '', /^k3s is on this node too/)
  })

  it('is not one that is not trusted, and not k3s kubectl', async () => {
    assert.equal((await planOn({ untrusted: true })).daemon.state, 'unknown')
    const kubectl = daemon('k3s', 7, '/usr/local/bin/k3s kubectl get nodes')
    assert.equal((await planOn({ trusted: [kubectl] })).daemon.state, 'absent')
    assert.equal((await planOn({ tree: { 'usr/local/bin/k3s': '' } })).daemon.state, 'stopped')
  })

  it('reads the file of its command line, which wins over config.yaml and its drop-ins', async () => {
    const tree = {
      'etc/rancher/k3s/config.yaml': 'private-registry: /etc/rancher/a.yaml\n',
      'etc/rancher/k3s/config.yaml.d/20.yaml': 'private-registry: /etc/rancher/b.yaml\n',
      'etc/rancher/k3s/config.yaml.d/10.yaml': 'private-registry: /etc/rancher/c.yaml\n',
    }
    assert.equal((await planOn({ trusted: [SERVER], tree })).path, '/etc/rancher/b.yaml')
    const named = daemon(
      'k3s-server',
      8,
      'k3s server --private-registry=/etc/rancher/flag.yaml',
      'k3s.service',
    )
    assert.equal((await planOn({ trusted: [named], tree })).path, '/etc/rancher/flag.yaml')
    const config = '/etc/rancher/k3s/registries.yaml'
    const { path, messages } = await planOn({ trusted: [named], config })
    assert.equal(path, config)
    assert.match(
      messages[0] ?? '',
      /^k3s reads \/etc\/rancher\/flag\.yaml, not \/etc\/rancher\/k3s\/registries\.yaml; set config = /,
    )
  })

  it('has the flag that forbids fallback from its command line or its files', async () => {
    const noDefault = async (node: Node) => (await planOn(node)).snapshot.node.noDefault
    const tree = { 'etc/rancher/k3s/config.yaml': 'disable-default-registry-endpoint: true\n' }
    assert.equal(await noDefault({ trusted: [SERVER] }), false)
    assert.equal(await noDefault({ trusted: [SERVER], tree }), true)
    const off = daemon('k3s-server', 8, 'k3s server --disable-default-registry-endpoint=false', 'k3s.service')
    assert.equal(await noDefault({ trusted: [off], tree }), false)
    const elsewhere = daemon('k3s-server', 8, 'k3s server -c /etc/k3s.yaml', 'k3s.service')
    assert.equal(await noDefault({ trusted: [elsewhere], tree }), false)
    assert.equal(
      await noDefault({
        trusted: [elsewhere],
        tree: { 'etc/k3s.yaml': 'disable-default-registry-endpoint: "true"\n' },
      }),
      true,
    )
    assert.equal(await noDefault({ tree: { 'etc/rancher/k3s/config.yaml': '\tno yaml' } }), false)
  })
})

describe('what k3s reads', () => {
  it('are flags in every spelling', () => {
    const read = (text: string) => parseNodeFlags(text.split(' '))
    assert.deepEqual(read('k3s server'), {})
    assert.deepEqual(read('k3s-server --data-dir /d'), { dataDirectory: '/d' })
    assert.deepEqual(read('rke2 agent -d=/d --private-registry /a --private-registry=/b'), {
      ...{ dataDirectory: '/d', privateRegistry: '/b' },
    })
    assert.deepEqual(read('k3s agent --disable-default-registry-endpoint'), { noDefault: true })
    assert.equal(read('k3s ctr images ls'), undefined)
    assert.equal(read('k3s'), undefined)
  })

  const urls: readonly (readonly [written: string, base: string | undefined, overrides?: boolean])[] = [
    ['https://h.example', 'https://h.example/v2'],
    ['https://h.example/', 'https://h.example/v2'],
    ['https://h.example/v2', 'https://h.example/v2'],
    ['https://h.example/v2/', 'https://h.example/v2/', true],
    ['https://h.example/p/v2', 'https://h.example/p/v2', true],
    ['https://h.example/p', 'https://h.example/p', true],
    ['h.example', 'https://h.example/v2'],
    ['h.example:5000/p', 'https://h.example:5000/p', true],
    ['localhost', 'https://localhost/v2'],
    ['localhost:443', 'https://localhost:443/v2'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/v2'],
    ['[::1]:5000', 'http://[::1]:5000/v2'],
    ['docker.io', 'https://registry-1.docker.io/v2'],
    ['HTTP://h.example', 'http://h.example/v2'],
    ['https://h.example:port', undefined],
    ['a b', undefined],
  ]
  for (const [written, base, overrides = false] of urls)
    it(`is ${base ?? 'nothing'} for the endpoint ${written}`, () => {
      const url = endpointUrl(written)
      assert.equal(url && url.origin + url.path, base)
      if (url !== undefined) assert.equal(url.overridesPath, overrides)
    })

  it('is another repository after a rewrite', () => {
    const library = 'library/busybox'
    assert.deepEqual(rewriteRepository(library, { '^(.*)$': 'proxy/$1' }), { prefix: '/proxy' })
    assert.deepEqual(rewriteRepository(library, { '^x/(.*)': 'y/$1' }), { prefix: '' })
    assert.match(
      rewriteRepository(library, { '^library/(.*)': ['hub/$', '{1}'].join('') }).problem ?? '',
      /repository hub\/busybox/,
    )
    assert.match(
      rewriteRepository(library, { '^library/(.*)': 'hub/$1x' }).problem ?? '',
      /repository hub\/ of/,
    )
    assert.deepEqual(rewriteRepository(library, { '(': 'x' }), { prefix: '' })
  })

  it('is its own configuration of containerd where a template extends that', () => {
    assert.equal(templateProblem('{{ template "base" . }}\n', true), undefined)
    assert.match(templateProblem('version = 2\n', false) ?? '', /no config_path/)
    assert.equal(templateProblem('config_path = "/x"\n', false), undefined)
    assert.match(templateProblem('config_path = "/x"\n', true) ?? '', /logins/)
  })

  it('is nothing where the file is not YAML, and the route says why', async () => {
    const { snapshot } = await planOn({ tree: { 'etc/rancher/k3s/registries.yaml': 'a: [\n' } })
    const [route] = endpoints(snapshot, 'busybox')
    assert.deepEqual(route.endpoints, [])
    assert.equal(route.failure?.file, '/etc/rancher/k3s/registries.yaml')
  })
})
