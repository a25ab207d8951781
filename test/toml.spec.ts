import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import TOML from '@iarna/toml'
import fc from 'fast-check'
import { setValue, withdrawValue } from '../lib/formats/toml/edit.ts'
import { setValues } from '../lib/formats/toml/set-values.ts'
import { formatHostsToml } from '../lib/targets/hosts-toml/format-hosts-toml.ts'
import { checkProperty } from './support/check-property.ts'

const PATH = ['plugins', 'io.containerd.grpc.v1.cri', 'registry', 'config_path']
const DIR = '/etc/containerd/certs.d'

describe('a value in TOML', () => {
  const cases: [title: string, before: string, after: string][] = [
    [
      'replaces the value of a key, and keeps its quotes and comment',
      `[plugins.'io.containerd.grpc.v1.cri'.registry]\n\tconfig_path = ''   # none\n`,
      `[plugins.'io.containerd.grpc.v1.cri'.registry]\n\tconfig_path = '${DIR}'   # none\n`,
    ],
    [
      'replaces a value of the wrong type',
      `[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = ["/a", "/b"]\n`,
      `[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "${DIR}"\n`,
    ],
    [
      'adds the key below the header, indented like the other keys',
      `[plugins."io.containerd.grpc.v1.cri".registry] # here\n    other = 1\n`,
      `[plugins."io.containerd.grpc.v1.cri".registry] # here\n    config_path = "${DIR}"\n    other = 1\n`,
    ],
    [
      'adds the key below an empty header without a final newline',
      `[plugins."io.containerd.grpc.v1.cri".registry]`,
      `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${DIR}"`,
    ],
    [
      'appends a missing table',
      `version = 2\n`,
      `version = 2\n\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${DIR}"\n`,
    ],
    [
      'appends the table where only a table below it exists',
      `[plugins."io.containerd.grpc.v1.cri".registry.configs."a".auth]\nusername = "u"`,
      `[plugins."io.containerd.grpc.v1.cri".registry.configs."a".auth]\nusername = "u"\n\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${DIR}"\n`,
    ],
    [
      'adds to an inline table',
      `[plugins."io.containerd.grpc.v1.cri"]\nregistry = { mirrors = {} }\n`,
      `[plugins."io.containerd.grpc.v1.cri"]\nregistry = { config_path = "${DIR}", mirrors = {} }\n`,
    ],
    [
      'adds to an inline table further up',
      `plugins = { "io.containerd.grpc.v1.cri" = {} }\n`,
      `plugins = { "io.containerd.grpc.v1.cri" = { registry.config_path = "${DIR}" } }\n`,
    ],
    [
      'adds beside a dotted key of the same table',
      `[plugins."io.containerd.grpc.v1.cri"]\n  registry.headers = {}\n`,
      `[plugins."io.containerd.grpc.v1.cri"]\n  registry.config_path = "${DIR}"\n  registry.headers = {}\n`,
    ],
    [
      'adds beside a dotted key at the root',
      `version = 2\nplugins."io.containerd.grpc.v1.cri".sandbox_image = "x"\n[debug]\nlevel = "info"\n`,
      `version = 2\nplugins."io.containerd.grpc.v1.cri".registry.config_path = "${DIR}"\nplugins."io.containerd.grpc.v1.cri".sandbox_image = "x"\n[debug]\nlevel = "info"\n`,
    ],
    [
      'keeps CRLF',
      `version = 2\r\n[plugins."io.containerd.grpc.v1.cri".registry]\r\n`,
      `version = 2\r\n[plugins."io.containerd.grpc.v1.cri".registry]\r\n  config_path = "${DIR}"\r\n`,
    ],
    [
      'reads TOML 1.1, which containerd 2 does',
      `t = { a = 1,\n b = 2, }\n`,
      `t = { a = 1,\n b = 2, }\n\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${DIR}"\n`,
    ],
  ]
  for (const [title, before, after] of cases) {
    it(title, () => {
      assert.equal(setValue(before, PATH, DIR), after)
      assert.equal(setValue(after, PATH, DIR), after)
    })
    it(`${title}, and takes it back`, () => {
      assert.equal(withdrawValue(after, before, PATH)?.trimEnd(), before.trimEnd())
    })
  }

  for (const version of ['1.6.20', '1.7.24', '2.1.9', '2.2.1', '2.3.4']) {
    it(`changes one line of the default config of containerd ${version}`, () => {
      const file = new URL(`../fixtures/containerd-default/${version}.toml`, import.meta.url)
      const before = readFileSync(file, 'utf8')
      const plugin = version.startsWith('1') ? 'io.containerd.grpc.v1.cri' : 'io.containerd.cri.v1.images'
      const after = setValue(before, ['plugins', plugin, 'registry', 'config_path'], DIR) as string
      const [old, now] = [before.split('\n'), after.split('\n')]
      assert.equal(now.length, old.length)
      assert.equal(now.filter((line, i) => line !== old[i]).length, 1)
    })
  }

  const root: [title: string, before: string, after: string][] = [
    [
      'below the other keys',
      'a = 1 # one\n# two\n[t]\nb = 2\n',
      'a = 1 # one\nx = ["y"]\n# two\n[t]\nb = 2\n',
    ],
    ['above the first table', '# one\n[t]\nb = 2\n', 'x = ["y"]\n# one\n[t]\nb = 2\n'],
    ['in an empty text', '', 'x = ["y"]\n'],
  ]
  for (const [title, before, after] of root)
    it(`is added at the top of a document ${title}, and taken back`, () => {
      assert.equal(setValue(before, ['x'], ['y']), after)
      assert.equal(withdrawValue(after, before, ['x']), before)
    })

  it('is an array with tables, written inline, and taken back', () => {
    const path = ['registry', 'm.example:5000', 'keypair']
    const pair = [{ cert: '/c.pem', key: "/it's.pem" }]
    const before = '[registry."m.example:5000"]\nca = ["/ca.pem"]\n[[registry."other".keypair]]\nkey = "k"\n'
    const after = setValue(before, path, pair) as string
    assert.equal(after, before.replace(/\n/, '\nkeypair = [{ cert = "/c.pem", key = "/it\'s.pem" }]\n'))
    assert.equal(withdrawValue(after, before, path), before)
    const other = after.replace('/c.pem', '/old.pem')
    assert.equal(withdrawValue(setValue(other, path, pair) as string, other, path), other)
    assert.equal(setValue('[[a.b]]\nx = "y"\n[a]\n', ['a', 'b'], pair), undefined, 'sections stay')
  })

  it('is set with others as one after the other', async () => {
    const values = (['a', 'b', 'c'] as const).flatMap(table => [
      { path: ['registry', `${table}.example`, 'ca'], value: ['/ca.pem'] },
      { path: ['registry', `${table}.example`, 'http'], value: true },
    ])
    const others = [
      { path: ['x'], value: 'y' },
      { path: ['registry', 'a.example', 'mirrors'], value: [] },
    ]
    const texts = fc.constantFrom(
      ...['', '# only\n', 'x = 1', '[registry]\n', '[registry."b.example"]\r\nhttp = false\r\n', '= broken'],
      ...['registry."b.example".http = false\n', 'registry = { "c.example" = {} }\n', '[[registry]]\n'],
    )
    await checkProperty(
      fc.tuple(texts, fc.shuffledSubarray([...values, ...others], { minLength: 1 })),
      2000,
      async ([text, chosen]) => {
        const each = chosen.reduce<string | undefined>(
          (rest, { path, value }) => (rest === undefined ? undefined : setValue(rest, path, value)),
          text,
        )
        assert.equal(setValues(text, chosen), each)
      },
      ([text, chosen]) => `${text}\n${JSON.stringify(chosen)}`,
    )
  })

  it('is not set in a text that is not TOML', () => {
    assert.equal(setValue('version = = 2', PATH, DIR), undefined)
  })

  it('is not set where the path leads through something that is not a table', () => {
    assert.equal(setValue('plugins = 3\n', PATH, DIR), undefined)
  })
})

describe('emitHosts', () => {
  const document = {
    server: { keys: { server: 'https://registry-1.docker.io' }, header: {} },
    mirrors: [
      { url: 'https://z.example', keys: { capabilities: ['pull'] }, header: { 'X-A': 'q"\\\u007f' } },
      { url: 'https://a.example', keys: { capabilities: ['pull'] }, header: {} },
    ],
  }

  it('keeps the order of mirrors and the header table at its mirror', () => {
    assert.equal(
      formatHostsToml('# banner', document),
      `# banner
server = "https://registry-1.docker.io"

[host."https://z.example"]
  capabilities = ["pull"]
  [host."https://z.example".header]
    X-A = "q\\"\\\\\\u007F"

[host."https://a.example"]
  capabilities = ["pull"]
`,
    )
  })

  it('has an empty [host] without a mirror, for containerd before 1.7.32', () => {
    const text = String(formatHostsToml('# banner', { ...document, mirrors: [] }))
    assert.deepEqual(JSON.parse(JSON.stringify(TOML.parse(text))), {
      server: 'https://registry-1.docker.io',
      host: {},
    })
  })
})
