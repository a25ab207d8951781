/** A secret in the wrong place of a list: the list is refused, and no message repeats the secret. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { findLeaks, type Secret, secret } from './support/leaks.ts'
import { run } from './support/run.ts'
import { assertNoLeaks, withSecretNode } from './support/secret-node.ts'
import { typingErrors } from './support/typing-errors.ts'

const ONE = secret('one in a list')
const { text } = ONE
const [word = ''] = ONE.words
const quoted = JSON.stringify(text)

const inMirror = (keys: string, url = 'https://m.test') =>
  `version = 1\n[registries."r.test"]\nmirrors = [{ url = "${url}", ${keys} }]\n`
const inRegistry = (keys: string) => `version = 1\n[registries."r.test"]\n${keys}\n`
const inHeader = (value: string) => inMirror(`header = { Authorization = ${value} }`)
const inYaml = (mirror: string) =>
  `version: 1\nregistries:\n  r.test:\n    mirrors:\n      - {url: "https://m.test", ${mirror}}\n`
const inServer = (keys: string) =>
  `version: 1\nregistries:\n  r.test:\n    server: {url: "https://m.test", ${keys}}\n`
const inDefaults = (header: string) =>
  `version: 1\ndefaults: {header: ${header}}\nregistries:\n  r.test: {}\n`
const inJson = (mirror: unknown) =>
  JSON.stringify({ version: 1, registries: { 'r.test': { mirrors: [mirror] } } })

const url = `https://user:${word}@m.test`
const pem = `-----BEGIN PRIVATE KEY-----\\n${word}\\n-----END PRIVATE KEY-----`
const CLIENT = readFileSync(path.join(import.meta.dirname, '../fixtures/tls/client.pem'), 'utf8')

const lists: [title: string, format: 'toml' | 'yaml' | 'json', text: string][] = [
  ['a url with a password', 'toml', inMirror('ca = "x"', url)],
  ['a url with a "/" in the password', 'toml', inMirror('ca = "x"', `https://user:a/${word}@m.test`)],
  ['a url with a password, without scheme', 'toml', inMirror('ca = "x"', url.slice(8))],
  ['a server with a password', 'toml', inRegistry(`server = "${url}"`)],
  ['a canary with a password', 'toml', inRegistry(`canary = "${url}/library/x:1"`)],
  ['a registry with a password', 'toml', `version = 1\n[registries."user:${word}@r.test"]\nmirrors = []\n`],
  ['a registry as a url', 'toml', `version = 1\n[registries."${url}/x"]\nmirrors = []\n`],
  ['a registry as a url, twice', 'yaml', `version: 1\nregistries:\n  "${url}": {}\n  "${url}": {}\n`],
  ['a hosts_dir', 'toml', `${inRegistry('mirrors = []')}[targets.containerd]\nhosts_dir = "${url}"\n`],
  ['a release', 'toml', `${inRegistry('mirrors = []')}[targets.containerd]\nversion = ${quoted}\n`],
  ['a version', 'toml', `version = ${quoted}\n`],
  ['a url as a key', 'yaml', inYaml(url)],
  ['a url as a key with a table', 'json', inJson({ [url]: {} })],
  ['a url as a part of a name', 'json', inJson({}).replace(/\{"mirrors.*?\}\]\}/, `{"${url}":{"x":{}}}`)],
  ['a url as a key of the list', 'json', JSON.stringify({ version: 1, [url]: {} })],
  ['a url in place of a CA', 'toml', inMirror(`ca = "${url}/ca.pem"`)],
  ['a url in place of a header file', 'toml', inHeader(`{ file = "${url}/x" }`)],
  ['a key in place of its file', 'toml', inMirror(`client = { cert = "client.pem", key = "${pem}" }`)],
  ['a key in place of a CA', 'toml', inMirror(`ca = "${pem}"`)],
  ['a key longer than names may be', 'toml', inMirror(`ca = "${pem.repeat(100)}"`)],
  ['a header in place of its file', 'toml', inHeader(`{ file = "Bearer ${word}" }`)],
  ['a header in place of its variable', 'toml', inHeader(`{ env = "Bearer ${word}" }`)],
  ['a word in place of its variable', 'toml', inHeader(`{ env = "${word}" }`)],
  ['a header with a line break', 'toml', inHeader(JSON.stringify(`${text}\r\nX: y`))],
  ['a header with a letter outside ASCII', 'toml', inHeader(JSON.stringify(`é${text}`))],
  ['a header with a space before it', 'toml', inHeader(JSON.stringify(` ${text}`))],
  ['a header as a list', 'toml', inHeader(`[${quoted}]`)],
  ['a header as a table', 'toml', inHeader(`{ value = ${quoted} }`)],
  ['a header as a key', 'yaml', inYaml(`header: {Authorization: {Bearer ${word}}}`)],
  ['a header as one key of two', 'yaml', inYaml(`header: {Authorization: {file: a, ${word}: }}`)],
  ['a header and its value as a name', 'toml', inMirror(`header = { "Authorization: ${word}" = "x" }`)],
  ['headers as a text', 'toml', inMirror(`header = ${quoted}`)],
  ['a header as a key of the mirror', 'toml', inMirror(`Authorization = ${quoted}`)],
  ['a header and its value as a key of the mirror', 'toml', inMirror(`"Authorization: Bearer ${word}" = 1`)],
  ['a user and a password in Authorization', 'toml', inHeader(`"user:${word}"`)],
  ['a user and a password after Basic', 'toml', inHeader(`"Basic user:${word}"`)],
  ['Base64 without a scheme', 'toml', inHeader(`"${btoa(`user:${word}`)}"`)],
  ['a password beside the user', 'toml', inHeader(`{ basic = { user = "u:${word}", password = "p" } }`)],
  ['a password as a key', 'yaml', inYaml(`header: {Authorization: {basic: {${word}: u}}}`)],
  ['a password as a list', 'toml', inHeader(`{ basic = { user = "u", password = [${quoted}] } }`)],
  ['a token after Bearer, twice', 'toml', inHeader(`{ bearer = "Bearer ${word}" }`)],
  ['a password as a key of a server', 'yaml', inServer(`header: {Authorization: {${word}: u}}`)],
  ['a header as a key of a server', 'yaml', inServer(`header: {Authorization: {Bearer ${word}}}`)],
  ['a header as a key of the defaults', 'yaml', inDefaults(`{Authorization: {Bearer ${word}}}`)],
  ['a header of a server as a text', 'yaml', inServer(`header: ${quoted}`)],
  ['a header as a capability', 'toml', inMirror(`capabilities = [${quoted}]`)],
  ['a header as a duration', 'toml', inMirror(`dial_timeout = ${quoted}`)],
  ['a header as a base', 'toml', inMirror(`base = ${quoted}`)],
  ['a tag', 'yaml', inYaml(`header: {A: !${word} x}`)],
  ['an alias', 'yaml', inYaml(`header: {A: *${word}}`)],
  ['an anchor', 'yaml', inYaml(`header: {A: &${word} x, B: &${word} y}`)],
  ['a key that is a table', 'yaml', inYaml(`header: {? {A: ${quoted}} : x}`)],
  ['two documents', 'yaml', `---\n${quoted}\n---\n${quoted}\n`],
  ['a directive', 'yaml', `%YAML 1.1 ${word}\n---\nversion: 1\n`],
  ['a text for a list', 'json', quoted],
  ['a comment in JSON', 'json', `// ${text}\n{}`],
]

const block = (kind: string) => `-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----\n`
const header = 'header = { A = { file = "it" } }'
const client = 'client = { cert = "client.pem", key = "it" }'
const files: [title: string, key: string, bytes: string][] = [
  ['a header file of two lines', header, `${text}\nX: y\n`],
  ['a header file with a carriage return', header, `${text}\r\r\n`],
  ['a header file that ends in a space', header, `${text} `],
  ['a header file that is too long', header, text.repeat(5000)],
  ['a CA file that holds none', 'ca = "it"', text],
  ['a CA file that holds a key', 'ca = "it"', block('PRIVATE KEY')],
  ['a CA file that is broken', 'ca = "it"', block('CERTIFICATE')],
  ['a key file that holds none', client, text],
  ['a key file that is broken', client, block('PRIVATE KEY')],
  ['a key file that is encrypted', client, block('ENCRYPTED PRIVATE KEY')],
]

describe('a secret planted in a list', function () {
  this.timeout(60_000)

  const refused = (file: string, list: string, beside: Readonly<Record<string, string>>, one = ONE) =>
    withSecretNode(
      { node: {}, lists: { [file]: list, ...beside }, secrets: [one] },
      async ({ lists, runCommand }) => {
        assert.ok(findLeaks(list + Object.values(beside).join(), [one]).length > 0)
        const from = ['-f', path.join(lists, file)]
        await runCommand(['validate', ...from], 2)
        const { stdout } = await runCommand(['apply', '--format', 'json', ...from], 2)
        assert.equal(JSON.parse(stdout).code, 'invalid_list')
      },
    )

  for (const [title, format, list] of lists)
    it(`is not repeated: ${title}`, () => refused(`mirrors.${format}`, list, { 'client.pem': CLIENT }))

  for (const [title, key, bytes] of files)
    it(`is not repeated: ${title}`, () =>
      refused('mirrors.toml', inMirror(key), { it: bytes, 'client.pem': CLIENT }))

  it('is not repeated: a number in place of a header', () => {
    const pin: Secret = { name: 'the number', text: '731946528', words: ['731946528'] }
    return refused('mirrors.yaml', inYaml(`header: {X-Pin: ${pin.text}}`), {}, pin)
  })

  const sound = {
    toml: inMirror(`header = { A = ${quoted} }`),
    yaml: inYaml(`header: {A: ${quoted}}`),
    json: inJson({ url: 'https://m.test', header: { A: text } }),
  }
  for (const [format, list] of Object.entries(sound)) {
    it(`is not repeated for any mistake in its line in ${format.toUpperCase()}`, () =>
      withSecretNode({ node: {}, secrets: [ONE] }, async ({ lists }) => {
        const file = path.join(lists, `mirrors.${format}`)
        const codes = new Set<number>()
        for (const broken of typingErrors(list, 'header')) {
          await fs.writeFile(file, broken)
          const ran = await run(['validate', '-f', file])
          assertNoLeaks(ran, [broken], [ONE])
          codes.add(ran.code)
        }
        assert.deepEqual([...codes].sort(), [0, 2])
      }))
  }
})
