/** Values of Authorization that no registry accepts are errors, wherever they are written. */
import assert from 'node:assert/strict'
import {
  authorizationProblem,
  basicAuthorization,
  passwordProblem,
  tokenProblem,
} from '../../lib/model/authorization.ts'
import { loadText, problemsOf } from '../support/load.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const TABLE = 'Authorization = { basic = { user = "…", password = { file = "…" } } }'

const withHeader = (header: string) =>
  `version = 1\n[registries."docker.io"]\nmirrors = [{ url = "https://a.example", header = { Authorization = ${header} } }]\n`
const headerOf = async (header: string, env = {}) =>
  (await loadText(withHeader(header), 'toml', { env })).list.registries[0]?.mirrors[0]?.header

describe('Authorization', () => {
  it('accepts Basic with user and password, and Bearer with a token', () => {
    for (const value of [
      `Basic ${base64('user:password')}`,
      `basic ${base64('robot$k8s:a:b c')}`,
      `Basic ${base64(':')}`,
      `Basic ${base64('üser:pässword')}`,
      `Basic ${base64('_json_key:{\n  "private_key": "x"\n}\n')}`,
      'Bearer eyJhbGciOi.eyJzdWIi-_.sig',
      'BEARER ya29.c/b+A~0==',
    ])
      assert.equal(authorizationProblem(value), undefined, value)
  })

  const refused: Readonly<Record<string, readonly [value: string, message: RegExp]>> = {
    'a user and a password': ['robot$k8s:planted', /no scheme, and its user and password are not in Base64/],
    'a user and a password after Basic': ['Basic user:planted', /not in Base64/],
    'a user and a password after Bearer': ['Bearer user:planted', /characters that no token has/],
    'Base64 alone': [base64('user:planted'), /has no scheme/],
    'a token alone': ['eyJhbGciOi.eyJzdWIi.planted', /has no scheme/],
    'another scheme': ['Token planted', /another scheme than Basic or Bearer/],
    'a scheme alone': ['Basic', /ends after the scheme/],
    'a scheme and a space': ['Bearer ', /ends after the scheme/],
    'a scheme with a colon': [`Basic: ${base64('user:planted')}`, /":" after the scheme/],
    'the name of the header': [
      `Authorization: Basic ${base64('user:planted')}`,
      /repeats the name of the header/,
    ],
    'two spaces': [`Basic  ${base64('user:planted')}`, /more than one space/],
    'a tab': [`Basic\t${base64('user:planted')}`, /more than one space/],
    quotes: [`"Basic ${base64('user:planted')}"`, /is in quotes/],
    'quotes after the scheme': [`Basic "${base64('user:planted')}"`, /quotes after the scheme/],
    'Basic twice': [`Basic Basic ${base64('user:planted')}`, /repeats "Basic"/],
    'Base64 without padding': [`Basic ${base64('user:planted!').replace(/=+$/, '')}`, /not complete/],
    'Base64 for URLs': ['Basic dXNlcjpwbGFudGVkPz8_', /URL-safe/],
    'Base64 in lines': [
      `Basic ${base64(`user:${'planted'.repeat(9)}`).replace(/(.{76})/, '$1\n')}`,
      /line break/,
    ],
    'Base64 without a colon': [`Basic ${base64('planted')}`, /without ":"/],
    'Base64 of Base64': [`Basic ${base64(base64('user:planted'))}`, /without ":"/],
    'Base64 of echo': [`Basic ${base64('user:planted\n')}`, /ends with a line break/],
    'Base64 of quotes': [`Basic ${base64("'user:planted'")}`, /in quotes/],
    'Base64 of UTF-16': [
      `Basic ${Buffer.from('user:planted', 'utf16le').toString('base64')}`,
      /control character/,
    ],
    'a token in angle brackets': ['Bearer <planted>', /characters that no token has/],
    'a token in quotes': ['Bearer "planted"', /is in quotes/],
  }
  for (const [title, [value, message]] of Object.entries(refused))
    it(`refuses ${title}, and shows nothing of it`, async () => {
      const problem = authorizationProblem(value)
      assert.match(problem?.message ?? '', message)
      const [found = '', ...others] = await problemsOf(loadText(withHeader(JSON.stringify(value))))
      const named = await problemsOf(loadText(withHeader('{ env = "V" }'), 'toml', { env: { V: value } }))
      assert.deepEqual([others, named.length], [[], 1])
      assert.match(found, /^3:\d+: the value of this header /)
      assert.match(named[0] ?? '', /^3:\d+: the value of V /)
      for (const text of [found, named[0] ?? '']) {
        assert.match(text, message)
        assert.doesNotMatch(text, /planted|cGxhbnRlZ/)
      }
    })

  it('names the table that makes the value', () => {
    for (const value of ['user:secret', 'Basic user:secret', 'Token x', 'Basic'])
      assert.ok(authorizationProblem(value)?.hint?.includes(TABLE), value)
  })

  it('is made from a user and a password, and from a token', async () => {
    const env = { PASSWORD: 'p:ä"', TOKEN: 'a.b.c' }
    const basic = '{ basic = { user = "robot$k8s", password = { env = "PASSWORD" } } }'
    assert.deepEqual(await headerOf(basic, env), { Authorization: basicAuthorization('robot$k8s', 'p:ä"') })
    assert.equal(basicAuthorization('robot$k8s', 'p'), `Basic ${base64('robot$k8s:p')}`)
    assert.deepEqual(await headerOf('{ bearer = { env = "TOKEN" } }', env), { Authorization: 'Bearer a.b.c' })
  })

  it('takes the key file of a service account as a password, and no other text of several lines', () => {
    assert.equal(passwordProblem('{\n  "type": "service_account"\n}\n'), undefined)
    assert.match(passwordProblem('a\nb')?.message ?? '', /line break/)
    assert.match(tokenProblem('a b')?.message ?? '', /characters/)
  })
})
