/** A server is probed with the settings of its table. */
import assert from 'node:assert/strict'
import { listEndpoints } from '../../lib/probe/endpoints.ts'
import { containerdDialect } from '../../lib/targets/containerd/dialect.ts'
import { loadText, ROOT } from '../support/load.ts'

const TLS = `${ROOT}/fixtures/tls`

async function serverOf(registry: string) {
  const defaults = `[defaults]\nca = "${TLS}/expired-ca.pem"\nheader = { X-Mirror = "1" }\n`
  const { list } = await loadText(`version = 1\n${defaults}${registry}`)
  const [server, ...others] = listEndpoints(list, containerdDialect).filter(({ role }) => role === 'server')
  assert.deepEqual(others, [])
  return server ?? assert.fail('no server')
}

describe('the server of a registry', () => {
  it('is probed with its own settings', async () => {
    const client = `client = { cert = "${TLS}/client.pem", key = "${TLS}/client-key.pem" }`
    const settings = `ca = "${TLS}/ca.pem", ${client}, skip_verify = true, dial_timeout = "5s", redirects = ["10.0.0.0/8"]`
    const server = await serverOf(`[registries."reg.test"]
mirrors = ["https://m.test"]
server = { url = "https://reg.test:8443", ${settings}, header = { Authorization = { bearer = "t" } } }`)
    assert.equal(server.base.origin, 'https://reg.test:8443')
    assert.deepEqual([server.ca.length, server.client !== undefined, server.skipVerify], [1, true, true])
    assert.deepEqual([server.header, server.redirects], [{ Authorization: 'Bearer t' }, ['10.0.0.0/8']])
    assert.equal(server.dialTimeoutMs, 5000)
  })

  it('is probed with those of the runtime where it has none', async () => {
    for (const keys of ['', 'server = "https://reg.test"']) {
      const server = await serverOf(`[registries."reg.test"]\nmirrors = ["https://m.test"]\n${keys}`)
      assert.deepEqual(
        [server.ca, server.header, server.skipVerify, server.dialTimeoutMs],
        [[], {}, false, 30_000],
      )
    }
  })
})
