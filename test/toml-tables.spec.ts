/** Tables that are taken out of a TOML file of another program, and put back. */
import assert from 'node:assert/strict'
import TOML from '@iarna/toml'
import { withdrawValue } from '../lib/formats/toml/edit.ts'

const R = 'plugins."io.containerd.grpc.v1.cri".registry'
const PATH = ['plugins', 'io.containerd.grpc.v1.cri', 'registry', 'mirrors']

interface Case {
  readonly title: string
  readonly before: string
  readonly after: string
}

const cases: readonly Case[] = [
  {
    title: 'removes the table with every table below it',
    before: `version = 2\n\n[${R}.mirrors]\n\n[${R}.mirrors."docker.io"]\n  endpoint = ["https://a"] # first\n  # second\n\n[${R}.configs]\n`,
    after: `version = 2\n  # second\n\n[${R}.configs]\n`,
  },
  {
    title: 'removes tables that stand apart',
    before: `[${R}.mirrors.a]\nendpoint = []\n[debug]\nlevel = "info"\n[${R}.mirrors.b]\nendpoint = []\n`,
    after: `[debug]\nlevel = "info"\n`,
  },
  {
    title: 'removes the comment directly above, below an empty line',
    before: `version = 2\n\n# about the file\n\n# the mirrors\n# of the office\n[${R}.mirrors.a]\nendpoint = []\n`,
    after: `version = 2\n\n# about the file\n`,
  },
  {
    title: 'removes the comment between two removed tables',
    before: `version = 2\n[${R}.mirrors]\n  # ours\n  [${R}.mirrors.a]\n    endpoint = []\n`,
    after: `version = 2\n`,
  },
  {
    title: 'keeps a comment that touches a key above it',
    before: `version = 2\n# may be about the version\n[${R}.mirrors.a]\nendpoint = []\n`,
    after: `version = 2\n# may be about the version\n`,
  },
  {
    title: 'keeps a comment at the start of the file',
    before: `# my containerd\n[${R}.mirrors.a]\nendpoint = []\n`,
    after: `# my containerd\n`,
  },
  {
    title: 'keeps the comment of the table that follows',
    before: `[${R}.mirrors.a]\nendpoint = []\n\n# debugging\n[debug]\n`,
    after: `\n# debugging\n[debug]\n`,
  },
  {
    title: 'removes a list of several lines',
    before: `version = 2\r\n\r\n[${R}.mirrors.a]\r\nendpoint = [\r\n  "https://a", # one\r\n]\r\n[debug]\r\n`,
    after: `version = 2\r\n[debug]\r\n`,
  },
  {
    title: 'removes the last table of a file without a final newline',
    before: `version = 2\n\n[${R}.mirrors.a]\nendpoint = []`,
    after: `version = 2`,
  },
  {
    title: 'removes dotted keys from the table above',
    before: `[${R}]\nmirrors."a.b".endpoint = ["https://a"]\nconfig_path = ""\nmirrors.c.endpoint = []\n`,
    after: `[${R}]\nconfig_path = ""\n`,
  },
  {
    title: 'removes an inline table',
    before: `[plugins."io.containerd.grpc.v1.cri"]\nregistry = { config_path = "", mirrors = { a = { endpoint = [] } } }\n`,
    after: `[plugins."io.containerd.grpc.v1.cri"]\nregistry = { config_path = "" }\n`,
  },
]

describe('a table in TOML', () => {
  for (const { title, before, after } of cases)
    it(title, () => assert.equal(withdrawValue(before, '', PATH), after))

  for (const { title, before, after } of cases.slice(0, 9))
    it(`puts it back: ${title}`, () => {
      const again = withdrawValue(`${after}\n[later]\n`, before, PATH) ?? 'nothing'
      assert.ok(again?.startsWith(`${after}\n[later]\n`), again)
      // @iarna/toml refuses a carriage return behind a comment.
      const read = (text: string) => ({ ...TOML.parse(text.replaceAll('\r', '')), later: {} })
      assert.deepEqual(read(again), read(before))
    })

  it('does not put back keys of another table', () =>
    assert.equal(withdrawValue('version = 2\n', cases[9]?.before ?? '', PATH), undefined))

  it('leaves a text without the table as it is', () =>
    assert.equal(withdrawValue('version = 2\n', '', PATH), 'version = 2\n'))
})
