import assert from 'node:assert/strict'
import { hideSecrets } from '../lib/formats/secrets.ts'

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
    ['a list over several lines', `password = [\n  "${secret}",\n  [ '${secret}' ]\n]`],
    ['a header of any name', `[plugins.x.registry.headers]\n  X-Any = ["${secret}"]`],
    ['headers inline over several lines', `headers = { X-Any = [\n"${secret}"\n] }`],
    ['a dotted header', `host."https://m".header.X-Any = "${secret}"`],
    ['a header table under a url with #', `[host."https://m/#a".header]\nA = "${secret}"`],
    ['a setting that is commented out', `# password = "${secret}"\n# Authorization: Basic ${secret}`],
    ['a password with @', `endpoint = ["https://user:x@${secret}@m.example"]`],
    ['a file that does not parse', `[host."https://m".header]\nA = "${secret}\nB = [\n ${secret}\n`],
    ['a bare value', `password = ${secret}`],
    ['a header table that is commented out', `# [host."https://m".header]\n#   X-Any = "${secret}"\nx = 1`],
    ['a value that is commented out below others', `# [header]\n# A = "x"\n#\n# B:\n# ${secret}`],
    ['a value that is commented out, on the next line', `# Authorization:\n#   Basic ${secret}`],
    ['a value on the next line', `password =\n  "${secret}"`],
    ['a list on the next line', `password =\n["${secret}"]`],
    ['a password with / and a quote', `endpoint = ["https://user:a/'\\"${secret}@m.example"]`],
    ['a variable for a program', `env = ["A=b", "PASSWORD=${secret}"]`],
    ['an argument of a program', `args = ["--header", "X-Auth: ${secret}", '--token=${secret}']`],
    ['binary data', `password = "${secret}"\0`],
    [
      'an encrypted private key',
      `-----BEGIN EC PRIVATE KEY-----\nDEK-Info: AES-128-CBC,AB\n\n${secret}\n-----END EC PRIVATE KEY-----`,
    ],
    ['half a private key', `-----BEGIN PRIVATE KEY-----\n${secret}`],
    ['a key with a password', `[registry.auths."u:${secret}@x y"]\n  x = 1`],
    ['a key with spaces in its password', `[registry.auths.'u:a ${secret} b@x y']\n  x = 1`],
    ['credentials without a scheme', `proxy = "user:${secret}@m.example:80" # or u:${secret}@m`],
    ['credentials before the digest of an image', `image = "u:${secret}@r/x:1@sha256:ab"`],
    ['a query in a key', `[host."https://u:pw@h/x?a=1&token=${secret}"]\n  x = 1`],
    ['a query without a key', `server = "https://h/x?${secret}"`],
    ['a comment behind a value', `header = { A = "x" } # ${secret}`],
    ['a comment behind the end of a value', `password = """\nx"""  #${secret}\n`],
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`],
  ]
  for (const [title, text] of places)
    it(`hides ${title}`, () => assert.ok(!shown(text).includes(secret), shown(text)))

  it('changes nothing else', () => {
    const text = 'version = 2 # password of Ann: none\n[debug]\n  level = "info"\n'
    assert.equal(shown(text), text)
  })

  it('does not change urls without credentials', () => {
    const text = 'a = ["https://m/x", "https://m@2", "me@m"] # ask a@b about https://m/x\n'
    assert.equal(shown(text), text.replace('m@2', '***@2'))
  })

  it('does not change tags and digests of images, nor the keys of a query', () => {
    const text = 'image = "r.test:5000/pause:3.9@sha256:ab"\nserver = "https://h/x?ns=1&#a"\n'
    assert.equal(shown(text), text.replace('ns=1', 'ns=***'))
  })

  it('does not change a path that looks like a query', () => {
    const text = 'server = "https://h/v2/,&/=/a&b=c"\n'
    assert.equal(shown(text), text)
  })

  it('is fast for a long word', () => {
    const text = `a = "${'a://'.repeat(1_000_000)}"\n`
    assert.ok(shown(text) === text)
  })

  it('does not change comments that only mention secrets', () => {
    const text =
      '# about auth and tokens:\nx = 1\n# [host."https://m"]\n#   ca = "a.pem"\n# the header of it all\n# and more\n'
    assert.equal(shown(text), text)
  })

  it('does not change images with such a name', () => {
    const text = 'sandbox_image = "r.test/auth/token:1.0"\n[host."https://m"]\n  ca = ["https.pem", "a@b"]\n'
    assert.equal(shown(text), text)
  })

  it('shows the settings of a registry with such a name', () => {
    const text = '[host."https://auth.example"]\n  ca = "a.pem"\n[configs."auth.example"]\n  x = 1\n'
    assert.equal(shown(text), text)
  })

  it('shows a broken file without secrets', () => {
    const text = 'server = "https://a"\nserver = "https://b"\n'
    assert.equal(shown(text), text)
  })

  it('continues after a multi-line string', () => {
    assert.match(shown(`password = """\n${secret}\n"""\nlevel = "info"`), /level = "info"/)
  })

  it('shows the certificate beside a private key', () => {
    const of = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
    const certificate = of('CERTIFICATE', 'YWJj')
    const key = of('PRIVATE KEY', 'b2theAuth')
    assert.equal(shown(certificate + key), shown(certificate) + of('PRIVATE KEY', '***'))
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
