/** Several values in one file of another program, by the rules of a runtime that does not exist. */

import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { applyPlan } from '../lib/apply/apply.ts'
import { readState, type State } from '../lib/ownership/state.ts'
import { buildPlanReport } from '../lib/plan/build-report.ts'
import type { MayActivate } from '../lib/plan/cleared-values.ts'
import { makePlan, type Plan } from '../lib/plan/plan.ts'
import { planRestore } from '../lib/plan/restore.ts'
import { detectTerminalStyle } from '../lib/reporters/terminal.ts'
import { textReport } from '../lib/reporters/text.ts'
import { openWriter } from '../lib/system/writer.ts'
import type { DesiredFile, Target } from '../lib/targets/target.ts'
import { tableOf } from './support/known-target.ts'
import { listOf } from './support/lists.ts'
import { readTree, type Tree, withDirectory, writeTree } from './support/tree.ts'
import { CONFIG, fixedTarget, NEW, wholeFile } from './targets/made-up/fixed-target.ts'

const FILE = CONFIG.slice(1)
const MIRRORS = { path: ['mirrors'], value: ['https://a.example', 'https://b.example'] }
const INSECURE = { path: ['tls', 'insecure'], value: ['a.example:5000'] }
const BEFORE = 'level = "info" # by hand\nmirrors = ["https://old.example"]\n'
const AFTER = `level = "info" # by hand\nmirrors = ["https://a.example", "https://b.example"]\n\n[tls]\n  insecure = ["a.example:5000"]\n`

const PLACE = { file: 'list', line: 1, column: 1 }

/** A list that names these targets. */
const listNaming = (...names: readonly string[]) => ({
  ...listOf(),
  targets: Object.fromEntries(names.map(name => [name, { written: {}, place: PLACE }])),
})

interface Node {
  plan(targets: Readonly<Record<string, Target>>, ...named: readonly string[]): Promise<Plan>
  apply(targets: Readonly<Record<string, Target>>, ...named: readonly string[]): Promise<Plan>
  /** The same for a command that may reload or restart daemons. */
  planWith(
    may: MayActivate,
    targets: Readonly<Record<string, Target>>,
    ...named: readonly string[]
  ): Promise<Plan>
  restore(targets: Readonly<Record<string, Target>>, overwrite?: boolean): Promise<Plan>
  state(): Promise<State>
  write(file: string, text: string): Promise<void>
  tree(): Promise<Tree>
}

const onNode = (before: Tree, use: (node: Node) => Promise<void>) =>
  withDirectory(async root => {
    await writeTree(root, before)
    const node = openWriter(root)
    const uid = process.geteuid?.() ?? 0
    const occasion = { now: Date.UTC(2026, 0, 1), made: [] }
    const planWith: Node['planWith'] = async (may, targets, ...named) => {
      const view = { node, uid, state: await readState(node), machine: undefined }
      return await makePlan(listNaming(...named), tableOf(targets), view, { takeOver: false, ...may })
    }
    const plan: Node['plan'] = async (targets, ...named) => await planWith({}, targets, ...named)
    await use({
      plan,
      planWith,
      state: () => readState(node),
      apply: async (targets, ...named) => {
        const made = await plan(targets, ...named)
        await applyPlan(made, node, { command: 'apply', ...occasion })
        return made
      },
      restore: async (targets, overwrite = false) => {
        const input = {
          node,
          uid,
          targets: tableOf(targets),
          machine: undefined,
          state: await readState(node),
        }
        const made = await planRestore(input, { files: [], overwrite })
        await applyPlan(made, node, { command: 'restore', ...occasion })
        return made
      },
      write: (file, text) => fs.writeFile(path.join(root, file), text),
      tree: () => readTree(root, file => file.startsWith('/var/lib/regmirror')),
    })
  })

const tool = { tool: fixedTarget('tool', { values: [MIRRORS, INSECURE] }) }
const codes = ({ notices }: Plan) => notices.map(({ code }) => code)
const causes = (plan: Plan) => buildPlanReport('apply', plan).changes.map(({ cause }) => cause)

