/** Files of other programs as the list: each is named, and where a list can say the same, import writes it. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { ListFormat } from '../../lib/list/list-format.ts'
import type { MirrorList } from '../../lib/model/registry.ts'
import { baseUrl } from '../../lib/model/registry.ts'
import { load, loadText, problemsOf, ROOT } from '../support/load.ts'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'

const TLS = `${ROOT}/fixtures/tls`
const FORMATS: readonly ListFormat[] = ['toml', 'yaml', 'json']

/** The list that import makes of such a file; undefined where there is nothing to list. */
async function imported(text: string, format: ListFormat): Promise<MirrorList | undefined> {
  return await withDirectory(async directory => {
    const file = path.join(directory, `file.${format}`)
    const list = path.join(directory, 'mirrors.toml')
    await fs.writeFile(file, text)
    const { code, stdout, stderr } = await run(['import', '--from', file, '-o', list])
    assert.doesNotMatch(stdout + stderr, /planted/)
    return code === 0 ? (await load({ file: list })).list : undefined
  })
}

/** `registry: mirror, mirror; server` for each registry. */
function shown(list: MirrorList | undefined): readonly string[] | undefined {
  return list?.registries.map(({ name, mirrors, server }) => {
    const urls = mirrors.map(({ base, ca, skipVerify, capabilities }) =>
      [
        baseUrl(base),
        ...ca.map(() => 'ca'),
        ...(skipVerify ? ['skip_verify'] : []),
        ...(capabilities.length < 2 ? capabilities : []),
      ].join(' '),
    )
    const own = server?.declared ? [baseUrl(server.base), ...server.ca.map(() => 'ca')].join(' ') : ''
    return `${name}: ${[...urls, own].filter(text => text !== '').join(', ')}`
  })
}

const HOSTS = `server = "https://registry-1.docker.io"
[host."https://m.example/prefix"]
  capabilities = ["pull"]
  skip_verify = true
  [host."https://m.example/prefix".header]
    Authorization = "Basic planted"
[host."https://h.example/v2/hub"]
  override_path = true
  ca = "${TLS}/ca.pem"
[host."p.example/any/where"]
  override_path = true
[host."http://127.0.0.1:5000"]
`

const cases: Readonly<Record<string, readonly [name: RegExp, text: string, list?: readonly string[]]>> = {
  'hosts.toml': [
    /this is a hosts\.toml of containerd/,
    HOSTS,
    [
      'docker.io: https://m.example/prefix/v2 skip_verify pull, https://h.example/v2/hub ca, https://p.example/any/where, http://127.0.0.1:5000/v2',
    ],
  ],
  'hosts.toml of a private registry': [
    /a hosts\.toml of containerd/,
    `server = "https://reg.example:5000"\nca = "${TLS}/ca.pem"\n`,
    ['reg.example:5000: https://reg.example:5000/v2 ca'],
  ],
  'hosts.toml without a name': [/a hosts\.toml of containerd/, '[host."https://m.example"]\n'],
  'registries.yaml': [
    /a registries\.yaml of k3s or rke2/,
    `mirrors:
  docker.io: {endpoint: ["https://h.example/v2/hub", "http://c.example:5000"]}
  "*": {endpoint: ["https://all.example"]}
configs:
  h.example:
    auth: {username: u, password: planted}
    tls: {ca_file: ${TLS}/ca.pem}
  reg.example:5000:
    tls: {ca_file: ${TLS}/ca.pem}
`,
    [
      'docker.io: https://h.example/v2/hub ca, http://c.example:5000/v2',
      'h.example: https://h.example/v2 ca',
      'reg.example:5000: https://reg.example:5000/v2 ca',
      '*: https://all.example/v2',
    ],
  ],
  'daemon.json': [
    /a daemon\.json of Docker/,
    '{"registry-mirrors": ["https://m.example/"], "log-driver": "json-file"}',
    ['docker.io: https://m.example/v2'],
  ],
  'daemon.json without mirrors': [
    /a daemon\.json of Docker/,
    '{"exec-opts": ["native.cgroupdriver=systemd"]}',
  ],
  'config.json of Docker': [/a config\.json of Docker/, '{"auths": {"a": {"auth": "planted"}}}'],
  'config.toml of containerd 1.x': [
    /a config\.toml of containerd/,
    'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\nendpoint = ["https://m.example"]\n',
    ['docker.io: https://m.example/v2'],
  ],
  'config.toml of containerd 2.x': [
    /a config\.toml of containerd/,
    'version = 3\n[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = "/etc/containerd/certs.d"\n',
  ],
  'config.toml of containerd without plugins': [
    /a config\.toml of containerd/,
    'version = 3\nroot = "/var/lib/containerd"\n',
  ],
  'nerdctl.toml': [
    /a nerdctl\.toml of nerdctl/,
    'namespace = "k8s.io"\nhosts_dir = ["/etc/containerd/certs.d"]\n',
  ],
  'shortnames.conf': [
    /a registries\.conf of Podman or CRI-O/,
    '[aliases]\n"alpine" = "docker.io/library/alpine"\n',
  ],
  'config.toml of a package': [/a config\.toml of containerd/, 'disabled_plugins = ["cri"]\n'],
  'registries.conf': [
    /a registries\.conf of Podman or CRI-O/,
    'unqualified-search-registries = ["docker.io"]\n[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "m.example/hub"\n',
    ['docker.io: https://m.example/v2/hub'],
  ],
  'registries.conf of version 1': [
    /a registries\.conf of Podman/,
    '[registries.search]\nregistries = ["docker.io"]\n',
  ],
  'buildkitd.toml': [
    /a buildkitd\.toml of BuildKit/,
    '[registry."docker.io"]\nmirrors = ["m.example:5000/hub", "127.0.0.1:5000"]\n[registry."127.0.0.1:5000"]\nhttp = true\n',
    ['docker.io: https://m.example:5000/v2/hub, http://127.0.0.1:5000/v2'],
  ],
  'machine configuration of Talos': [
    /a machine configuration of Talos/,
    'version: v1alpha1\nmachine: {registries: {mirrors: {docker.io: {endpoints: ["https://m.example"]}}}}\n',
    ['docker.io: https://m.example/v2'],
  ],
  'ConfigMap with a list': [
    /a Kubernetes manifest/,
    'apiVersion: v1\nkind: ConfigMap\ndata: {mirrors.toml: x}\n',
  ],
}

describe('a file of another program as the list', () => {
  for (const [title, [name, text, list]] of Object.entries(cases))
    for (const format of FORMATS)
      it(`is recognized, and imported: ${title}, read as ${format}`, async () => {
        const [problem = ''] = await problemsOf(loadText(text, format))
        assert.match(problem, name)
        assert.match(problem, /, not a mirror list; /)
        assert.doesNotMatch(problem, /planted/)
        if (list !== undefined) assert.match(problem, /regmirror import --from /)
        assert.deepEqual(shown(await imported(text, format)), list)
      })

  it('is no list with a mistake', async () => {
    for (const text of [
      'version = 1\n[registry."docker.io"]\nmirrors = []\n',
      'version = 1\nserver = "https://a.example"\n',
      '[registries."docker.io"]\nmirrors = []\n',
      'version = 1\nplugin = 1\n[registries."docker.io"]\n',
    ])
      assert.doesNotMatch((await problemsOf(loadText(text))).join('\n'), /this is a/)
  })
})
