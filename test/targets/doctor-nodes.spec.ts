/**
 * Broken nodes of other runtimes than containerd: `fixtures/doctor-of/<target>/<case>`, as in `fixtures/doctor`. Doctor finds
 * exactly what is wrong, at its line, and nothing after the cure that it names.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { targets } from '../../lib/targets/index.ts'
import type { Target } from '../../lib/targets/target.ts'
import { cureFixture, diagnoseTarget, inShort, readCase, writeTarget } from '../support/fixture-node.ts'
import { ROOT } from '../support/load.ts'
import { takeSnapshot } from '../support/node-snapshot.ts'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'

const NODES = path.join(ROOT, 'fixtures/doctor-of')

/** Rules without a broken node, because they are about a process of this machine. */
const WITHOUT_NODE = ['buildkitd_restart_pending', 'registries_yaml_not_loaded']

const names = readdirSync(NODES).filter(name => Object.hasOwn(targets, name)) as (keyof typeof targets)[]

for (const name of names)
  describe(`broken nodes of ${name}`, () => {
    const cases = readdirSync(path.join(NODES, name)).sort()
    const caseOf = (nth: string) => readCase(path.join(NODES, name, nth))
    const DAY = Date.parse('2026-01-02')

    for (const nth of cases) {
      const [folder, one] = [path.join(NODES, name, nth), caseOf(nth)]
      it(`${nth}: ${one.findings?.join(', ')}`, () =>
        withDirectory(async root => {
          await writeTarget(folder, root, one)
          const findings = await diagnoseTarget(name, root, one.version, DAY)
          assert.deepEqual(findings.map(inShort), one.findings)
          assert.ok(findings.every(({ fixable }) => fixable === (one.fixable ?? false)))
          await cureFixture(folder, root, one)
          const left = await diagnoseTarget(name, root, one.version, DAY)
          assert.deepEqual(left.map(inShort), [])
        }))

      if (!one.fixable) continue
      it(`${nth}: --fix corrects it, and restore puts it back`, () =>
        withDirectory(async home => {
          const [root, list] = [path.join(home, 'node'), path.join(home, 'mirrors.toml')]
          await fs.mkdir(root)
          await writeTarget(folder, root, one)
          const before = await takeSnapshot(root)
          await fs.writeFile(list, `version = 1\n[registries."never.example"]\n[targets.${name}]\n`)
          const { code, stderr } = await run(['doctor', '--root', root, '-f', list, '--fix'])
          assert.equal(code, 0, stderr)
          assert.deepEqual((await diagnoseTarget(name, root, one.version, DAY)).map(inShort), [])
          assert.equal((await run(['restore', '--root', root])).code, 0)
          assert.deepEqual(await takeSnapshot(root), before)
        }))
    }

    it('have each rule, which cites the runtime', async () => {
      const target: Target = await targets[name].load()
      const { rules } = await target.doctor()
      const found = cases.flatMap(nth => caseOf(nth).findings ?? []).map(text => text.split(' ')[1])
      const codes = rules.map(({ code }) => code)
      assert.deepEqual(
        codes.filter(code => !found.includes(code) && !WITHOUT_NODE.includes(code)),
        [],
      )
      for (const code of codes) {
        const file = path.join(ROOT, `lib/targets/${name}/doctor/rules/${code.replaceAll('_', '-')}.ts`)
        assert.ok(existsSync(file), file)
        assert.match(readFileSync(file, 'utf8'), /@(?:v\d|[0-9a-f]{8})/, file)
      }
    })
  })
