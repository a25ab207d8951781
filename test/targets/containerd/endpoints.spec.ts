/** Which endpoints containerd contacts for an image: the directory that it reads, config.toml, and its release. */
import assert from 'node:assert/strict'
import { containerd } from '../../../lib/targets/containerd/containerd.ts'
import type { Snapshot } from '../../../lib/targets/containerd/snapshot.ts'
import { CERTS, CONFIG, CONFIGURED, hostsOn, inWords, snapshotOf } from '../../support/containerd-snapshot.ts'

const HUB = 'https://registry-1.docker.io/v2'
const hosts = (name: string) => `[host."https://${name}"]\n`

const first = (snapshot: Snapshot, image: string) => inWords(containerd.endpoints(snapshot, image)[0])
const reasons = (snapshot: Snapshot, image: string) =>
  containerd.endpoints(snapshot, image)[0].ignored.map(({ message }) => message)

/** config.toml with these lines below the registry table of version 2 or 3. */
const config2 = (lines: string) => `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n${lines}\n`
const config3 = (lines: string) => `version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\n${lines}\n`

describe('the directory of a registry', () => {
  const lookups: [directories: string[], image: string, mirror: string | undefined][] = [
    // config_unix.go:25-36@v2.3.4
    [['docker.io', '_default'], 'busybox', 'docker.io'],
    [['docker.io', 'index.docker.io'], 'index.docker.io/busybox', 'docker.io'],
    [['docker.io', 'registry-1.docker.io'], 'registry-1.docker.io/a', 'registry-1.docker.io'],
    [['docker.io', '_default'], 'quay.io/a', '_default'],
    [['docker.io'], 'quay.io/a', undefined],
    [['reg.example:5000', 'reg.example_5000_'], 'reg.example:5000/a', 'reg.example_5000_'],
    [['reg.example:5000', '_default'], 'reg.example:5000/a', 'reg.example:5000'],
    [['reg.example', '_default'], 'reg.example:5000/a', '_default'],
    [['reg.example'], 'Reg.example/a', undefined],
    [['[::1]_5000_'], '[::1]:5000/a', '[::1]_5000_'],
  ]
  for (const [directories, image, mirror] of lookups) {
    it(`for ${image} is ${mirror ?? 'none'} of ${directories.join(', ')}`, async () => {
      const texts = directories.map(name => [name, hosts(`${name.replace(/\W/g, '-')}.test`)])
      const snapshot = await hostsOn('2.1.9', Object.fromEntries(texts))
      const [url] = first(snapshot, image)
      const found = mirror === undefined ? undefined : `https://${mirror.replace(/\W/g, '-')}.test/v2`
      assert.equal(url?.includes('.test/') ? url : undefined, found)
    })
  }

  it('is not _default before 1.6.17', async () => {
    const texts = { _default: hosts('m.example') }
    assert.deepEqual(first(await hostsOn('1.6.16', texts), 'quay.io/a'), ['https://quay.io/v2'])
    assert.deepEqual(first(await hostsOn('1.6.17', texts), 'quay.io/a'), [
      'https://m.example/v2',
      'https://quay.io/v2',
    ])
  })

  it('hides _default where it is empty', async () => {
    const files = {
      [CONFIG]: CONFIGURED,
      [`${CERTS}/quay.io/x`]: '',
      [`${CERTS}/_default/hosts.toml`]: hosts('m'),
    }
    assert.deepEqual(first(await snapshotOf(files, '2.1.9'), 'quay.io/a'), ['https://quay.io/v2'])
  })

  const certificates = { 'ca.crt': '', 'c.cert': '', 'c.key': '', 'd.cert': '' }
  const at = (name: string) => `${CERTS}/docker.io/${name}`
  const beside = Object.fromEntries(Object.entries(certificates).map(([name, text]) => [at(name), text]))
  const byDocker = [
    `${HUB}, ca ${at('ca.crt')}, client ${at('c.cert')} ${at('c.key')}, client ${at('d.cert')}`,
  ]
  const texts: [title: string, hosts: Record<string, string>, expected: string[]][] = [
    ['counts where there is no hosts.toml', {}, byDocker],
    ['counts where hosts.toml is empty', { [at('hosts.toml')]: '' }, byDocker],
    ['counts where hosts.toml is refused', { [at('hosts.toml')]: 'server = 1\n' }, byDocker],
    ['does not count beside a hosts.toml', { [at('hosts.toml')]: '[host]\n' }, [HUB]],
  ]
  for (const [title, more, expected] of texts) {
    it(`with certificates in the manner of Docker ${title} (hosts.go:314-336@v2.3.4)`, async () => {
      const snapshot = await snapshotOf({ [CONFIG]: CONFIGURED, ...beside, ...more }, '2.1.9')
      assert.deepEqual(first(snapshot, 'busybox'), expected)
    })
  }

  it('fails every pull where a certificate that hosts.toml names does not exist (hosts.go:255-287@v2.3.4)', async () => {
    const snapshot = await hostsOn('2.1.9', {
      'docker.io': `${hosts('m')}[host."https://n"]\nca = "ca.pem"\n`,
    })
    const [route] = containerd.endpoints(snapshot, 'busybox')
    assert.equal(route.failure?.file, at('ca.pem'))
    assert.deepEqual(route.endpoints, [])
  })

  it('is unknown where hosts.toml is no file, or where regmirror cannot read it', async () => {
    const files = { [CONFIG]: CONFIGURED, [`${at('hosts.toml')}/x`]: '' }
    const snapshot = await snapshotOf(files, '2.1.9')
    assert.match(first(snapshot, 'busybox')[0] ?? '', /^unknown: not a regular file/)
    const unreadable = [{ path: `${CERTS}/quay.io`, why: 'no permission' }]
    assert.deepEqual(first({ ...snapshot, unreadable }, 'quay.io/a'), ['unknown: no permission'])
  })
})

