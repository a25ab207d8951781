import assert from 'node:assert/strict'
import { baseUrl } from '../../../lib/model/registry.ts'
import { containerdDialect as dialect } from '../../../lib/targets/containerd/dialect.ts'

describe('the dialect of containerd', () => {
  const servers: [registry: string, urls: string[], skipsVerify: boolean][] = [
    ['docker.io', ['https://registry-1.docker.io/v2'], false],
    ['quay.io', ['https://quay.io/v2'], false],
    ['registry.example:5000', ['https://registry.example:5000/v2'], false],
    ['localhost', ['https://localhost/v2'], true],
    ['localhost:443', ['https://localhost/v2'], true],
    ['127.0.0.1:80', ['http://127.0.0.1/v2'], true],
    ['[::1]:5000', ['https://[::1]:5000/v2', 'http://[::1]:5000/v2'], true],
  ]
  for (const [registry, urls, skipsVerify] of servers)
    it(`serves ${registry} at ${urls.join(', then ')}`, () => {
      const { bases, skipVerify } = dialect.defaultServer(registry)
      assert.deepEqual(bases.map(baseUrl), urls)
      assert.equal(skipVerify, skipsVerify)
    })

  it('names the registry to every host but its own', () => {
    assert.equal(dialect.namespace('docker.io', 'mirror.example'), 'docker.io')
    assert.equal(dialect.namespace('docker.io', 'registry-1.docker.io'), undefined)
    assert.equal(dialect.namespace('quay.io', 'quay.io'), undefined)
    assert.equal(dialect.namespace('quay.io', 'quay.io:5000'), 'quay.io')
  })
})