describe('several values in one file', () => {
  it('are set, and every other byte stays', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan, tree }) => {
      await apply(tool, 'tool')
      assert.deepEqual(await tree(), { [FILE]: AFTER })
      assert.deepEqual((await plan(tool, 'tool')).steps, [])
    }))

  it('are all put back byte for byte', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, restore, tree }) => {
      await apply(tool, 'tool')
      await restore(tool)
      assert.deepEqual(await tree(), { [FILE]: BEFORE })
    }))

  it('go with a file that regmirror created', () =>
    onNode({ 'etc/': undefined }, async ({ apply, restore, tree }) => {
      await apply(tool, 'tool')
      assert.match((await tree())[FILE] ?? '', new RegExp(`^${NEW}`))
      await restore(tool)
      assert.deepEqual(await tree(), { 'etc/': undefined })
    }))

  it('are withdrawn alone where the rest of the file has changed since', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, restore, write, tree }) => {
      await apply(tool, 'tool')
      await write(FILE, `# new\n${AFTER}`)
      const plan = await restore(tool)
      assert.deepEqual(codes(plan), [])
      assert.deepEqual(await tree(), { [FILE]: `# new\n${BEFORE}` })
    }))

  it('stay where they were changed outside regmirror, each by itself', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, restore, write, tree }) => {
      await apply(tool, 'tool')
      await write(FILE, AFTER.replace('https://b.example', 'https://c.example'))
      const plan = await restore(tool)
      assert.deepEqual(
        plan.notices.map(({ code, message }) => `${code}: ${message}`),
        ['not_restored: mirrors was changed outside regmirror; regmirror keeps the change'],
      )
      const changed = BEFORE.replace('["https://old.example"]', '["https://a.example", "https://c.example"]')
      assert.deepEqual(await tree(), { [FILE]: changed })
    }))

  it('are put back with --overwrite, changed or not', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, restore, write, tree }) => {
      await apply(tool, 'tool')
      await write(FILE, AFTER.replace('https://b.example', 'https://c.example'))
      await restore(tool, true)
      assert.deepEqual(await tree(), { [FILE]: BEFORE })
    }))

  it('drift one by one, and other values of the file never', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan, write }) => {
      await apply(tool, 'tool')
      await write(FILE, AFTER.replace('"info"', '"debug"'))
      assert.deepEqual((await plan(tool, 'tool')).steps, [])
      await write(FILE, AFTER.replace('a.example:5000', 'x.example'))
      const drifted = await plan(tool, 'tool')
      assert.deepEqual([codes(drifted), causes(drifted)], [['drifted'], ['drift']])
      assert.match(drifted.notices[0]?.message ?? '', /^its insecure was changed outside regmirror at /)
    }))

  it('that the target no longer renders are withdrawn, the others stay', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan, restore, tree }) => {
      await apply(tool, 'tool')
      const less = { tool: fixedTarget('tool', { values: [INSECURE] }) }
      const made = await apply(less, 'tool')
      assert.deepEqual(causes(made), ['list'])
      assert.deepEqual(await tree(), { [FILE]: AFTER.replace(/\["https:.*\]/, '["https://old.example"]') })
      assert.deepEqual((await plan(less, 'tool')).steps, [])
      await restore(less)
      assert.deepEqual(await tree(), { [FILE]: BEFORE })
    }))

  it('are withdrawn where the target renders no such file any more', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan, write, tree }) => {
      await apply(tool, 'tool')
      await write(FILE, `# new\n${AFTER}`)
      const none = { tool: fixedTarget('tool', {}) }
      await apply(none, 'tool')
      assert.deepEqual(await tree(), { [FILE]: `# new\n${BEFORE}` })
      assert.deepEqual((await plan(none, 'tool')).notices, [])
    }))

  it('behind a byte order mark are set and put back', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, restore, write, tree }) => {
      await write(FILE, `\ufeff${BEFORE}`)
      const before = await tree()
      await apply(tool, 'tool')
      await restore(tool)
      assert.deepEqual(await tree(), before)
    }))
})

