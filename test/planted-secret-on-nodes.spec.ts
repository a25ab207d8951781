/** A secret in a file of another program that is edited, adopted, or refused: the difference hides it. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { findLeaks, secret } from './support/leaks.ts'
import { run } from './support/run.ts'
import { assertNoLeaks, type SecretNode, withSecretNode } from './support/secret-node.ts'
import { typingErrors } from './support/typing-errors.ts'

const CONFIG = 'etc/containerd/config.toml'
const HOSTS = 'etc/containerd/certs.d/r.test/hosts.toml'
const REGISTRY = '[plugins."io.containerd.grpc.v1.cri".registry'
const LIST =
  'version = 1\n[registries."r.test"]\nmirrors = ["https://m.test"]\n[targets.containerd]\nversion = "1.7"\n'

const ONE = secret('one on the node')
const { text } = ONE
const [word = ''] = ONE.words
const quoted = JSON.stringify(text)
const header = `# mine\n[host."https://t.test"]\n  [host."https://t.test".header]\n    X-Key = ${quoted}\n`
const password = `${REGISTRY}.configs."r".auth]\n  password = ${quoted}\n`

/** The end of the file, where regmirror adds its value. */
const configs: [title: string, lines: string][] = [
  ['a password', password],
  ['auth', `${REGISTRY}.configs."r".auth]\n  auth = ${quoted}\n`],
  ['an identity token', `${REGISTRY}.configs."r".auth]\n  identitytoken = ${quoted}\n`],
  ['a header', `${REGISTRY}.headers]\n  X-Key = [${quoted}]\n`],
  [
    'an inline table',
    `${REGISTRY}]\n  configs = { r = { auth = { username = "u", password = ${quoted} } } }\n`,
  ],
  ['a url', `[x]\n  endpoint = "https://user:${word}@r.test"\n`],
  ['a url with a "/" in the password', `[x]\n  endpoint = "https://user:a/${word}@r.test"\n`],
  ['a variable of a program', `[stream_processors."x"]\n  env = ["A=b", "PASSWORD=${word}"]\n`],
  ['the proxy of a program', `[stream_processors."x"]\n  env = ["HTTPS_PROXY=http://u:${word}@p.test"]\n`],
  ['an argument of a program', `[stream_processors."x"]\n  args = ["--token=${word}"]\n`],
  ['a key with a password', `${REGISTRY}.auths."u:${word}@x y"]\n  x = 1\n`],

  ['a comment behind a password', `${REGISTRY}.configs."r".auth]\n  password = "x" # ${word}\n`],
  ['a comment', `# password = ${quoted}\n`],
  ['a table of comments', `# [header]\n#   X-Key = ${quoted}\n`],
  ['a comment of two lines', `# Authorization:\n#   Bearer ${word}\n`],
  ['a private key', `[x]\n  pem = """\n-----BEGIN PRIVATE KEY-----\n${word}"""\n`],
]

const conflicts: [title: string, lines: string][] = [
  ['a mirror with a password', `${REGISTRY}.mirrors."r"]\n  endpoint = ["https://user:${word}@r.test"]\n`],
  ['a key with a password', `${REGISTRY}.configs."u:${word}@r".tls]\n  ca_file = "/ca.pem"\n`],
  ['a value that is not closed', `${REGISTRY}.configs."r".auth]\n  password = "${text}\n`],
  ['a value without quotes', `${REGISTRY}.configs."r".auth]\n  password = ${word}\n`],
  ['a table that is given twice', `[x]\n  password = ${quoted}\n[x]\n`],
]

const hosts: [title: string, bytes: string | Buffer][] = [
  ['a header', header],
  ['a header at the root', `[header]\n  A = ${quoted}\n`],
  ['headers', `[host."https://t.test"]\n  header = { A = [${quoted}, ${quoted}] }\n`],
  ['a url with a password', `[host."https://user:${word}@t.test"]\n`],
  ['a url with a query', `[host."https://u:pw@t.test/x?token=${word}"]\n`],
  ['a comment behind a header', `[host."https://t.test"]\n  header = { A = "x" } # ${word}\n`],
  ['a server with a "/" in the password', `server = "https://user:a/${word}@t.test"\n`],
  ['Windows lines', header.replaceAll('\n', '\r\n')],
  ['old lines', header.replaceAll('\n', '\r')],
  ['a byte order mark', `\ufeff${header}`],
  ['UTF-16', Buffer.from(`\ufeff${header}`, 'utf16le')],
  ['no TOML', header.replace(']', '')],
  ['a value on the next line', `[host."https://t.test"]\nAuthorization =\n  "Bearer ${word}"\n`],
  ['a list on the next line', `[host."https://t.test"]\nAuthorization =\n["Bearer ${word}"]\n`],
  ['a value of several lines', `[host."https://t.test".header]\nA = """\n${word}"""\n`],
  ['a value of several lines that is not closed', `[host."https://t.test".header]\nA = """\n  ${word}\n`],
  ['YAML', `host:\n  header:\n    Authorization: Bearer ${word}\n`],
  ['JSON', JSON.stringify({ host: { header: { A: text } } })],
]

