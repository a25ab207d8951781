/** What a pull through Docker contacts, by image store. */
import assert from 'node:assert/strict'
import { openReader } from '../../../lib/system/reader.ts'
import { docker } from '../../../lib/targets/docker/docker.ts'
import { formOf } from '../../../lib/targets/docker/form.ts'
import { dockerSettings } from '../../../lib/targets/docker/settings.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const PLACE = { file: 'list', line: 1, column: 1 }
const DJ = 'etc/docker/daemon.json'
const HOSTS = 'etc/docker/certs.d'

async function routeOf(tree: Tree, image: string, settings: Record<string, string>) {
  return await withDirectory(async root => {
    await writeTree(root, { 'etc/docker/': undefined, ...tree })
    const view = { node: openReader(root), uid: 0, machine: undefined, state: { version: 1, files: {} } }
    const snapshot = await docker.observe(view as never, [], dockerSettings.resolve(settings, PLACE))
    const [route] = docker.endpoints(snapshot, image)
    const { conduct } = await docker.explainer()
    return { ...route, conduct: conduct(snapshot, route) }
  })
}

const GRAPH = { version: '28.5', store: 'graphdriver' }
const CONTAINERD = { version: '28.5', store: 'containerd' }
const urlsOf = ({ endpoints }: Awaited<ReturnType<typeof routeOf>>) => endpoints.map(({ url }) => url)
const MIRRORS = '{"registry-mirrors": ["https://a.example/p/", "http://127.0.0.1:5000"]}'

describe('a pull with the graph driver store', () => {
  it('contacts the mirrors in their order, then Docker Hub', async () => {
    const route = await routeOf({ [DJ]: MIRRORS }, 'busybox', GRAPH)
    assert.deepEqual(urlsOf(route), [
      'https://a.example/p/v2',
      'http://127.0.0.1:5000/v2',
      'https://registry-1.docker.io/v2',
    ])
    assert.deepEqual(route.endpoints[0]?.source, { file: '/etc/docker/daemon.json', line: 1 })
    assert.deepEqual(route.conduct[0], {
      credentials: { ofPull: true },
      waits: [{ connectS: 15, oncePerPull: true, silent: { kind: 'next', afterS: 15 } }],
      headers: {},
    })
  })

  it('contacts no mirror of another registry', async () => {
    const hosts = { [`${HOSTS}/quay.io/hosts.toml`]: '[host."https://m.example"]\n' }
    const route = await routeOf({ [DJ]: MIRRORS, ...hosts }, 'quay.io/team/app', GRAPH)
    assert.deepEqual(urlsOf(route), ['https://quay.io/v2'])
    assert.equal(route.lookup?.by, 'none')
  })

  it('fails where a client key is alone', async () => {
    const lone = { [DJ]: MIRRORS, [`${HOSTS}/a.example/c.key`]: '' }
    const route = await routeOf(lone, 'busybox', GRAPH)
    assert.equal(route.failure?.file, '/etc/docker/certs.d/a.example/c.key')
    assert.deepEqual(route.endpoints, [])
  })

  it('uses the certificates of the mirror, unless it does not verify it', async () => {
    const files = {
      [`${HOSTS}/a.example/ca.crt`]: '',
      [`${HOSTS}/a.example/c.cert`]: '',
      [`${HOSTS}/a.example/c.key`]: '',
    }
    const [first] = (await routeOf({ [DJ]: MIRRORS, ...files }, 'busybox', GRAPH)).endpoints
    assert.deepEqual(first?.ca, ['/etc/docker/certs.d/a.example/ca.crt'])
    assert.equal(first?.client.length, 1)
    const open = MIRRORS.replace('}', ', "insecure-registries": ["a.example"]}')
    const [other] = (await routeOf({ [DJ]: open, ...files }, 'busybox', GRAPH)).endpoints
    assert.deepEqual([other?.skipVerify, other?.ca, other?.client], [true, [], []])
  })
})

describe('a pull with the containerd store', () => {
  const hosts = (text: string, registry = 'docker.io') => ({ [`${HOSTS}/${registry}/hosts.toml`]: text })
  const TWO = 'server = "https://registry-1.docker.io"\n[host."https://m.example"]\ndial_timeout = "4s"\n'

  it('contacts the hosts of hosts.toml, and ignores daemon.json', async () => {
    const route = await routeOf({ [DJ]: MIRRORS, ...hosts(TWO) }, 'busybox', CONTAINERD)
    assert.deepEqual(urlsOf(route), ['https://m.example/v2', 'https://registry-1.docker.io/v2'])
    assert.match(route.ignored[0]?.message ?? '', /ignores registry-mirrors/)
    assert.deepEqual(
      route.conduct.map(({ waits }) => waits[0]?.connectS),
      [4, 30],
    )
    assert.deepEqual(
      route.conduct.map(({ credentials }) => credentials.ofPull),
      [false, true],
    )
  })

  it('verifies nothing where one mirror of daemon.json is not verified', async () => {
    const route = await routeOf({ [DJ]: MIRRORS }, 'busybox', CONTAINERD)
    assert.deepEqual(
      route.endpoints.map(({ skipVerify }) => skipVerify),
      [true, true, true],
    )
    const safe = MIRRORS.replace('http://127.0.0.1:5000', 'https://b.example')
    const other = await routeOf({ [DJ]: safe }, 'busybox', CONTAINERD)
    assert.deepEqual(
      other.endpoints.map(({ skipVerify }) => skipVerify),
      [false, false, false],
    )
  })

  it('uses _default for a registry without a directory', async () => {
    const route = await routeOf(
      hosts('[host."https://any.example"]\n', '_default'),
      'quay.io/team/app',
      CONTAINERD,
    )
    assert.deepEqual(urlsOf(route), ['https://any.example/v2', 'https://quay.io/v2'])
    assert.equal(route.lookup?.by, 'default')
  })

  it('ignores a hosts.toml that it cannot read', async () => {
    const route = await routeOf(hosts('[host\n'), 'busybox', CONTAINERD)
    assert.deepEqual(urlsOf(route), ['https://registry-1.docker.io/v2'])
    assert.match(route.ignored[0]?.message ?? '', /^Docker ignores this file/)
  })
})

describe('a pull through Docker', () => {
  it('is not explained where daemon.json does not parse', async () => {
    const route = await routeOf({ [DJ]: '{' }, 'busybox', GRAPH)
    assert.equal(route.failure?.file, '/etc/docker/daemon.json')
  })

  it('fails for a name that is no image name', async () => {
    const route = await routeOf({ [DJ]: MIRRORS }, 'BUSYBOX', GRAPH)
    assert.match(route.failure?.message ?? '', /lower case/)
  })
})

describe('explain of Docker in another tree', () => {
  const explained = (settings: Record<string, string>) =>
    withDirectory(async root => {
      await writeTree(root, { [DJ]: MIRRORS })
      const view = { node: openReader(root), uid: 0, machine: undefined, state: { version: 1, files: {} } }
      const explainer = await docker.explainer()
      const snapshot = await explainer.observe(view as never, dockerSettings.resolve(settings, PLACE))
      const { daemonMirrors } = formOf(snapshot)
      return { daemonMirrors, codes: explainer.notices(snapshot).map(({ code }) => code) }
    })

  it('has the store of the list, and says where it is not known', async () => {
    assert.deepEqual(await explained({}), { daemonMirrors: true, codes: ['docker_store_unknown'] })
    assert.deepEqual(await explained(CONTAINERD), { daemonMirrors: false, codes: [] })
    assert.deepEqual(await explained({ version: '27.5' }), { daemonMirrors: true, codes: [] })
  })
})
