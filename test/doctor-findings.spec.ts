/** Broken nodes: doctor finds exactly what is wrong, at its line, and nothing after the cure that it names. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { DoctorReport } from '../lib/model/report.ts'
import { cureFixture, diagnoseRoot, inShort, readCase, writeFixture } from './support/fixture-node.ts'
import { ROOT } from './support/load.ts'
import { takeSnapshot } from './support/node-snapshot.ts'
import { run } from './support/run.ts'
import { withDirectory } from './support/tree.ts'

const NODES = path.join(ROOT, 'fixtures/doctor')

const listFor = (version = '2.1') =>
  `version = 1\n[registries."never.example"]\n[targets.containerd]\nversion = "${version}"\n`

describe('broken nodes', () => {
  const names = readdirSync(NODES).sort()

  for (const name of names) {
    const folder = path.join(NODES, name)
    const one = readCase(folder)

    it(`${name}: ${one.findings?.join(', ')}`, () =>
      withDirectory(async root => {
        await writeFixture(folder, root, one)
        const day = Date.parse(one.day ?? '2026-01-02')
        const findings = await diagnoseRoot(root, one.version, day, one)
        assert.deepEqual(findings.map(inShort), one.findings)
        assert.equal(
          findings.every(({ fixable }) => fixable),
          one.fixable ?? false,
        )
        await cureFixture(folder, root, one)
        const left = await diagnoseRoot(root, one.cure?.version ?? one.version, day, one)
        assert.deepEqual(left.map(inShort), [])
      }))

    if (!one.fixable) continue
    it(`${name}: --fix corrects it, and restore puts it back`, () =>
      withDirectory(async home => {
        const root = path.join(home, 'node')
        await writeFixture(folder, root, one)
        const before = await takeSnapshot(root)
        const list = path.join(home, 'mirrors.toml')
        await fs.writeFile(list, listFor(one.version))
        const { stdout } = await run(['doctor', '--root', root, '-f', list, '--format', 'json', '--fix'])
        const { findings } = JSON.parse(stdout) as DoctorReport
        // The list is there for its version alone.
        const left = findings.filter(({ code }) => code !== 'list_differs')
        assert.deepEqual(left.map(inShort), [])
        assert.equal((await run(['restore', '--root', root])).code, 0)
        assert.deepEqual(await takeSnapshot(root), before)
      }))
  }
})
