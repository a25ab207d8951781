/** Extended attributes and ACLs of adopted files: they stay when regmirror edits a file, and come back with its original. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { applyPlan } from '../../lib/apply/apply.ts'
import { readState } from '../../lib/ownership/state.ts'
import { makePlan } from '../../lib/plan/plan.ts'
import { planRestore } from '../../lib/plan/restore.ts'
import { copyAttributesWith } from '../../lib/system/copy-attributes.ts'
import { runProgram } from '../../lib/system/run.ts'
import { openWriter } from '../../lib/system/writer.ts'
import { targets } from '../../lib/targets/index.ts'
import { listOf, mirror, registry } from '../support/lists.ts'
import { withDirectory, writeTree } from '../support/tree.ts'
import { launcher, needRuntime } from './support/runtimes.ts'

const TOOLS = 'attr-trixie'
const CONFIG = 'etc/containerd/config.toml'
const HOSTS = 'etc/containerd/certs.d/quay.io/hosts.toml'

/** acl(5) on disk: version 2, then tag, permissions and id of each entry; user 1000 may read. */
const ENTRIES = [
  '01000600ffffffff',
  '02000400e8030000',
  '04000400ffffffff',
  '10000400ffffffff',
  '20000400ffffffff',
]
const ATTRIBUTES = { 'user.note': '0x6d696e65', 'system.posix_acl_access': `0x02000000${ENTRIES.join('')}` }

const set = (file: string) => {
  for (const [name, value] of Object.entries(ATTRIBUTES))
    execFileSync(launcher(TOOLS, 'setfattr'), ['-n', name, '-v', value, file])
}

const get = (file: string) =>
  Object.fromEntries(
    Object.keys(ATTRIBUTES).map(name => {
      const args = ['--absolute-names', '-e', 'hex', '-n', name, file]
      const text = execFileSync(launcher(TOOLS, 'getfattr'), args, { encoding: 'utf8' })
      return [name, /=(0x[0-9a-f]+)/.exec(text)?.[1]]
    }),
  )

describe('attributes of files', function () {
  this.timeout(60_000)
  before(function () {
    needRuntime(this, TOOLS, false)
  })

  it('stay after an apply, and come back with a restore', () =>
    withDirectory(async root => {
      await writeTree(root, { [CONFIG]: 'version = 2\n', [HOSTS]: '# theirs\n' })
      const files = [CONFIG, HOSTS].map(file => path.join(root, file))
      for (const file of files) set(file)
      const node = openWriter(root, copyAttributesWith(runProgram))
      const occasion = { command: 'apply', now: 0, made: [] } as const
      const list = listOf(registry('quay.io', [mirror('https://m.example')]))
      const view = { node, uid: 0, state: await readState(node), machine: undefined }
      await applyPlan(await makePlan(list, targets, view, { takeOver: false }), node, occasion)
      for (const file of files) assert.deepEqual(get(file), ATTRIBUTES, 'after the apply')
      const ground = { node, uid: 0, targets, machine: undefined, state: await readState(node) }
      await applyPlan(await planRestore(ground, { files: [], overwrite: false }), node, occasion)
      for (const file of files) assert.deepEqual(get(file), ATTRIBUTES, 'after the restore')
    }))
})
