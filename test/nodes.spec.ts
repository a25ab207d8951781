/**
 * Golden nodes: `fixtures/nodes/<case>` holds a list, a node `before`, the node `after`, and what the plan prints.
 * A case without `after` is refused, and its node stays unchanged. `earlier.toml` is applied first, `args` are added.
 * GOLDEN=update writes `after` and `plan.txt`; the diff of the commit is the review.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import TOML from '@iarna/toml'
import { loadList } from '../lib/list/load.ts'
import { MACHINE_STATE } from '../lib/system/state-paths.ts'
import { openWriter } from '../lib/system/writer.ts'
import { directoryName } from '../lib/targets/hosts-toml/directory-name.ts'
import { targets } from '../lib/targets/index.ts'
import { hostOrder } from './support/containerd-order.ts'
import { hostsUrls } from './support/expected-hosts.ts'
import { type Ran, run } from './support/run.ts'
import { readTree, type Tree, withDirectory, writeTree } from './support/tree.ts'

const NODES = path.join(import.meta.dirname, '../fixtures/nodes')
const update = process.env.GOLDEN === 'update'

const ours = (file: string) =>
  file === MACHINE_STATE.directory || file.startsWith(`${MACHINE_STATE.directory}/`) || file === '/.gitkeep'

describe('golden nodes', () => {
  for (const name of readdirSync(NODES)) {
    const folder = path.join(NODES, name)
    const list = path.join(folder, 'mirrors.toml')
    const args = existsSync(path.join(folder, 'args'))
      ? readFileSync(path.join(folder, 'args'), 'utf8').trim().split(/\s+/)
      : []
    const command = (verb: string, root: string, file = list) =>
      run([verb, '--root', root, '-f', file, ...args], { env: { TOKEN: 'Basic dXNlcjpzZWNyZXQ=' } })

    it(name, () =>
      withDirectory(async root => {
        const first = await treeOf(path.join(folder, 'before'))
        await writeTree(root, first)
        const earlier = path.join(folder, 'earlier.toml')
        if (existsSync(earlier)) assert.equal((await command('apply', root, earlier)).code, 0)
        const before = await readTree(root, ours)

        const plan = await command('plan', root)
        await golden(path.join(folder, 'plan.txt'), planText(plan, folder))
        assert.deepEqual(await readTree(root, ours), before, 'plan writes nothing')

        const apply = await command('apply', root)
        const after = await readTree(root, ours)
        assert.equal(apply.code, plan.code)
        if (plan.code === 2) {
          assert.deepEqual(after, before, 'a refused plan writes nothing')
          return
        }
        await goldenTree(path.join(folder, 'after'), after)

        const again = await command('plan', root)
        assert.match(again.stdout, /^nothing to do/)
        const changes = JSON.parse(
          (
            await run(['plan', '--root', root, '-f', list, ...args, '--format', 'json'], {
              env: { TOKEN: 'Basic dXNlcjpzZWNyZXQ=' },
            })
          ).stdout,
        )
        assert.equal(changes.changed, false)

        await assertOrder(root, list, after)
        assertParses(after)
        assertForeignUntouched(before, after, plan.stdout)
        await assertRestores(root, first)
      }),
    )
  }
})

async function treeOf(directory: string): Promise<Tree> {
  return existsSync(directory) ? await readTree(directory, ours) : {}
}

/** The output for a person, without the path of the case. */
function planText(plan: Ran, folder: string): string {
  return `${plan.stderr}${plan.stdout}exit ${plan.code}\n`.replaceAll(`${folder}/`, '')
}

async function golden(file: string, text: string): Promise<void> {
  if (update) await fs.writeFile(file, text)
  assert.equal(text, await fs.readFile(file, 'utf8'))
}

async function goldenTree(directory: string, tree: Tree): Promise<void> {
  if (update) {
    await fs.rm(directory, { recursive: true, force: true })
    await writeTree(directory, tree)
  }
  assert.deepEqual(tree, await treeOf(directory))
}

/** The node is as before the first apply. Files with a banner are removed, also those from before. */
async function assertRestores(root: string, first: Tree): Promise<void> {
  const { code, stderr } = await run(['restore', '--root', root])
  assert.equal(code, 0, stderr)
  const theirs = Object.entries(first).filter(([, text]) => !text?.startsWith('# Managed by regmirror'))
  const tree = await readTree(root)
  // A directory that the state does not have stays, though its files are removed.
  if (theirs.length < Object.keys(first).length)
    for (const left of ['etc/containerd/certs.d/', 'etc/containers/registries.conf.d/']) delete tree[left]
  assert.deepEqual(tree, Object.fromEntries(theirs))
}

/** containerd reads the mirrors in the order of the list. */
async function assertOrder(root: string, list: string, after: Tree): Promise<void> {
  const options = {
    file: list,
    directories: ['/etc/regmirror'] as const,
    allowFilesFrom: [path.join(NODES, '../tls')],
    stdin: async () => Buffer.alloc(0),
    env: { TOKEN: 'Basic dXNlcjpzZWNyZXQ=' },
    uid: 1000,
    now: Date.UTC(2026, 0, 1),
    targets,
  }
  const loaded = await loadList(openWriter(root), openWriter('/'), options)
  if (!Object.hasOwn(loaded.list.targets, 'containerd')) return
  for (const registry of loaded.list.registries) {
    const file = Object.keys(after).find(name => name.endsWith(`/${directoryName(registry.name)}/hosts.toml`))
    // Other runtimes have other files.
    if (file === undefined && !Object.hasOwn(loaded.list.targets, 'containerd')) continue
    assert.ok(file, `${registry.name} has a hosts.toml`)
    assert.deepEqual(hostOrder(after[file] ?? ''), hostsUrls(registry))
  }
}

function assertParses(after: Tree): void {
  for (const [file, text] of Object.entries(after)) {
    if (file.endsWith('.toml') && !text?.startsWith('-> '))
      TOML.parse(
        Buffer.from(text ?? '', 'latin1')
          .toString('utf8')
          .replace(/^\ufeff/, ''),
      )
  }
}

function assertForeignUntouched(before: Tree, after: Tree, plan: string): void {
  const planned = [...plan.matchAll(/^(?:create|update|delete) \/(.*)$/gm)].map(([, file]) => file ?? '')
  const linked = planned
    .map(file => before[file])
    .filter(text => text?.startsWith('-> /'))
    .map(text => text?.slice(4))
  for (const [file, text] of Object.entries(before)) {
    if (planned.includes(file) || linked.includes(file)) continue
    assert.equal(after[file], text, `${file} is not in the plan and stays`)
  }
}
