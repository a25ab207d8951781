/** A runtime that does not exist: a list, its schema and a plan need only its target and a line in the table. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { listSchema } from '../../lib/list/schema/list-schema.ts'
import { issueText } from '../../lib/model/errors.ts'
import type { TargetSettings } from '../../lib/model/target-settings.ts'
import { readState } from '../../lib/ownership/state.ts'
import { makePlan } from '../../lib/plan/plan.ts'
import { openWriter } from '../../lib/system/writer.ts'
import { containerd } from '../../lib/targets/containerd/containerd.ts'
import type { Dialect } from '../../lib/targets/dialect.ts'
import type { Target } from '../../lib/targets/target.ts'
import { failureOf, loadText, problemsOf } from '../support/load.ts'
import { withDirectory } from '../support/tree.ts'

interface PaperSettings {
  readonly file: string
}

const settings: TargetSettings<PaperSettings> = {
  schema: {
    title: 'a table',
    type: 'object',
    additionalProperties: false,
    properties: { file: { title: 'a path', type: 'string' } },
  },
  check: ({ file = '.txt' }, at) =>
    String(file).endsWith('.txt') ? [] : [{ path: [...at, 'file'], message: 'must end in ".txt"' }],
  resolve: ({ file }) => ({ file: typeof file === 'string' ? file : '/srv/paper.txt' }),
}

const dialect: Dialect = {
  namespace: () => undefined,
  defaultServer: () => ({
    bases: [{ origin: 'https://paper.example', path: '/v2', form: 'root' }],
    skipVerify: false,
  }),
  dialTimeoutMs: 1000,
  expresses: { forms: ['root'], keys: ['ca'], capabilities: ['pull', 'resolve'] },
}

const paper: Target<PaperSettings, { readonly path: string }> = {
  title: 'paper',
  settings,
  dialect,
  observe: async (_view, _registries, { file }) => ({ path: file }),
  render: (registries, { path }) => ({
    files: [
      {
        path,
        content: registries.map(({ name }) => `${name}\n`).join(''),
        secret: false,
        owns: { kind: 'whole' },
        effect: 'immediate',
        why: 'names the registries',
      },
    ],
    notices: [],
    conflicts: [],
    effect: 'immediate',
    held: [],
    kept: [],
  }),
  validate: async () => [],
  endpoints: () => [{ endpoints: [], ignored: [] }],
  pathKeys: ['file'],
  writerOf: () => undefined,
  daemon: {
    activate: { restart: { command: 'true', why: 'paper reads its file when it starts' } },
    startedAt: () => undefined,
    environment: async () => undefined,
  },
}

const table = { containerd, paper }
const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'

const loaded = (text: string) => loadText(text, 'toml', { targets: table })

/** What is planned on an empty node, as target and path. */
async function planFor(text: string): Promise<readonly string[]> {
  const { list } = await loaded(text)
  return await withDirectory(async root => {
    const node = openWriter(root)
    const view = { node, uid: 0, state: await readState(node), machine: undefined }
    const { steps } = await makePlan(list, table, view, { takeOver: false })
    return steps.map(({ target, path: file }) => `${target} ${path.basename(file)}`)
  })
}

describe('a target in the table', () => {
  it('is planned where the list names it, and no other', async () => {
    const containerdFiles = ['containerd hosts.toml', 'containerd config.toml']
    assert.deepEqual(await planFor(`${LIST}[targets.paper]\n`), ['paper paper.txt'])
    assert.deepEqual(await planFor(`${LIST}[targets.paper]\nfile = "/srv/p.txt"\n`), ['paper p.txt'])
    assert.deepEqual(await planFor(`${LIST}[targets.containerd]\n[targets.paper]\n`), [
      ...containerdFiles,
      'paper paper.txt',
    ])
    assert.deepEqual(await planFor(LIST), containerdFiles, 'the first one, where the list names none')
    assert.deepEqual(await planFor(`${LIST}[targets]\n`), containerdFiles)
  })

  it('checks its own table, with positions in the list', async () => {
    const problems = (text: string) => problemsOf(loaded(`${LIST}${text}`))
    assert.deepEqual(await problems('[targets.paper]\nfile = "/x"\n'), ['5:8: must end in ".txt"'])
    assert.deepEqual(await problems('[targets.paper]\nfiel = "/x.txt"\n'), [
      '5:1: unknown key "fiel"; did you mean "file"?',
    ])
    assert.deepEqual(await problems('[targets.papr]\n'), [
      '4:10: unknown target "papr"; did you mean "paper"?',
    ])
    assert.deepEqual(await problems('[targets.stone]\n'), [
      '4:10: unknown target "stone"; use one of containerd, paper',
    ])
  })

  it('is refused what it has no setting for', async () => {
    const text = `version = 1
[registries."quay.io"]
server = "https://r.example"
mirrors = [
  { url = "https://m.example/v2/p", capabilities = ["pull", "push"], header = { A = "x" } },
]
[registries."ghcr.io"]
fallback = false
mirrors = [{ url = "https://m.example", capabilities = ["resolve", "pull"], skip_verify = true }]
[targets.paper]
`
    const hint = 'change it, or remove this runtime from [targets]'
    const { code, issues } = await failureOf(planFor(text))
    assert.equal(code, 'conflict')
    assert.deepEqual(issues.map(issueText), [
      `stdin:2:13: paper has no setting for server; ${hint}`,
      `stdin:5:3: paper has no setting for the path /v2/p; ${hint}`,
      `stdin:5:3: paper has no setting for capabilities = ["pull","push"]; ${hint}`,
      `stdin:5:3: paper has no setting for header; ${hint}`,
      `stdin:7:13: paper has no setting for fallback; ${hint}`,
      `stdin:9:12: paper has no setting for skip_verify; ${hint}`,
    ])
  })

  it('is in the schema of a list', () => {
    const { properties } = listSchema(table) as { properties: { targets: { properties: object } } }
    assert.deepEqual(Object.keys(properties.targets.properties), ['containerd', 'paper'])
  })
})
