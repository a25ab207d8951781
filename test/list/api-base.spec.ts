import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseApiBase } from '../../lib/list/values/api-base.ts'
import { baseUrl } from '../../lib/model/registry.ts'

const read = (url: string, kind: 'server' | 'mirror' | 'exact' = 'mirror') => parseApiBase(url, kind)
const root = (origin: string) => ({ origin, path: '/v2', form: 'root' })

describe('the API base in a url', () => {
  it('is /v2 where the url has no path', () => {
    for (const url of [
      'https://a.example',
      'https://a.example/',
      'https://a.example/v2',
      'https://a.example/v2/',
    ]) {
      assert.deepEqual(read(url), root('https://a.example'))
    }
  })

  it('keeps a prefix after v2 and a path before it', () => {
    assert.deepEqual(read('https://a.example/v2/hub/'), {
      origin: 'https://a.example',
      path: '/v2/hub',
      form: 'prefix',
    })
    assert.deepEqual(read('https://a.example/x/y/v2'), {
      origin: 'https://a.example',
      path: '/x/y/v2',
      form: 'mounted',
    })
  })

  it('is unchanged where it is exact', () => {
    assert.deepEqual(read('https://a.example/x/', 'exact'), {
      origin: 'https://a.example',
      path: '/x',
      form: 'exact',
    })
    assert.deepEqual(read('https://a.example', 'exact'), {
      origin: 'https://a.example',
      path: '',
      form: 'exact',
    })
    assert.deepEqual(read('https://a.example/v2/v2', 'exact'), {
      origin: 'https://a.example',
      path: '/v2/v2',
      form: 'exact',
    })
  })

  it('is written in lower case, without the port that the scheme implies', () => {
    assert.deepEqual(read('HTTPS://A.Example:443'), root('https://a.example'))
    assert.deepEqual(read('http://A.Example:80'), root('http://a.example'))
    assert.deepEqual(read('http://a.example:443'), root('http://a.example:443'))
    assert.deepEqual(read('https://[2001:DB8::1]:5000'), root('https://[2001:db8::1]:5000'))
  })

  it('offers base = "exact" to mirrors only', () => {
    assert.match(JSON.stringify(read('https://a.example/p')), /\/v2\/p.*\/p\/v2.*exact/)
    assert.doesNotMatch(JSON.stringify(read('https://a.example/p', 'server')), /exact/)
  })

  it('refuses a url with credentials, and does not repeat them', () => {
    for (const url of [
      'https://u:hunter2@a.example',
      'u:hunter2@a',
      'https:///u:hunter2@a',
      'https:/u:hunter2@a',
      '//u:hunter2@a',
      'https://u:1/hunter2@a/v2',
    ]) {
      const found = read(url)
      assert.ok('message' in found, url)
      assert.doesNotMatch(JSON.stringify(found), /hunter2/)
    }
  })

  it('is the same for a url parser, and when it is read again', () => {
    const segment = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/).filter(text => text !== 'v2')
    const paths = fc.tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom('prefix', 'mounted'))
    const ports = fc.option(fc.integer({ min: 1, max: 65535 }))
    fc.assert(
      fc.property(
        fc.domain(),
        ports,
        fc.constantFrom('http', 'https'),
        paths,
        (name, port, scheme, [parts, form]) => {
          const path = ['', ...(form === 'prefix' ? ['v2', ...parts] : [...parts, 'v2'])].join('/')
          const url = `${scheme}://${name}${port === null ? '' : `:${port}`}${path}`
          const base = read(url)
          if ('message' in base) return assert.match(name, /[^\w.-]/, `${url}: ${base.message}`)
          assert.equal(baseUrl(base), new URL(url).href)
          assert.deepEqual(read(baseUrl(base)), base)
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  })

  it('is a base or a problem for every text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), text => {
        const base = read(text)
        if (!('message' in base)) assert.doesNotThrow(() => new URL(baseUrl(base)))
      }),
      { numRuns: 500, seed: 7 },
    )
  })
})
