/** Nodes as people and installers set them up, on which doctor must raise no false alarm. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { diagnoseRoot, inShort, readCase, writeFixture } from './support/fixture-node.ts'
import { ROOT } from './support/load.ts'
import { run } from './support/run.ts'
import { withDirectory } from './support/tree.ts'

const NODES = path.join(ROOT, 'fixtures/plausible')

describe('plausible nodes', () => {
  const names = readdirSync(NODES).sort()

  it('are at least 30', () => assert.ok(names.length >= 30))

  for (const name of names) {
    const folder = path.join(NODES, name)
    const one = readCase(folder)

    it(`${name}: no error and no warning`, () =>
      withDirectory(async home => {
        const root = path.join(home, 'node')
        await writeFixture(folder, root, one)
        if (one.mirrors !== undefined) await applyList(root, path.join(home, 'mirrors.toml'), one.mirrors)
        const findings = await diagnoseRoot(root, one.version)
        const unknown = await diagnoseRoot(root, undefined)
        assert.deepEqual(unknown.filter(({ severity }) => severity === 'error').map(inShort), [])
        const alarms = findings.filter(({ severity }) => severity !== 'note')
        assert.deepEqual(alarms.map(inShort), [])
        const notes = [...new Set(findings.map(({ code }) => code))].sort()
        assert.deepEqual(notes, [...(one.notes ?? [])].sort())
      }))
  }
})

async function applyList(root: string, file: string, text: string): Promise<void> {
  await fs.writeFile(file, text, { mode: 0o600 })
  const { code, stderr } = await run(['apply', '--root', root, '-f', file])
  assert.equal(code, 0, stderr)
}