describe('config_path', () => {
  const two = '/a:/b'
  const files = {
    '/a/quay.io/hosts.toml': hosts('a'),
    '/b/docker.io/hosts.toml': hosts('b'),
    '/b/quay.io/hosts.toml': hosts('hidden'),
  }
  const listed = config3(`config_path = "${two}"`)
  const quay = ['https://a/v2', 'https://quay.io/v2']

  it('may name several directories up to 2.0 (IP:425@v1.7.24)', async () => {
    for (const version of ['1.6.20', '1.7.24']) {
      const snapshot = await snapshotOf({ ...files, [CONFIG]: config2(`config_path = "${two}"`) }, version)
      assert.deepEqual(first(snapshot, 'quay.io/a'), quay)
      assert.deepEqual(first(snapshot, 'busybox'), ['https://b/v2', HUB])
    }
    assert.deepEqual(first(await snapshotOf({ ...files, [CONFIG]: listed }, '2.0.1'), 'quay.io/a'), quay)
  })

  it('is one name for the transfer service (core/transfer/registry/registry.go:127@v2.3.4)', async () => {
    const snapshot = await snapshotOf({ ...files, [CONFIG]: listed }, '2.1.9')
    assert.deepEqual(first(snapshot, 'quay.io/a'), ['https://quay.io/v2'])
    const reason = 'containerd takes the config_path /a:/b for one directory, which does not exist'
    assert.deepEqual(reasons(snapshot, 'quay.io/a'), [reason])
  })

  const local = [
    "[plugins.'io.containerd.cri.v1.images']\nuse_local_image_pull = true\n",
    "[plugins.'io.containerd.cri.v1.images']\nmax_concurrent_downloads = 5\n",
    "[plugins.'io.containerd.cri.v1.images']\ndisable_snapshot_annotations = false\n",
    "[plugins.'io.containerd.cri.v1.images'.registry.configs.x.auth]\nusername = 'u'\n",
  ]
  for (const text of local) {
    it(`may name several with ${text.split('\n')[1]} (CC:560-628@v2.3.4)`, async () => {
      const snapshot = await snapshotOf({ ...files, [CONFIG]: listed + text }, '2.1.9')
      assert.deepEqual(first(snapshot, 'quay.io/a'), quay)
    })
  }

  it('is known to hold a placeholder', async () => {
    const snapshot = await snapshotOf({ [CONFIG]: config2('config_path = "$HOME/certs.d"') }, '1.7.24')
    assert.deepEqual(first(snapshot, 'busybox'), ['unknown: config_path holds a placeholder'])
  })

  it('decides nothing where it is not set', async () => {
    const unset = { [`${CERTS}/docker.io/hosts.toml`]: hosts('m'), [CONFIG]: 'version = 2\n' }
    for (const version of ['1.6.20', '1.7.24', '2.1.9', '2.2.7', '2.3.4']) {
      const snapshot = await snapshotOf(unset, version)
      assert.deepEqual(first(snapshot, 'busybox'), [version < '2.1' ? `${HUB}, pull+resolve` : HUB], version)
      assert.equal(reasons(snapshot, 'busybox').length, 1)
    }
  })

  it('has a default in 2.2 and later, which only local pulls read (plugin.go:64-72@v2.3.4)', async () => {
    const text = "version = 3\n[plugins.'io.containerd.cri.v1.images']\nuse_local_image_pull = true\n"
    const node = { [`${CERTS}/docker.io/hosts.toml`]: hosts('m'), [CONFIG]: text }
    assert.deepEqual(first(await snapshotOf(node, '2.2.7'), 'busybox'), ['https://m/v2', HUB])
    const other = first(await snapshotOf(node, '2.2.7'), 'quay.io/a')
    assert.deepEqual(other, ['unknown: regmirror has not read this directory of config_path'])
  })
})

