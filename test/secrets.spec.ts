import assert from 'node:assert/strict'
import { hideSecrets } from '../lib/secrets.ts'

const shown = (text: string) => hideSecrets(undefined, text)[1] as string

describe('hideSecrets', () => {
  const secret = 'planted-secret'
  const places: [title: string, text: string][] = [
    [
      'a header table',
      `[host."https://m".header]\n  Authorization = "Basic ${secret}"\n  X-Any = '${secret}'`,
    ],
    [
      'a header table with lists',
      `[host."https://m".header]\n  A = [\n    "${secret}",\n    "${secret}"\n  ]`,
    ],
    ['an inline header table', `header = { A = "${secret}" }`],
    ['a root header table', `[header]\nA = "${secret}"`],
    [
      'auth of the deprecated tables',
      `[plugins.cri.registry.configs."r".auth]\n  password = "${secret}"\n  auth = "${secret}"\n  identitytoken = "${secret}"`,
    ],
    ['an inline auth table', `auth = { username = "u", password = '${secret}' }`],
    ['a dotted key', `configs."r".auth.password = "${secret}"`],
    ['a multi-line string', `password = """\n${secret}\n"""\nnext = 1`],
    ['credentials in a url', `endpoint = ["https://user:${secret}@m.example"]`],
    ['a value with an escaped quote', `password = "a\\"${secret}"`],
    ['JSON', `{ "auths": { "r": { "auth": "${secret}" } } }`],
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`],
  ]
  for (const [title, text] of places) {
    it(`hides ${title}`, () => assert.ok(!shown(text).includes(secret), shown(text)))
  }

  it('leaves the rest as it is', () => {
    const text = 'version = 2 # password of Ann: none\n[debug]\n  level = "info"\n'
    assert.equal(shown(text), text)
  })

  it('goes on after a multi-line string', () => {
    assert.match(shown(`password = """\n${secret}\n"""\nlevel = "info"`), /level = "info"/)
  })

  it('shows that a secret changed without showing it', () => {
    const [before, after] = hideSecrets(
      'password = "old"\ntoken = "same"',
      'password = "new"\ntoken = "same"',
    )
    assert.equal(before, 'password = "***"\ntoken = "***"')
    assert.equal(after, 'password = "*** (new)"\ntoken = "***"')
  })
})
