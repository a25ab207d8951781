/** Broken nodes: doctor finds exactly what is wrong, at its line, and nothing after the cure that it names. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { cureFixture, diagnoseRoot, inShort, readCase, writeFixture } from './support/fixture-node.ts'
import { ROOT } from './support/load.ts'
import { withDirectory } from './support/tree.ts'

const NODES = path.join(ROOT, 'fixtures/doctor')

describe('broken nodes', () => {
  const names = readdirSync(NODES).sort()

  for (const name of names) {
    const folder = path.join(NODES, name)
    const one = readCase(folder)

    it(`${name}: ${one.findings?.join(', ')}`, () =>
      withDirectory(async root => {
        await writeFixture(folder, root, one)
        assert.deepEqual((await diagnoseRoot(root, one.version)).map(inShort), one.findings)
        await cureFixture(folder, root, one)
        const left = await diagnoseRoot(root, one.cure?.version ?? one.version)
        assert.deepEqual(left.map(inShort), [])
      }))
  }
})