describe('config.toml without config_path', () => {
  const legacy = `[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
endpoint = ["https://m.example", "http://n.example:5000/v2/x", "localhost:5000"]
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."*"]
endpoint = ["https://any.example"]
[plugins."io.containerd.grpc.v1.cri".registry.configs."m.example".tls]
insecure_skip_verify = true
ca_file = "/ca.pem"
`
  const mirrors = ['http://n.example:5000/v2/x, pull+resolve', 'http://localhost:5000/v2, pull+resolve']

  it('goes by registry.mirrors (IP:511-575@v2.3.4)', async () => {
    const old = await snapshotOf({ [CONFIG]: `version = 2\n${legacy}` }, '1.7.24')
    const withTls = 'https://m.example/v2, pull+resolve, unverified, ca /ca.pem'
    assert.deepEqual(first(old, 'busybox'), [withTls, ...mirrors, `${HUB}, pull+resolve`])
    const any = ['https://any.example/v2, pull+resolve', 'https://quay.io/v2, pull+resolve']
    assert.deepEqual(first(old, 'quay.io/a'), any)
    const newer = await snapshotOf({ [CONFIG]: `version = 2\n${legacy}` }, '2.1.9')
    const plain = 'https://m.example/v2, pull+resolve'
    assert.deepEqual(first(newer, 'busybox'), [plain, ...mirrors, `${HUB}, pull+resolve`])
  })

  it('does not serve CRI with registry.mirrors beside the default of 2.2.0', async () => {
    const snapshot = await snapshotOf({ [CONFIG]: `version = 2\n${legacy}` }, '2.2.0')
    assert.match(first(snapshot, 'busybox')[0] ?? '', /^fails: registry.mirrors\.\S+ is not allowed beside/)
  })
})

describe('a config.toml with which no pull works', () => {
  const files: [title: string, text: string, version: string, failure: RegExp][] = [
    ['that is no TOML', 'version = ', '1.7.24', /a value is missing/],
    [
      'of a newer version',
      'version = 3\n',
      '1.7.24',
      /is version 3, but containerd 1\.7\.24 reads versions up to 2/,
    ],
    ['that disables CRI', 'disabled_plugins = ["cri"]\n', '1.7.24', /disabled_plugins has "cri"/],
    [
      'with registry.mirrors beside config_path',
      `${CONFIGURED}[plugins."io.containerd.grpc.v1.cri".registry.mirrors.x]\nendpoint = []\n`,
      '2.1.9',
      /is not allowed beside config_path/,
    ],
    ['with a value of a wrong type', config2('config_path = 1'), '1.7.24', /config_path is not a string/],
  ]
  for (const [title, text, version, failure] of files) {
    it(title, async () => {
      const [route] = containerd.endpoints(await snapshotOf({ [CONFIG]: text }, version), 'busybox')
      assert.match(route.failure?.message ?? '', failure)
      assert.equal(route.failure?.file, CONFIG)
    })
  }
})

describe('an unknown release', () => {
  it('is one route where all agree', async () => {
    const routes = containerd.endpoints(await hostsOn(undefined, { 'docker.io': hosts('m') }), 'busybox')
    assert.equal(routes.length, 1)
    assert.equal(routes[0].releases, undefined)
    assert.deepEqual(inWords(routes[0]), ['https://m/v2', HUB])
    assert.deepEqual(routes[0].image, {
      registry: 'docker.io',
      repository: 'library/busybox',
      reference: 'latest',
    })
  })

  it('is a route for each group of releases that differ', async () => {
    const text = `${hosts('m')}dial_timeout = "2s"\n`
    const snapshot = await hostsOn(undefined, { 'docker.io': text })
    const routes = containerd.endpoints(snapshot, 'busybox')
    assert.deepEqual(
      routes.map(({ releases }) => releases),
      [[{ from: '1.6.0', before: '2.0.7' }], [{ from: '2.0.7' }]],
    )
    assert.deepEqual(inWords(routes[1]), ['https://m/v2, within 2s', HUB])
  })

  it('is of the line that the list names', async () => {
    const texts = { 'docker.io': 'server = "https://s"\n' }
    const routes = containerd.endpoints(await hostsOn('1.7', texts), 'busybox')
    assert.deepEqual(
      routes.map(({ releases }) => releases),
      [[{ from: '1.7.0', before: '1.7.32' }], [{ from: '1.7.32' }]],
    )
    assert.equal(containerd.endpoints(await hostsOn('2.1', texts), 'busybox').length, 1)
  })

  it('reads the versions of config.toml that it can', async () => {
    const files = {
      [CONFIG]: config3(`config_path = "${CERTS}"`),
      [`${CERTS}/docker.io/hosts.toml`]: '[host]\n',
    }
    const routes = containerd.endpoints(await snapshotOf(files, undefined), 'localhost:5000/a')
    assert.equal(routes.length, 1)
  })

  it('has the reason where the name is invalid', async () => {
    const [route] = containerd.endpoints(await hostsOn('2.1.9', {}), 'https://quay.io/a')
    assert.deepEqual(route, { endpoints: [], ignored: [], failure: { message: 'this is not an image name' } })
  })
})
