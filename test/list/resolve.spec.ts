import assert from 'node:assert/strict'
import path from 'node:path'
import { baseUrl, type Connection, type MirrorList, type Registry } from '../../lib/model/registry.ts'
import { containerdSettings } from '../../lib/targets/containerd/settings.ts'
import { loadText, ROOT } from '../support/load.ts'

const TLS = `${ROOT}/fixtures/tls`

async function resolved(text: string) {
  return (await loadText(`version = 1\n${text}`)).list
}

async function registry(name: string, keys = ''): Promise<Registry> {
  const [first] = (await resolved(`[registries."${name}"]\n${keys}`)).registries
  assert.ok(first)
  return first
}

const serverOf = async (name: string, keys?: string) => {
  const { server } = await registry(name, keys)
  return server && `${baseUrl(server.base)}${server.declared ? ' declared' : ''}`
}

function settingsOf(list: MirrorList) {
  const { written, place } = list.targets.containerd ?? assert.fail('no target')
  return containerdSettings.resolve(written, place)
}

describe('a list with every default filled in', () => {
  it('has the server of each registry', async () => {
    assert.equal(await serverOf('docker.io'), 'https://registry-1.docker.io/v2')
    assert.equal(await serverOf('index.docker.io'), 'https://registry-1.docker.io/v2')
    assert.equal(
      await serverOf('docker.io', 'server = "https://docker.io"'),
      'https://registry-1.docker.io/v2 declared',
    )
    assert.equal(await serverOf('quay.io'), 'https://quay.io/v2')
    assert.equal(
      await serverOf('reg.example:5000', 'server = "http://reg.example:5000/x/v2"'),
      'http://reg.example:5000/x/v2 declared',
    )
    assert.equal(await serverOf('localhost:5000'), 'https://localhost:5000/v2')
    assert.equal(await serverOf('*', 'mirrors = ["https://a.example"]'), undefined)
    assert.equal(await serverOf('quay.io', 'mirrors = ["https://a.example"]\nfallback = false'), undefined)
  })

  it('has the settings of a server', async () => {
    const keys = (more: string) => `server = { url = "https://quay.io", ${more} }`
    const server = async (more: string) => (await registry('quay.io', keys(more))).server
    const full = await server(
      `ca = "${TLS}/ca.pem", client = { cert = "${TLS}/client.pem", key = "${TLS}/client-key.pem" }, skip_verify = true, dial_timeout = "3s", header = { X = "1" }`,
    )
    assert.deepEqual(
      [full?.ca.length, full?.client !== undefined, full?.skipVerify, full?.dialTimeout, full?.header],
      [1, true, true, '3s', { X: '1' }],
    )
    assert.deepEqual([full?.declared, full?.place.line], [true, 3])
    // Without dial_timeout, the runtime waits as long as for a registry that the list does not name.
    assert.equal((await server(''))?.dialTimeout, undefined)
  })

  it('gives the keys of [defaults] to mirrors without their own, and to no server', async () => {
    const defaults = `[defaults]
ca = "${TLS}/ca.pem"
client = { cert = "${TLS}/client.pem", key = "${TLS}/client-key.pem" }
skip_verify = true
header = { X = "1", Authorization = { bearer = "t" } }
dial_timeout = "1s"
`
    const list = await resolved(`${defaults}[registries."quay.io"]
server = { url = "https://quay.io", header = { Y = "2" } }
mirrors = [
  "https://a.example",
  { url = "https://b.example", ca = [], client = {}, skip_verify = false, header = {}, dial_timeout = "4s" },
  { url = "https://c.example", ca = "${TLS}/expired-ca.pem", header = { Z = "3" } },
  "http://d.example",
]`)
    const shown = ({ ca, client, skipVerify, header, dialTimeout }: Connection) => [
      ca.map(file => path.basename(file.path)),
      client !== undefined,
      skipVerify,
      header,
      dialTimeout,
    ]
    const header = { X: '1', Authorization: 'Bearer t' }
    assert.deepEqual(list.registries[0]?.mirrors.map(shown), [
      [['ca.pem'], true, true, header, '1s'],
      [[], false, false, {}, '4s'],
      [['expired-ca.pem'], true, true, { Z: '3' }, '1s'],
      // What has no effect over http is left out.
      [[], false, false, header, '1s'],
    ])
    assert.deepEqual(list.registries[0]?.server && shown(list.registries[0].server), [
      [],
      false,
      false,
      { Y: '2' },
      undefined,
    ])
  })

  it('takes fallback from [defaults]', async () => {
    const list = await resolved(`[defaults]
fallback = false
[registries."quay.io"]
mirrors = ["https://a.example"]
[registries."ghcr.io"]
fallback = true
mirrors = ["https://a.example"]
[registries."*"]
mirrors = ["https://a.example"]`)
    assert.deepEqual(
      list.registries.map(({ fallback, server }) => [fallback, server === undefined]),
      [
        [false, true],
        [true, false],
        [false, true],
      ],
    )
  })

  it('has the built-in defaults, those of the list, and those of the mirror', async () => {
    const short = (await registry('quay.io', 'mirrors = ["https://a.example"]')).mirrors[0]
    assert.deepEqual(
      [short?.capabilities, short?.dialTimeout, short?.skipVerify],
      [['pull', 'resolve'], '2s', false],
    )
    const list = await resolved(
      '[defaults]\ncapabilities = ["pull"]\ndial_timeout = "1s"\n[registries."quay.io"]\nmirrors = ["https://a.example", { url = "https://b.example", dial_timeout = "3s" }]',
    )
    assert.deepEqual(
      list.registries[0]?.mirrors.map(mirror => [...mirror.capabilities, mirror.dialTimeout]),
      [
        ['pull', '1s'],
        ['pull', '3s'],
      ],
    )
  })

  it('has no endpoint twice', async () => {
    const { mirrors } = await registry(
      'quay.io',
      'mirrors = ["https://a.example", "https://b.example", "https://a.example/v2"]',
    )
    assert.deepEqual(
      mirrors.map(mirror => mirror.base.origin),
      ['https://a.example', 'https://b.example'],
    )
  })

  it('is for containerd where it names no target', async () => {
    const list = await resolved('[registries."quay.io"]')
    assert.deepEqual(Object.keys(list.targets), ['containerd'])
    const { config, hostsDir } = settingsOf(list)
    assert.deepEqual([config, hostsDir], ['/etc/containerd/config.toml', undefined])
    assert.equal(list.health.timeoutMs, 3000)
    const own = await resolved(
      '[registries."quay.io"]\n[health]\ntimeout = "0.5s"\n[targets.containerd]\nconfig = "/etc/containerd//c.toml"',
    )
    assert.deepEqual([settingsOf(own).config, own.health.timeoutMs], ['/etc/containerd/c.toml', 500])
    assert.equal(settingsOf(own).place.line, 5)
  })
})