describe('a target that the list no longer names', () => {
  const whole = wholeFile('/etc/buildkit-tool/hosts/a.conf', { bundle: '/etc/buildkit-tool/hosts' })
  const both = { tool: fixedTarget('tool', { values: [MIRRORS], files: [whole] }) }

  it('gives its files back, and a reload is needed', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan, tree }) => {
      await apply(both, 'tool')
      assert.ok((await tree())['etc/buildkit-tool/hosts/a.conf'])
      const made = await apply(both)
      assert.deepEqual(
        made.reload.map(({ command }) => command),
        ['reload tool'],
      )
      assert.deepEqual(await tree(), { [FILE]: BEFORE })
      assert.deepEqual((await plan(both)).steps, [])
    }))

  it('stays where --target chooses another one', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, tree }) => {
      await apply(both, 'tool')
      const applied = await tree()
      await apply({ other: fixedTarget('other', {}) })
      assert.deepEqual(await tree(), applied)
    }))

  it('leaves a file to another target that needs it', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan, tree }) => {
      await apply(tool, 'tool')
      const other = fixedTarget('other', { values: [MIRRORS, INSECURE] })
      const made = await apply({ ...tool, other }, 'other')
      assert.deepEqual(made.steps, [])
      assert.deepEqual(await tree(), { [FILE]: AFTER })
      assert.deepEqual((await plan({ ...tool, other }, 'other')).notices, [])
    }))
})

describe('two targets', () => {
  const other = fixedTarget('other', { values: [MIRRORS] })

  it('that need one path are a conflict that names both', () =>
    onNode({ [FILE]: BEFORE }, async ({ plan }) => {
      await assert.rejects(plan({ ...tool, other }, 'tool', 'other'), error => {
        assert.equal(
          (error as Error).message,
          `${CONFIG}: would be written for tool and for other; change tool_dir in [targets.tool], or tool_dir in [targets.other]`,
        )
        return true
      })
    }))

  const [SHARED, OTHER] = ['/etc/buildkit-tool/shared.toml', '/etc/buildkit-tool/shared2.toml']
  const reader = (title: string, path: string, more: Partial<DesiredFile> = {}) =>
    fixedTarget(title, { files: [wholeFile(path, more)] })

  it('that need a file with the same bytes share it, until both have left the list', () =>
    onNode({ 'etc/buildkit-tool/': undefined }, async ({ apply, plan, restore, tree }) => {
      const both = { a: reader('a', SHARED, { effect: 'restart' }), b: reader('b', SHARED) }
      const { steps } = await apply(both, 'a', 'b')
      assert.deepEqual(
        steps.map(({ target, effect }) => [target, effect]),
        [['a', 'immediate']],
      )
      assert.deepEqual((await plan(both, 'a', 'b')).steps, [])
      const written = await tree()
      assert.deepEqual((await apply(both, 'b')).steps, [])
      const moved = { ...both, b: reader('b', OTHER) }
      assert.deepEqual(
        (await plan(moved, 'b')).steps.map(({ action, path }) => `${action} ${path}`),
        [`create ${OTHER}`, `delete ${SHARED}`],
      )
      assert.deepEqual(await tree(), written)
      await restore(both)
      assert.deepEqual(await tree(), { 'etc/buildkit-tool/': undefined })
    }))

  it('that need a file with other bytes, or one of them as a secret, are a conflict', () =>
    onNode({}, async ({ plan }) => {
      for (const more of [{ content: '# other\n' }, { secret: true }]) {
        const both = { a: reader('a', SHARED), b: reader('b', SHARED, more) }
        await assert.rejects(plan(both, 'a', 'b'), /shared\.toml: would be written for a and for b/)
      }
    }))

  it('of which one needs a file that the other needs no more: it is written', () =>
    onNode({}, async ({ plan }) => {
      for (const contents of [
        [undefined, '# text\n'],
        ['# text\n', undefined],
      ]) {
        const [a, b] = contents.map((content, i) => reader(`${i}`, SHARED, { content }))
        const { steps } = await plan({ a, b } as Parameters<typeof plan>[0], 'a', 'b')
        assert.deepEqual(
          steps.map(({ action, path }) => `${action} ${path}`),
          [`create ${SHARED}`],
        )
      }
    }))
})

