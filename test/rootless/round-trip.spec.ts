/** A user without root configures their own runtimes: apply, plan and restore, as that user. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import type { PlannedReport } from '../../lib/model/report.ts'
import { type Account, withAccount } from '../support/account.ts'
import type { Tree } from '../support/tree.ts'
import { AFTER, BEFORE, LIST, mirrorsText } from '../targets/made-up/on-node.ts'

const CONFIG = '.config/buildkit-toy/toy.json'
const mirrorsFile = (registry: string) => `.config/buildkit-toy/mirrors/${registry}.toml`
const OWN_LIST = '.config/regmirror/mirrors.toml'

const DIRTY: Tree = {
  [CONFIG]: BEFORE,
  [mirrorsFile('quay.io')]: 'mirrors = [] # by hand\n',
  '.bashrc': '#\n',
}
const APPLIED: Tree = {
  ...DIRTY,
  [mirrorsFile('ghcr.io')]: mirrorsText('a.example'),
  [mirrorsFile('quay.io')]: mirrorsText('a.example', 'b.example'),
  [CONFIG]: AFTER,
}

async function succeed({ run }: Account, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args)
  assert.equal(code, 0, stdout + stderr)
  return stdout
}

describe('a user without root', () => {
  it('plans, applies and restores the files of their own runtimes, by their own list', () =>
    withAccount(async account => {
      await account.write({ ...DIRTY, [OWN_LIST]: LIST })
      const plan: PlannedReport = JSON.parse(await succeed(account, 'plan', '--format', 'json'))
      assert.deepEqual(
        plan.changes.map(({ path }) => path).sort(),
        [CONFIG, mirrorsFile('ghcr.io'), mirrorsFile('quay.io')].sort().map(account.at),
      )
      assert.deepEqual(
        plan.notices.filter(({ code }) => code === 'state_unreadable'),
        [],
      )
      assert.deepEqual(await account.tree(), DIRTY)
      await succeed(account, 'apply', '--no-probe')
      assert.deepEqual(await account.tree(), APPLIED)
      assert.match(await succeed(account, 'plan', '--check'), /^nothing to do: 3 files unchanged/)
      await succeed(account, 'restore')
      assert.deepEqual(await account.tree(), DIRTY)
      await assert.rejects(fs.stat(account.at('.local')), /ENOENT/)
    }))
})
