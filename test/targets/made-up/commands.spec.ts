/** A runtime that does not exist: its files are planned, applied, repaired and put back like those of any other. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { AppliedReport, PlannedReport, RestoredReport } from '../../../lib/model/report.ts'
import { isFullTest } from '../../support/check-property.ts'
import { knownTarget } from '../../support/known-target.ts'
import type { Tree } from '../../support/tree.ts'
import {
  AFTER,
  APPLIED,
  BEFORE,
  CONFIG,
  LIST,
  mirrorsFile,
  mirrorsText,
  onToyNode,
  type ToyNode,
} from './on-node.ts'
import { table, toy } from './toy.ts'

const BARE: Tree = { 'etc/': undefined }
const DIRTY: Tree = { [CONFIG]: BEFORE, [mirrorsFile('quay.io')]: 'mirrors = [] # by hand\n' }
const RELOAD = {
  target: 'toy',
  command: 'systemctl reload toy',
  why: 'only if it already runs from this tree',
}

/** What each change of a report is about. */
const changesOf = ({ changes }: Pick<PlannedReport, 'changes'>) =>
  changes.map(({ action, path: file, effect, cause }) =>
    [action, path.basename(file), effect, cause].filter(Boolean).join(' '),
  )
const noticesOf = ({ notices }: Pick<PlannedReport, 'notices'>) =>
  notices.map(({ code, file = '', message }) => `${code} ${path.basename(file)}: ${message}`)

