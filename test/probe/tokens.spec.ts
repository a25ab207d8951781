/** What is read of a challenge and of a token, and what is requested: the rules of Go and containerd. */
import assert from 'node:assert/strict'
import { parseChallenges } from '../../lib/probe/api/challenge.ts'
import { extendQuery } from '../../lib/probe/api/go-query.ts'
import { decodeToken } from '../../lib/probe/api/issued-token.ts'
import { buildTokenQuery } from '../../lib/probe/api/token-query.ts'

const describeChallenges = (...lines: string[]) =>
  parseChallenges(lines).map(
    ({ scheme, params }) => `${scheme} ${JSON.stringify(Object.fromEntries(params))}`,
  )

describe('challenges', () => {
  const cases: [line: string, expected: string | undefined][] = [
    ['Bearer realm="a",service="b"', 'bearer {"realm":"a","service":"b"}'],
    ['BEARER REALM = "a"', 'bearer {}'],
    ['Bearer realm="a" service="b"', 'bearer {"realm":"a"}'],
    ['Bearer realm="a", Basic realm="b"', 'bearer {"realm":"a"}'],
    ['Basic realm="a", Bearer realm="b"', 'basic {"realm":"a"}'],
    ['Bearer realm="a\\"\\\\b",x=""', 'bearer {"realm":"a\\"\\\\b","x":""}'],
    ['Bearer realm="a', 'bearer {"realm":""}'],
    ['Bearer realm="a",realm=b', 'bearer {"realm":"b"}'],
    ['Bearer realm=http://a', 'bearer {"realm":"http"}'],
    ['Bearer,realm="a"', 'bearer {}'],
    [', Bearer realm="a"', undefined],
    ['Negotiate', undefined],
    ['Bearerrealm="a"', undefined],
  ]
  for (const [line, expected] of cases)
    it(`are read from ${line}`, () =>
      assert.deepEqual(describeChallenges(line), expected === undefined ? [] : [expected]))

  it('come in the order bearer, digest, basic, and otherwise as they are', () =>
    assert.deepEqual(describeChallenges('Basic a=1', 'Digest', 'Bearer a=2', 'Bearer a=3'), [
      'bearer {"a":"2"}',
      'bearer {"a":"3"}',
      'digest {}',
      'basic {"a":"1"}',
    ]))

  it('of 60 KiB are read in linear time', () => {
    const long = ' '.repeat(60_000)
    for (const line of [`Bearer${long}`, `Bearer realm="${long}`, `Bearer realm="${'\\'.repeat(60_000)}`])
      assert.equal(parseChallenges([line]).length, 1)
  })
})

describe('requests for tokens', () => {
  const targetOf = (params: Readonly<Record<string, string>>) => {
    const query = buildTokenQuery(new Map(Object.entries(params)), 'library/app')
    return query && `${query.url.origin}${query.target.path}?${query.target.query}`
  }
  const own = 'scope=repository%3Alibrary%2Fapp%3Apull'

  it('have the scopes of both sides, sorted, each once', () => {
    const scope = 'repository:z:pull repository:library/app:pull  a'
    assert.equal(
      targetOf({ realm: 'https://t/token?x=1', service: 'r', scope }),
      `https://t/token?scope=&scope=a&${own}&scope=repository%3Az%3Apull&service=r&x=1`,
    )
    assert.equal(targetOf({ realm: 'https://t', service: '' }), `https://t?${own}`)
  })

  it('need an address of a host', () => {
    for (const realm of [
      '',
      '/token',
      'token',
      'https:/t',
      'ftp://t',
      'http://',
      'http://t/%zz',
      'http://a b/',
    ])
      assert.equal(targetOf({ realm }), undefined, realm)
    assert.equal(targetOf({}), undefined)
  })

  it('have the query of the realm as Go reads and writes it', () => {
    assert.equal(extendQuery('b=%7e&a=1&&c;d=2&x=%zz&a=+0&e', []), 'a=1&a=+0&b=~&e=')
    assert.equal(extendQuery('', [['n', "*'~ü".normalize()]]), 'n=%2A%27~%FC')
  })
})

describe('tokens', () => {
  const read = (text: string) => decodeToken(Buffer.from(text))?.authorization
  const good: [text: string, token: string][] = [
    ['{"token":"a"}', 'a'],
    ['{"token":"","access_token":"b"}', 'b'],
    ['{"token":"a","access_token":"b"}', 'b'],
    ['{"TOKEN":"a","toKen":"b"}', 'b'],
    ['{"token":"a","token":null}', 'a'],
    ['{"token":"a"}{', 'a'],
    ['  {"token":"a","x":{"y":["}"]}} trailing', 'a'],
    ['{"token":"a b  "}', 'a b'],
    ['{"token":"a","expires_in":null,"issued_at":null,"refresh_token":null}', 'a'],
    ['{"token":"a","issued_at":"2024-02-29T23:59:59.5+24:60"}', 'a'],
    ['{"token":"a","issued_at":"2024-02-29T1:59:59,5Z"}', 'a'],
  ]
  for (const [text, token] of good)
    it(`are read from ${text}`, () => assert.equal(read(text), `Bearer ${token}`))

  for (const text of [
    ...['', '{', '[]', 'null', '"a"', '{}', '{"token":""}', '{"token":1}', '{"access_token":{}}'],
    ...['{"token":"a","expires_in":"300"}', '{"token":"a","expires_in":3e2}', '{"token":"a\\r\\nb: c"}'],
    ...['{"token":"a","expires_in":"1","expires_in":1}', '{"token":"a","refresh_token":[]}'],
    ...['', '2024-01-01', '2024-01-01T00:00:00', '2024-01-01T00:00:60Z', '2023-02-29T00:00:00Z'].map(
      time => `{"token":"a","issued_at":"${time}"}`,
    ),
    '\ufeff{"token":"a"}',
  ])
    it(`are not read from ${JSON.stringify(text)}`, () => assert.equal(read(text), undefined))

  it('expire only where a time is given', () => {
    const expiry = (seconds: number) => decodeToken(Buffer.from(`{"token":"a","expires_in":${seconds}}`))
    assert.deepEqual(
      [60, 0, -1].map(seconds => expiry(seconds)?.expiresInS),
      [60, undefined, undefined],
    )
  })
})