/** Plants it in a file that every user can read. */
const planted = (
  file: string,
  bytes: string | Buffer,
  use: (place: SecretNode, from: string[]) => Promise<void>,
) => {
  const tree = { [file]: Buffer.from(bytes).toString('latin1') }
  const field = { node: tree, lists: { 'mirrors.toml': LIST }, secrets: [ONE], open: [file] }
  return withSecretNode(field, place => use(place, ['-f', path.join(place.lists, 'mirrors.toml')]))
}

const JSON_FORMAT = ['--format', 'json']

/** doctor names the place of a secret, and never the secret. */
const isDiagnosed = async ({ root }: SecretNode, from: string[]) => {
  for (const flags of [[], from, JSON_FORMAT, ['--fix', '--check', ...from]]) {
    const ran = await run(['doctor', '--root', root, ...flags])
    assertNoLeaks(ran, ['doctor', ...flags], [ONE])
    assert.ok(flags.includes('--fix') || ran.code !== 2, ran.stderr)
  }
}

/** The file is adopted or edited, and put back. */
const comesAndGoes = (file: string, bytes: string | Buffer) =>
  planted(file, bytes, async ({ root, runCommand }, from) => {
    const before = await fs.readFile(path.join(root, file))
    assert.deepEqual(findLeaks(before.toString('utf8'), [ONE]), [ONE.name])
    await runCommand(['plan', ...from], 0)
    await runCommand(['plan', ...JSON_FORMAT, ...from], 0)
    await runCommand(['apply', ...from], 0)
    const [kept = ''] = await fs.readdir(path.join(root, 'var/lib/regmirror/originals'))
    assert.deepEqual(await fs.readFile(path.join(root, 'var/lib/regmirror/originals', kept)), before)
    await runCommand(['restore', '--check'], 1)
    await runCommand(['restore', ...JSON_FORMAT], 0)
    assert.deepEqual(await fs.readFile(path.join(root, file)), before)
  })

describe('a secret planted on a node', function () {
  this.timeout(60_000)

  for (const [title, lines] of configs)
    it(`is not shown from config.toml: ${title}`, () => comesAndGoes(CONFIG, `version = 2\n${lines}`))

  for (const [title, bytes] of hosts)
    it(`is not shown from hosts.toml: ${title}`, () => comesAndGoes(HOSTS, bytes))

  for (const [title, lines] of [...configs, ...conflicts])
    it(`is not shown by doctor from config.toml: ${title}`, () =>
      planted(CONFIG, `version = 2\n${lines}`, isDiagnosed))

  for (const [title, bytes] of hosts)
    it(`is not shown by doctor from hosts.toml: ${title}`, () => planted(HOSTS, bytes, isDiagnosed))

  for (const [title, lines] of conflicts)
    it(`is not shown from a refused config.toml: ${title}`, () =>
      planted(CONFIG, `version = 2\n${lines}`, async ({ runCommand }, from) => {
        await runCommand(['plan', ...from], 2)
        await runCommand(['apply', ...JSON_FORMAT, ...from], 2)
      }))

  const lines = { [HOSTS]: header, [CONFIG]: `version = 2\n${password}` }
  for (const [file, bytes] of Object.entries(lines)) {
    it(`is not shown for any mistake in its line in ${path.basename(file)}`, () =>
      planted(file, bytes, async ({ root }, from) => {
        const codes = new Set<number>()
        for (const broken of typingErrors(bytes, `= ${quoted}`)) {
          await fs.writeFile(path.join(root, file), broken)
          const ran = await run(['plan', '--root', root, ...from])
          assertNoLeaks(ran, [broken], [ONE])
          assertNoLeaks(await run(['doctor', '--root', root]), [broken], [ONE])
          codes.add(ran.code)
        }
        assert.ok(codes.has(0))
      }))
  }
})
