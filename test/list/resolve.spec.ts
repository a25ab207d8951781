import assert from 'node:assert/strict'
import { baseUrl, type MirrorList, type Registry } from '../../lib/model/registry.ts'
import { containerdSettings } from '../../lib/targets/containerd/settings.ts'
import { loadText } from '../support/load.ts'

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
