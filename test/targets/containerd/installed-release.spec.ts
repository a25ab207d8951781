import assert from 'node:assert/strict'
import { readState } from '../../../lib/ownership/state.ts'
import { readBootClock } from '../../../lib/system/boot-clock.ts'
import type { ProgramResult } from '../../../lib/system/run.ts'
import { openProcesses } from '../../../lib/system/trusted-processes.ts'
import { openWriter } from '../../../lib/system/writer.ts'
import { containerd } from '../../../lib/targets/containerd/containerd.ts'
import { mirror, PLACE, registry } from '../../support/lists.ts'
import { withDirectory, writeTree } from '../../support/tree.ts'

const VERSION = 'containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+b1\n'

/** The plan for a node with these files, where `containerd --version` has this outcome. */
async function planOn(
  tree: Record<string, string>,
  version: string | undefined,
  outcome: Partial<ProgramResult>,
) {
  const registries = [registry('docker.io', [mirror('https://mirror.test')])]
  const settings = containerd.settings.resolve(version === undefined ? {} : { version }, PLACE)
  return await withDirectory(async root => {
    await writeTree(root, tree)
    const node = openWriter(root)
    const run = async () => ({ code: 0, stdout: '', stderr: '', ...outcome })
    const machine = {
      files: node,
      run,
      processes: openProcesses(0, 'self'),
      now: Date.now,
      bootClock: readBootClock,
    }
    const view = { node, uid: 0, state: await readState(node), machine }
    const now = await containerd.observe(view, registries, settings)
    return { now, rendering: containerd.render(registries, now, { takeOver: false }) }
  })
}

describe('the release of the containerd of a node', () => {
  it('is unknown when containerd --version does not end', async () => {
    const { rendering } = await planOn({}, undefined, { code: null, stdout: VERSION })
    const found = rendering.notices.find(({ code }) => code === 'version_unknown')
    assert.match(
      found?.message ?? '',
      /^containerd --version does not end within 10 s; the containerd version is unknown/,
    )
  })

  it('is unknown when containerd --version fails', async () => {
    const { rendering } = await planOn({}, undefined, { code: 1 })
    const found = rendering.notices.find(({ code }) => code === 'version_unknown')
    assert.match(found?.message ?? '', /^the containerd version is unknown/)
  })

  const imports = {
    '/etc/containerd/config.toml': 'version = 2\nimports = ["conf.d/*.toml"]\n',
    '/etc/containerd/conf.d/a.toml': 'version = 2\n',
  }
  const cases: [version: string, read: number, isDoubtful: boolean][] = [
    ['1.6', 1, false],
    ['1.6.33', 2, false],
    ['1.7', 2, true],
  ]
  for (const [version, read, isDoubtful] of cases) {
    it(`reads the imports of ${version} beside an installed 1.6.20`, async () => {
      const { now } = await planOn(imports, version, { stdout: VERSION })
      assert.equal(now.files.length, read)
      assert.equal(now.older !== undefined, isDoubtful)
    })
  }
})
