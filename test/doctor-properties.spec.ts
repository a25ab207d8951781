/** For any node, doctor ends with a diagnosis and touches nothing; what --fix changes, restore puts back. */
import assert from 'node:assert/strict'
import type { DoctorReport } from '../lib/model/report.ts'
import { type Case, cases } from './support/arbitrary/cases.ts'
import { checkProperty } from './support/check-property.ts'
import { command, formatCase, withHome } from './support/home.ts'
import { readTouches, takeSnapshot } from './support/node-snapshot.ts'
import { run } from './support/run.ts'

const seen = { found: 0, fixed: 0 }

async function assertDiagnosed(of: Case): Promise<void> {
  await withHome(of, async home => {
    const { root, before, flags } = home
    const touched = await readTouches(root)
    // --take-over is for commands that write the list.
    const bare = { ...home, flags: flags.filter(flag => flag !== '--take-over') }
    for (const ran of [await run(['doctor', '--root', root]), await command(bare, 'doctor', of.first)])
      assert.notEqual(ran.code, 2, ran.stderr)
    assert.deepEqual(await readTouches(root), touched, 'doctor touches nothing')
    const fixed = await command(bare, 'doctor', of.first, '--fix', '--format', 'json')
    assert.notEqual(fixed.code, 2, fixed.stdout)
    const { findings, fix }: DoctorReport = JSON.parse(fixed.stdout)
    if (findings.length > 0) seen.found += 1
    if (fix?.changed) seen.fixed += 1
    assert.deepEqual(
      findings.filter(({ fixable }) => fixable),
      [],
    )
    const restored = await run(['restore', '--root', root])
    assert.equal(restored.code, 0, restored.stderr)
    assert.deepEqual(await takeSnapshot(root), before)
  })
}

describe('doctor on any node', function () {
  this.timeout(0)

  it('ends with a diagnosis, touches nothing, and its corrections can be undone', async () => {
    await checkProperty(cases, 200, assertDiagnosed, formatCase)
    assert.ok(Math.min(...Object.values(seen)) > 0, JSON.stringify(seen))
  })
})
