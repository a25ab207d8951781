import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { addressNotices } from '../../lib/pipeline/address-notices.ts'
import { readProxies } from '../../lib/probe/http/proxies.ts'
import { PLAIN_CLIENT } from '../../lib/targets/pull-client.ts'
import { HEALTH, mirror, registry } from '../support/lists.ts'

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'one.test': ['192.0.2.1'],
  'both.test': ['192.0.2.1', '2001:db8::1'],
  'two.test': ['192.0.2.1', '2001:db8::1', '192.0.2.2'],
}

async function lookUp(name: string) {
  const addresses = NAMES[name] ?? []
  const found = addresses.map(
    (address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }),
  )
  return { addresses: found.length === 0 ? Promise.reject(new Error('not found')) : Promise.resolve(found) }
}

async function noticesOn(origin: string, dialTimeout = '2s', env = {}) {
  const registries = [registry('docker.io', [mirror(origin, { dialTimeout })])]
  const signal = new AbortController().signal
  const network = { lookUp, proxyFor: readProxies(env), pullClient: PLAIN_CLIENT }
  return await addressNotices({ registries, health: HEALTH }, network, signal)
}

describe('notices about the addresses of a mirror', () => {
  it('report of a second address of a family that dial_timeout does not reach', async () => {
    const [notice, ...others] = await noticesOn('https://two.test')
    assert.deepEqual([notice?.code, notice?.mirror, others], ['several_addresses', 'https://two.test/v2', []])
    assert.match(
      notice?.message ?? '',
      /^its name has 2 addresses, .* at least 2 s.*; write dial_timeout = "4s"$/,
    )
  })

  it('are not given where no address is left out', async () => {
    for (const origin of ['https://one.test', 'https://both.test', 'https://none.test', 'https://192.0.2.1'])
      assert.deepEqual(await noticesOn(origin), [], origin)
    assert.deepEqual(await noticesOn('https://two.test', '4s'), [])
    assert.deepEqual(await noticesOn('https://two.test', '2s', { HTTPS_PROXY: 'http://proxy.test:3128' }), [])
  })
})