describe('a made-up runtime', () => {
  it('is planned: what changes, when it takes effect, and what to reload', () =>
    onToyNode(DIRTY, async ({ run, report, tree }) => {
      const plan = await report<PlannedReport>(0, 'plan')
      assert.deepEqual(changesOf(plan), [
        'update quay.io.toml immediate',
        'create ghcr.io.toml immediate',
        'update toy.json reload',
      ])
      assert.deepEqual([plan.reload, plan.restart], [[RELOAD], []])
      const { stdout } = await run('plan')
      assert.match(stdout, /toy\.json\n {2}takes effect after a reload; names the hosts of the mirrors/)
      assert.match(stdout, /^reload toy: systemctl reload toy/m)
      assert.deepEqual(await tree(), DIRTY)
    }))

  it('is applied: every other byte of the JSON file stays, and a second plan changes nothing', () =>
    onToyNode(DIRTY, async ({ report, tree }) => {
      const applied = await report<AppliedReport>(0, 'apply')
      assert.deepEqual(applied.reload, [RELOAD])
      assert.deepEqual(await tree(), APPLIED)
      const plan = await report<PlannedReport>(0, 'plan', '--check')
      assert.deepEqual([plan.changed, plan.unchanged, plan.reload], [false, 3, []])
    }))

  it('has what was changed outside regmirror named and repaired, and nothing else', () =>
    onToyNode({ [CONFIG]: BEFORE }, async ({ apply, report, write, tree }) => {
      await apply()
      await write(CONFIG, AFTER.replace('"debug" : true', '"debug" : false'))
      assert.equal((await report<PlannedReport>(0, 'plan')).changed, false)

      const other = AFTER.replace('"debug" : true', '"debug" : false')
      await write(CONFIG, other.replace('"a.example", ', ''))
      await write(mirrorsFile('ghcr.io'), 'mirrors = []\n')
      const plan = await report<PlannedReport>(1, 'plan', '--check')
      assert.deepEqual(changesOf(plan), [
        'update ghcr.io.toml immediate drift',
        'update toy.json reload drift',
      ])
      assert.match(noticesOf(plan).join('\n'), /^drifted ghcr\.io\.toml: was changed outside regmirror/m)
      assert.match(noticesOf(plan).join('\n'), /^drifted toy\.json: its mirror-hosts was changed outside/m)
      await apply()
      assert.deepEqual(await tree(), { ...APPLIED, [CONFIG]: other })
    }))

  it('loses the file of a registry that leaves the list, or gets its original back', () =>
    onToyNode(DIRTY, async ({ apply, tree }) => {
      await apply()
      const one = LIST.split('\n').filter(line => !/ghcr/.test(line))
      await apply([...one.slice(0, 3), ...one.slice(4)].join('\n'))
      const { [mirrorsFile('ghcr.io')]: _, ...rest } = APPLIED
      assert.deepEqual(await tree(), rest)
      await apply('version = 1\n[registries."ghcr.io"]\nmirrors = ["https://a.example"]\n[targets.toy]\n')
      assert.deepEqual(await tree(), {
        ...DIRTY,
        [mirrorsFile('ghcr.io')]: mirrorsText('a.example'),
        [CONFIG]: AFTER.replace('"a.example", "b.example"', '"a.example"').replace(
          /\[\r\n\t\t\t.*\r\n\t\t\]/,
          '[]',
        ),
      })
    }))

  it('has both arrays withdrawn when it leaves the list', () =>
    onToyNode(DIRTY, async ({ apply, report, write, tree }) => {
      await apply()
      await write(CONFIG, AFTER.replace('"debug" : true', '"debug" : false'))
      const plan = await report<PlannedReport>(0, 'plan', '--target', 'containerd')
      assert.equal(
        plan.changes.some(({ target }) => target === 'toy'),
        false,
      )
      await apply(LIST.replace('[targets.toy]', '[targets.containerd]'))
      const { [CONFIG]: config, [mirrorsFile('quay.io')]: quay, ...rest } = await tree()
      assert.equal(config, BEFORE.replace('"debug" : true', '"debug" : false'))
      assert.equal(quay, DIRTY[mirrorsFile('quay.io')])
      assert.ok(Object.keys(rest).every(file => file.startsWith('etc/containerd/')))
    }))

  it('is selected with --target beside another one', () =>
    onToyNode(BARE, async ({ run, report, writeList, tree }) => {
      await writeList(`${LIST}[targets.containerd]\n`)
      const plan = await report<PlannedReport>(0, 'plan')
      assert.deepEqual([...new Set(plan.changes.map(({ target }) => target))].sort(), ['containerd', 'toy'])
      assert.equal((await run('apply', '--target', 'toy')).code, 0)
      assert.deepEqual(Object.keys(await tree()), Object.keys(APPLIED))
      const { stderr } = await run('plan', '--target', 'toi')
      assert.match(stderr, /--target toi is unknown; use containerd or toy/)
    }))

  it('is restored byte for byte', async () => {
    for (const before of [BARE, DIRTY])
      await onToyNode(before, async ({ apply, report, tree }) => {
        await apply()
        const restored = await report<RestoredReport>(0, 'restore')
        assert.deepEqual(restored.reload, [RELOAD])
        assert.deepEqual(await tree(), before)
      })
  })

  it('is refused where its JSON file has comments', () =>
    onToyNode({ [CONFIG]: '{ // why\n}\n' }, async ({ run, tree }) => {
      const { code, stderr } = await run('apply')
      assert.equal(code, 2)
      assert.match(stderr, /\/etc\/buildkit-toy\/toy\.json: is not an object in JSON; correct it/)
      assert.deepEqual(await tree(), { [CONFIG]: '{ // why\n}\n' })
    }))

  it('cannot share a path with another runtime', () =>
    onToyNode(
      BARE,
      async ({ run, writeList }) => {
        await writeList(`${LIST}[targets.twin]\nmirrors_dir = "/etc/buildkit-toy/twin"\n`)
        const { code, stderr } = await run('plan')
        assert.equal(code, 2)
        assert.match(
          stderr,
          /toy\.json: would be written for toy and for twin; change config or mirrors_dir in /,
        )
        assert.match(stderr, /\[targets\.toy\], or config or mirrors_dir in \[targets\.twin\]/)
      },
      { targets: { ...table, twin: knownTarget({ ...toy, title: 'twin' }) } },
    ))

  it('is finished by the next run where a run was killed', () => {
    // A run that is killed before its journal forgets which directories it has made for that.
    const before = { ...DIRTY, 'var/lib/': undefined }
    return onToyNode(before, async node => {
      for (let nth = 1; killed(node, nth); nth += isFullTest ? 1 : 4) {
        await node.apply()
        assert.deepEqual(await node.tree(), APPLIED, `killed before rename ${nth}`)
        assert.equal((await node.run('restore')).code, 0)
        assert.deepEqual(await node.tree(), before, `killed before rename ${nth}`)
      }
      assert.deepEqual(await node.tree(), APPLIED)
    })
  })
})

/** Kills an apply before the nth rename; false: it has done all of them. */
function killed({ args }: ToyNode, nth: number): boolean {
  const preload = path.join(import.meta.dirname, '../../support/kill-before-call.cjs')
  const env = { ...process.env, NODE_OPTIONS: `--require ${preload}`, REGMIRROR_TEST_KILL: `rename ${nth}` }
  const command = [path.join(import.meta.dirname, 'cli.ts'), ...args('apply')]
  const { status, signal, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' })
  assert.ok(signal === 'SIGKILL' || (status === 0 && nth > 3), stderr)
  return signal === 'SIGKILL'
}
