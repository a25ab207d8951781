/** What regmirror says that k3s contacts is what k3s writes into hosts.toml: an independent port of its translation. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { endpoints } from '../../../lib/targets/k3s/pull/endpoints.ts'
import type { EffectiveEndpoint } from '../../../lib/targets/pull-route.ts'
import { NAMES, registriesYaml } from '../../support/arbitrary/registries-yaml.ts'
import { checkProperty } from '../../support/check-property.ts'
import { type Endpoint, k3sHosts } from '../../support/k3s-hosts.ts'
import { FILE, k3sOn } from '../../support/k3s-snapshot.ts'

const FLAG = 'disable-default-registry-endpoint: true\n'

function tlsOf({ url, config: { tls } }: Endpoint): unknown {
  if (url.startsWith('http:')) return [false, [], []]
  const { ca_file, cert_file, key_file, insecure_skip_verify = false } = tls ?? {}
  const client = cert_file ? [{ cert: cert_file, ...(key_file && { key: key_file }) }] : []
  return [insecure_skip_verify, ca_file ? [ca_file] : [], client]
}

/** The base of an endpoint with a prefix that a rewrite puts there, for the repository `team/app`. */
function baseOf({ url, rewrite }: Endpoint): string {
  return url + (rewrite['^(.*)$'] === undefined ? '' : '/proxy')
}

async function assertSame(text: string, noDefault: boolean, names: readonly string[]): Promise<void> {
  const config = noDefault ? { '/etc/rancher/k3s/config.yaml': FLAG } : {}
  const snapshot = await k3sOn({ [FILE]: text, ...config })
  const made = k3sHosts(text, noDefault)
  for (const name of names) {
    const [route] = endpoints(snapshot, `${name}/team/app`)
    const own = made[name] ?? made._default
    const usual = name === 'docker.io' ? 'registry-1.docker.io' : name
    const scheme = name.startsWith('localhost:') ? 'http' : 'https'
    const bare = { url: `${scheme}://${usual}/v2`, override: false, config: {}, rewrite: {} }
    const hosts = own?.hosts ?? []
    const server = own?.server ?? (noDefault && own !== undefined ? undefined : bare)
    const expected = [
      ...hosts.map(host => ['mirror', baseOf(host), tlsOf(host)]),
      ...(server === undefined ? [] : [['server', server.url, tlsOf(server)]]),
    ]
    const words = ({ role, url, skipVerify, ca, client }: EffectiveEndpoint) => [
      role,
      url,
      [skipVerify, ca, client],
    ]
    assert.deepEqual(route.endpoints.map(words), expected, `${name} with\n${text}`)
  }
}

const IMAGES = NAMES.filter(name => name !== '*')

describe('endpoints of k3s', () => {
  const nodes = path.join(import.meta.dirname, '../../../fixtures/nodes')
  const golden = globSync('k3s-*/after/etc/rancher/k3s/registries.yaml', { cwd: nodes })
  it('are those of its port for what regmirror writes', async () => {
    assert.ok(golden.length > 8)
    for (const file of golden) {
      const text = readFileSync(path.join(nodes, file), 'utf8').replace(/^\ufeff/, '')
      const flag = existsSync(path.join(nodes, file, '../config.yaml.d/10-mirrors.yaml'))
      await assertSame(text, flag, [...IMAGES, 'ghcr.io', 'reg.example'])
    }
  })

  it('are those of its port for any registries.yaml', () =>
    checkProperty(
      fc.tuple(registriesYaml, fc.boolean()),
      2400,
      ([{ text }, noDefault]) => assertSame(text, noDefault, IMAGES),
      ([{ text }, noDefault]) => `${text}\n${noDefault}`,
    ))
})
