/** Urls as Go reads them: Location headers, and the urls of proxies. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseGoUrl, requestUri, resolveGoUrl, urlText } from '../../lib/model/go-url.ts'
import { readProxies } from '../../lib/probe/http/proxies.ts'
import { checkProperty } from '../support/check-property.ts'

const BASE = parseGoUrl('http://h:5000/v2/a/b?ns=x')
assert(BASE !== undefined)

/** The whole url that a Location leads to. */
const follow = (location: string) => {
  const target = resolveGoUrl(BASE, location)
  return target && `${target.scheme}://${target.host}${requestUri(target)}`
}

describe('a Location', () => {
  const cases: readonly (readonly [location: string, target: string | undefined])[] = [
    ['../x', 'http://h:5000/v2/x'],
    ['.', 'http://h:5000/v2/a/'],
    ['?a', 'http://h:5000/v2/a/b?a'],
    ['#part', 'http://h:5000/v2/a/b?ns=x'],
    ['//o/p', 'http://o/p'],
    ['///a', 'http://h:5000///a'],
    ['./a:b', 'http://h:5000/v2/a/a:b'],
    ['HTTPS://H:443/a/../b', 'https://H:443/b'],
    // Go escapes a path, and leaves a query as it is.
    ['/y z', 'http://h:5000/y%20z'],
    ['//o/p?q r', 'http://o/p?q r'],
    ['/caf\xc3\xa9', 'http://h:5000/caf%C3%A9'],
    ['/a%2fb', 'http://h:5000/a%2fb'],
    ['/%zz', undefined],
    ['/?%zz', 'http://h:5000/?%zz'],
    ['http://u:%zz@h/', undefined],
    ['http://a b/', undefined],
    ['http://h:x/', undefined],
    ['http://[::1', undefined],
    ['http://h/\x01', undefined],
    [':x', undefined],
  ]
  for (const [location, target] of cases)
    it(`${JSON.stringify(location)} leads to ${target ?? 'nowhere'}`, () =>
      assert.equal(follow(location), target))

  it('keeps its user and password', () => {
    assert.deepEqual(resolveGoUrl(BASE, 'http://u:p%40s@o/')?.user, { name: 'u', password: 'p@s' })
    assert.deepEqual(resolveGoUrl(BASE, 'http://u@o/')?.user, { name: 'u', password: undefined })
  })

  it('leads where Node follows it, where both follow it and it has no special characters', () =>
    checkProperty(
      fc.stringMatching(/^(\/|\.\.\/|\.\/|[a-z0-9]|-){0,12}(\?[a-z=&]{0,4})?$/),
      2000,
      async location => {
        if (location.includes('//')) return
        const { href } = new URL(location, urlText(BASE))
        assert.equal(follow(location), href)
      },
      location => JSON.stringify(location),
    ))
})

describe('the url of a proxy', () => {
  const proxyAt = (text: string, go: '1.19' | '1.24' = '1.24') => {
    const proxy = readProxies({ HTTP_PROXY: text })(new URL('http://a.test/'), go)
    return proxy && `${proxy.kind} ${proxy.url.host}`
  }
  const cases: readonly (readonly [text: string, old: string | undefined, newer: string | undefined])[] = [
    ['p.test:3128', 'http p.test:3128', 'http p.test:3128'],
    ['127.0.0.1:3128', 'http 127.0.0.1:3128', 'http 127.0.0.1:3128'],
    ['HTTP://p.test', 'http p.test', 'http p.test'],
    ['u:p@p.test:3128', 'http p.test:3128', 'http p.test:3128'],
    ['http://u:p@ss@p.test', 'http p.test', 'http p.test'],
    // What precedes "#" or "/" has an invalid port, so Go puts http:// before it, and takes http for the name.
    ['http://u:p#ss@p.test', 'http http', 'http http'],
    ['http://u:p/ss@p.test', 'http http', 'http http'],
    ['http://u:p%ss@p.test', undefined, undefined],
    ['socks5://p.test', 'socks5 p.test:1080', 'socks5 p.test:1080'],
    ['socks5h://p.test:1', 'http socks5h', 'socks5 p.test:1'],
    ['tcp://p.test:3128', 'http tcp', 'http p.test:3128'],
  ]
  for (const [text, old, newer] of cases)
    it(`${text} is ${old} in Go 1.19, ${newer} in 1.24`, () =>
      assert.deepEqual([proxyAt(text, '1.19'), proxyAt(text)], [old, newer]))
})
