/**
 * For any list and any node, regmirror either refuses with a reason and changes nothing, or makes the node match the list,
 * once, and changes nothing else. The oracles read the list as it is written and certs.d as containerd does; they share no
 * code with regmirror.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import type { PlanReport } from '../lib/model/report.ts'
import { openWriter } from '../lib/system/writer.ts'
import { type Case, cases } from './support/arbitrary/cases.ts'
import { fallbackLists } from './support/arbitrary/lists.ts'
import { type Spelled, spelled } from './support/arbitrary/spelling.ts'
import {
  assertEndpoints,
  assertInEffect,
  containerdSettings,
  everyRegistryResolves,
  findHostsDir,
} from './support/assert-in-effect.ts'
import { assertOnlyManaged, type Written } from './support/assert-only-managed.ts'
import { checkProperty } from './support/check-property.ts'
import { assertRefusal, command, formatCase, type Home, withHome } from './support/home.ts'
import { readTouches, type Snapshot, takeSnapshot } from './support/node-snapshot.ts'
import { run } from './support/run.ts'

/** Applies a list and checks the result; undefined when it was refused, which is checked too. */
async function applied(home: Home, list: Spelled, earlier: readonly Written[]): Promise<Written | undefined> {
  const touched = await readTouches(home.root)
  const plan = await command(home, 'plan', list, '--check')
  assert.deepEqual(await readTouches(home.root), touched, 'plan touches nothing')
  const stood = await takeSnapshot(home.root)
  const done = await command(home, 'apply', list, '--format', 'json')
  const after = await takeSnapshot(home.root)
  assert.equal(done.code === 2, plan.code === 2, plan.stderr + done.stdout)
  if (done.code === 2) {
    assertRefusal(plan, JSON.parse(done.stdout))
    assert.deepEqual(after, stood, 'a refusal changes nothing')
    return undefined
  }
  const { changes }: PlanReport = JSON.parse(done.stdout)
  assert.equal(plan.code, changes.length > 0 ? 1 : 0, 'plan --check says whether there is anything to do')
  const files = changes.map(change => change.path)
  const written = { list: list.list, hostsDir: await findHostsDir(openWriter(home.root), list.list, files) }
  await assertAsListed(home, written, earlier, after)
  await assertOnce(home, list)
  return written
}

async function assertAsListed(home: Home, written: Written, earlier: readonly Written[], after: Snapshot) {
  const node = openWriter(home.root)
  await assertInEffect(node, written.list, written.hostsDir)
  await assertEndpoints(node, written.list, written.hostsDir)
  await assertOnlyManaged(node, written, earlier, home.before, after)
}

/** After one apply nothing is left to do, and another apply opens no file. */
async function assertOnce(home: Home, list: Spelled): Promise<void> {
  const touched = await readTouches(home.root)
  const again = await command(home, 'apply', list, '--format', 'json')
  assert.deepEqual(JSON.parse(again.stdout).changes, [], 'once is enough')
  assert.equal((await command(home, 'plan', list, '--check')).code, 0)
  assert.deepEqual(await readTouches(home.root), touched, 'with nothing to do nothing is opened')
}

/** restore leaves the tree as before the first apply, without a trace; --check changes nothing. */
async function assertRestored({ root, before }: Home, ...flags: string[]): Promise<void> {
  const written = await readTouches(root)
  const checked = await run(['restore', '--check', '--root', root, ...flags])
  assert.deepEqual(await readTouches(root), written, 'restore --check touches nothing')
  const restored = await run(['restore', '--root', root, ...flags])
  assert.equal(restored.code, 0, checked.stderr + restored.stderr)
  assert.deepEqual(await takeSnapshot(root), before, 'restore gives back the node')
}

const lives = { applied: 0, refused: 0 }

/** One list is applied, then another, then the node is restored. */
async function life(of: Case): Promise<void> {
  await withHome(of, async home => {
    const first = await applied(home, of.first, [])
    lives[first === undefined ? 'refused' : 'applied'] += 1
    if (first === undefined) return
    await applied(home, of.second, [first])
    await assertRestored(home)
  })
}

