/** Commands that only read, run by another user than root on a node whose state only root can read. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Change, Notice } from '../lib/model/report.ts'
import { CONFIG, hostsFile, type TestNode, withNode } from './support/node.ts'
import { spawnCli } from './support/process.ts'
import type { Ran } from './support/run.ts'

const listFor = (name: string) =>
  `version = 1\n[registries."${name}"]\nmirrors = ["http://127.0.0.1:1"]\nfallback = false\n`
const AS_USER = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--']

const asUser = (args: readonly string[]) => spawnCli(args, process.env, AS_USER)

/** What that user gets from each command; after an apply by root, the list names another registry. */
async function runAll({ args, at, list, run, writeList }: TestNode) {
  assert.equal((await run('apply')).code, 0)
  assert.equal((await fs.stat(at('var/lib/regmirror'))).mode & 0o777, 0o700)
  await writeList(listFor('ghcr.io'))
  await fs.chmod(path.dirname(list), 0o755)
  await fs.chmod(list, 0o644)
  const [validate, probe, plan, ...refused] = await Promise.all(
    [
      args('validate'),
      args('probe', '--format', 'json'),
      args('plan', '--format', 'json'),
      args('plan', '--check'),
      args('apply'),
      args('restore', '--check'),
    ].map(asUser),
  )
  assert.ok(validate && probe && plan)
  return { validate, probe, plan, refused }
}

describe('another user than root, on a node with the state of regmirror', () => {
  let got: Awaited<ReturnType<typeof runAll>>
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    got = await withNode({ [CONFIG]: 'version = 2\n' }, runAll, listFor('quay.io'), { uid: 0 })
  })

  it('validates and probes, which requires no state', () => {
    assert.deepEqual([got.validate.code, got.validate.stderr], [0, ''])
    assert.equal(got.probe.code, 1, got.probe.stderr)
    assert.equal(JSON.parse(got.probe.stdout).probes.length, 1)
  })

  it('plans by the files, with a notice about what the plan may miss', () => {
    const { code, stdout, stderr } = got.plan
    assert.equal(code, 0, stderr)
    const { changes, notices } = JSON.parse(stdout)
    assert.deepEqual(
      changes.map(({ action, path: file }: Change) => `${action} ${file}`),
      [`create /${hostsFile('ghcr.io')}`, `delete /${hostsFile('quay.io')}`],
    )
    const unreadable = notices.find((notice: Notice) => notice.code === 'state_unreadable')
    assert.match(unreadable?.message ?? '', /cannot read the state .* may be wrong about .* as root$/)
  })

  it('gets an error where the state decides: plan --check, apply and restore', () => {
    assert.deepEqual(
      got.refused.map(({ code }: Ran) => code),
      [2, 2, 2],
    )
    for (const { stderr } of got.refused)
      assert.match(stderr, /var\/lib\/regmirror: cannot list it: permission denied; run regmirror as root/)
  })
})
