/** A runtime that does not exist: its table in a list, the schema, and what it has no setting for. */
import assert from 'node:assert/strict'
import { listSchema } from '../../../lib/list/schema/list-schema.ts'
import type { PlannedReport, ValidateReport } from '../../../lib/model/report.ts'
import { onToyNode, type ToyNode } from './on-node.ts'
import { table } from './toy.ts'

const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'

const onNode = (use: (node: ToyNode) => Promise<void>) => onToyNode({ 'etc/': undefined }, use)

/** Target and file name of every change that the list plans on an empty node. */
async function planned(node: ToyNode, text: string): Promise<readonly string[]> {
  await node.writeList(text)
  const { changes } = await node.report<PlannedReport>(0, 'plan')
  return changes.map(({ target, path: file }) => `${target} ${file.slice(file.lastIndexOf('/') + 1)}`)
}

/** What a command reports about an invalid list, without the path of the list. */
async function refused(node: ToyNode, verb: string, text: string): Promise<readonly string[]> {
  await node.writeList(text)
  const { code, stderr } = await node.run(verb)
  assert.equal(code, 2)
  const lines = stderr.replaceAll(node.list, 'list').trim().split('\n')
  return lines.map(line => line.replace(/^error: |^ +/, '')).filter(line => line.startsWith('list:'))
}

describe('a target in the table', () => {
  it('is planned where the list names it, and no other', () =>
    onNode(async node => {
      const containerdFiles = ['containerd hosts.toml', 'containerd config.toml']
      const toyFiles = ['toy quay.io.toml', 'toy toy.json']
      assert.deepEqual(await planned(node, `${LIST}[targets.toy]\n`), toyFiles)
      assert.deepEqual(await planned(node, `${LIST}[targets.toy]\nconfig = "/etc/buildkit-toy/t.json"\n`), [
        'toy quay.io.toml',
        'toy t.json',
      ])
      assert.deepEqual(await planned(node, `${LIST}[targets.containerd]\n[targets.toy]\n`), [
        ...containerdFiles,
        ...toyFiles,
      ])
      assert.deepEqual(await planned(node, LIST), containerdFiles, 'the first one, where the list names none')
      assert.deepEqual(await planned(node, `${LIST}[targets]\n`), containerdFiles)
    }))

  it('is validated with its own schema and checks, with positions in the list', () =>
    onNode(async node => {
      const problems = (text: string) => refused(node, 'validate', LIST + text)
      assert.deepEqual(await problems('[targets.toy]\nconfig = "/etc/buildkit-toy/x"\n'), [
        'list:5:10: must end in ".json"',
      ])
      assert.deepEqual(await problems('[targets.toy]\nmirrors_dir = "/etc/cron.d"\n'), [
        'list:5:15: belongs to another part of the system',
      ])
      assert.deepEqual(await problems('[targets.toy]\nconfg = "/x.json"\n'), [
        'list:5:1: unknown key "confg"; did you mean "config"?',
      ])
      assert.deepEqual(await problems('[targets.toy]\nconfig = 1\n'), [
        'list:5:10: must be a path, not the number 1',
      ])
      assert.deepEqual(await problems('[targets.toi]\n'), [
        'list:4:10: unknown target "toi"; did you mean "toy"?',
      ])
      assert.deepEqual(await problems('[targets.stone]\n'), [
        'list:4:10: unknown target "stone"; use one of containerd, toy',
      ])
      await node.writeList(`${LIST}[targets.toy]\n`)
      assert.equal((await node.report<ValidateReport>(0, 'validate')).mirrors, 1)
    }))

  it('is refused what it has no setting for', () =>
    onNode(async node => {
      const text = `version = 1
[registries."quay.io"]
server = { url = "https://r.example", skip_verify = true }
mirrors = [
  { url = "https://m.example/v2/p", capabilities = ["pull", "push"], header = { A = "x" } },
]
[registries."ghcr.io"]
fallback = false
mirrors = [{ url = "https://m.example", capabilities = ["resolve", "pull"], skip_verify = true }]
[targets.toy]
`
      const hint = 'change it, or remove this runtime from [targets]'
      const issues = [
        `list:3:1: toy has no setting for server: pulls go without it; ${hint}`,
        `list:3:1: toy has no setting for server.ca: pulls go without it; ${hint}`,
        `list:7:13: toy has no setting for fallback: pulls go without it; ${hint}`,
      ]
      assert.deepEqual(await refused(node, 'plan', text), issues)
      assert.deepEqual(await refused(node, 'apply', text), issues)
      assert.deepEqual(await node.tree(), { 'etc/': undefined })
    }))

  it('is in the schema of a list', () => {
    const { properties } = listSchema(table) as { properties: { targets: { properties: object } } }
    assert.deepEqual(Object.keys(properties.targets.properties), ['containerd', 'toy'])
  })
})
