/** The table of runtimes: what of it a command loads. */
import assert from 'node:assert/strict'
import type { PlannedReport } from '../../lib/model/report.ts'
import { targets } from '../../lib/targets/index.ts'
import type { TargetTable } from '../../lib/targets/target.ts'
import { knownTarget } from '../support/known-target.ts'
import { LIST, onToyNode, type ToyNode } from './made-up/on-node.ts'
import { toy } from './made-up/toy.ts'

/** A runtime that notes its name where it is loaded. */
function noting(name: string, loaded: string[]): TargetTable[string] {
  const known = knownTarget({ ...toy, title: name })
  return {
    ...known,
    load: () => {
      loaded.push(name)
      return known.load()
    },
  }
}

/** Which of toy and other a command loads; both are in the table. */
async function onNode(use: (node: ToyNode, loaded: string[]) => Promise<void>): Promise<void> {
  const loaded: string[] = []
  const targets = { toy: noting('toy', loaded), other: noting('other', loaded) }
  await onToyNode({ 'etc/': undefined }, node => use(node, loaded), { targets })
}

const OTHER = LIST.replace(
  '[targets.toy]',
  '[targets.other]\nconfig = "/etc/buildkit-toy/other.json"\nmirrors_dir = "/etc/buildkit-toy/other"',
)

describe('the table of runtimes', () => {
  it('has of each what the runtime itself has', async () => {
    for (const { load, ...about } of Object.values(targets)) {
      const { title, settings, detect, rootless } = await load()
      assert.deepEqual(about, { title, settings, detect, ...(rootless && { rootless }) })
    }
  })

  it('loads what the list names', () =>
    onNode(async (node, loaded) => {
      for (const verb of ['plan', 'apply', 'explain']) {
        loaded.length = 0
        await node.run(verb, ...(verb === 'explain' ? ['busybox'] : []))
        assert.deepEqual([...new Set(loaded)], ['toy'], verb)
      }
    }))

  it('also loads what has files on the node', () =>
    onNode(async (node, loaded) => {
      await node.apply()
      await node.writeList(OTHER)
      loaded.length = 0
      const { changes } = await node.report<PlannedReport>(0, 'plan')
      assert.deepEqual([...new Set(loaded)].sort(), ['other', 'toy'])
      assert.ok(changes.some(({ target, action }) => target === 'toy' && action === 'delete'))
      await node.apply()
      loaded.length = 0
      assert.equal((await node.run('restore')).code, 0)
      assert.deepEqual([...new Set(loaded)], ['other'])
    }))
})