describe('what takes effect after a reload', () => {
  const needs = (plan: Plan) => {
    const { reload, restart } = buildPlanReport('plan', plan)
    return [...reload, ...restart].map(({ command }) => command)
  }
  const restarting = wholeFile('/etc/buildkit-tool/start.conf', { effect: 'restart' })

  it('needs a reload once, when it changes', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan }) => {
      assert.deepEqual(needs(await apply(tool, 'tool')), ['reload tool'])
      assert.deepEqual(needs(await plan(tool, 'tool')), [])
    }))

  it('is reported as text', () =>
    onNode({ [FILE]: BEFORE }, async ({ plan }) => {
      const report = { ...buildPlanReport('plan', await plan(tool, 'tool')), max_probes_per_hour: 1 }
      const page = detectTerminalStyle({ write: () => {} }, {})
      const { stdout } = textReport(report, { stdout: page, stderr: page })
      assert.match(
        stdout,
        /^update \/etc\/buildkit-tool\/tool\.toml\n {2}takes effect after a reload; for the test, mode 0644$/m,
      )
      assert.match(stdout, /\nreload tool: reload tool \(only if it already runs from this tree\)\n$/)
    }))

  it('needs no reload beside a restart', () =>
    onNode({ [FILE]: BEFORE }, async ({ plan }) => {
      const target = fixedTarget('tool', { values: [MIRRORS], files: [restarting] })
      assert.deepEqual(needs(await plan({ tool: target }, 'tool')), ['restart tool'])
    }))

  it('needs a reload after a restore', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, restore }) => {
      await apply(tool, 'tool')
      assert.deepEqual(needs(await restore(tool)), ['reload tool'])
    }))
})

describe('a value that a daemon keeps where its key is gone', () => {
  const CLEARED = { ...INSECURE, cleared: [] }
  const both = { tool: fixedTarget('tool', { values: [MIRRORS, CLEARED] }) }
  const one = { tool: fixedTarget('tool', { values: [MIRRORS] }) }
  const effects = ({ steps }: Plan) => steps.map(({ effect }) => effect)

  it('takes effect after a restart, which stays pending, and a notice says so', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan, state }) => {
      await apply(both, 'tool')
      const made = await apply(one, 'tool')
      assert.deepEqual([effects(made), codes(made)], [['restart'], ['value_kept']])
      assert.match(made.notices[0]?.message ?? '', /^tool uses its old insecure until it is restarted/)
      assert.deepEqual(
        made.restart.map(({ command }) => command),
        ['restart tool'],
      )
      const { effect, keeps_value } = (await state()).files[CONFIG] ?? {}
      assert.deepEqual([effect, keeps_value], ['reload', true])
      // The next write takes effect after a reload again.
      assert.deepEqual(effects(await plan(both, 'tool')), ['reload'])
    }))

  it('is read as empty first where the command may reload', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, planWith }) => {
      await apply(both, 'tool')
      for (const may of [{ reload: true }, { restart: true }]) {
        const { steps, notices } = await planWith(may, one, 'tool')
        assert.deepEqual([steps[0]?.effect, notices], ['reload', []])
        assert.deepEqual(steps[0]?.clears?.values, [CLEARED])
        assert.match(`${steps[0]?.clears?.content}`, /\[tls\]\n\s*insecure = \[ ?\]\n/)
        assert.doesNotMatch(`${steps[0]?.after?.bytes}`, /insecure/)
      }
    }))

  it('needs nothing of that where the original has a value, or the file has none', () =>
    onNode({ [FILE]: BEFORE }, async ({ apply, plan, write }) => {
      const mirrors = { tool: fixedTarget('tool', { values: [{ ...MIRRORS, cleared: [] }] }) }
      await apply(mirrors, 'tool')
      const none = { tool: fixedTarget('tool', { files: [wholeFile('/etc/buildkit-tool/a')] }) }
      assert.deepEqual(codes(await plan(none, 'tool')), [])
      await write(FILE, 'level = "info"\n')
      assert.deepEqual(codes(await plan(none, 'tool')), ['not_removed'])
    }))
})