/** Edits of a config.toml outside regmirror. */
const EDITS: readonly ((text: string) => string)[] = [
  text => `# changed since\n${text}`,
  text => `plugin_dir = "/since"\n${text}`,
  text => `${text}\n[proxy_plugins.since]\n  type = "snapshot"\n`,
  text => `${text}\n# changed since`,
]

/** A config.toml that was edited since loses the value of regmirror and nothing else. */
async function configEdited(of: Case, edit: (text: string) => string): Promise<void> {
  await withHome(of, async home => {
    const { root, before } = home
    if ((await command(home, 'apply', of.first)).code === 2) return
    const config = await openWriter(root).real(containerdSettings(of.first.list).main)
    const file = path.join(root, config)
    const ours = await fs.readFile(file, 'latin1').catch(() => undefined)
    if (ours === undefined) return
    await fs.writeFile(file, edit(ours), 'latin1')
    const { code, stderr } = await run(['restore', '--root', root])
    assert.equal(code, 0, stderr)
    const after = await takeSnapshot(root)
    // A new file has the newest version that the release reads.
    const was = before[config]?.text ?? /^version = \d\n/m.exec(ours)?.[0] ?? ''
    assert.deepEqual(linesOf(after[config]?.text), linesOf(edit(was)))
    const others = (tree: Snapshot) => Object.entries(tree).filter(([name]) => !config.startsWith(name))
    assert.deepEqual(others(after), others(before), 'the rest is as it was')
  })
}

/** Empty lines around a new table do not count. */
function linesOf(text = ''): readonly string[] {
  return text.split(/\r?\n/).filter(line => line.trim() !== '')
}

/** A managed file that was edited since is put back only with --overwrite. */
async function hostsEdited(of: Case): Promise<void> {
  await withHome(of, async home => {
    const { root } = home
    const done = await command(home, 'apply', of.first, '--format', 'json')
    if (done.code === 2) return
    const hosts = (JSON.parse(done.stdout) as PlanReport).changes.find(({ path: file }) =>
      file.endsWith('hosts.toml'),
    )
    await fs.appendFile(path.join(root, await openWriter(root).real(hosts?.path ?? '')), '# changed since\n')
    const touched = await readTouches(root)
    const refused = await run(['restore', '--root', root])
    assert.equal(refused.code, 2)
    assert.ok(
      refused.stderr.startsWith(`error: ${hosts?.path}: was changed outside regmirror `),
      refused.stderr,
    )
    assert.deepEqual(await readTouches(root), touched)
    await assertRestored(home, '--overwrite')
  })
}

describe('any list on any node', function () {
  this.timeout(0)

  it('is refused, or applied and restored', async () => {
    await checkProperty(cases, 250, life, formatCase)
    assert.ok(
      lives.applied > lives.refused,
      `${lives.refused} nodes of ${lives.applied + lives.refused} were refused`,
    )
  })

  it('keeps later edits of config.toml', async () => {
    const edited = fc.tuple(cases, fc.nat(EDITS.length - 1))
    const property = ([of, i]: [Case, number]) => configEdited(of, EDITS[i] as (typeof EDITS)[0])
    await checkProperty(edited, 80, property, ([of, i]) => `${formatCase(of)}\nedit ${i}`)
  })

  it('keeps later edits of a managed file', () => checkProperty(cases, 40, hostsEdited, formatCase))

  it('is invalid without fallback and without a mirror that resolves tags', async () => {
    const accepted = async (list: Spelled) => {
      const stdin = async () => Buffer.from(list.text)
      const { code, stderr } = await run(['validate', '-f', '-', '--list-format', list.format], { stdin })
      assert.equal(code, everyRegistryResolves(list.list) ? 0 : 2, stderr)
    }
    await checkProperty(spelled(fallbackLists), 200, accepted, ({ text }) => text)
  })
})
