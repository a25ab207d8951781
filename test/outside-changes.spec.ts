/** Changes outside regmirror, while it writes and between its runs; and runs that are interrupted at the worst moment. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { applyPlan } from '../lib/apply/apply.ts'
import { withNodeLock } from '../lib/apply/node-lock.ts'
import { recover } from '../lib/apply/recover.ts'
import { Failure } from '../lib/model/errors.ts'
import type { MirrorList } from '../lib/model/registry.ts'
import { readState } from '../lib/ownership/state.ts'
import { makePlan, type Plan } from '../lib/plan/plan.ts'
import { planRestore } from '../lib/plan/restore.ts'
import { openWriter, type Writer } from '../lib/system/writer.ts'
import { targets } from '../lib/targets/index.ts'
import { beforeChanges } from './support/before-changes.ts'
import { listOf, mirror, registry } from './support/lists.ts'
import { BARE, CERTS, CONFIG, LIST, STATE, withNode } from './support/node.ts'
import { kill, startHolder } from './support/process.ts'
import { FROM_SOURCE } from './support/program.ts'
import { REAL_TIME, run } from './support/run.ts'
import { readTree, type Tree } from './support/tree.ts'

const OCCASION = { command: 'apply', now: Date.UTC(2026, 0, 1), made: [] } as const
const QUAY = `${CERTS}/quay.io`
const HOSTS = `${QUAY}/hosts.toml`
const CA_FILE = path.resolve(import.meta.dirname, '../fixtures/tls/ca.pem')
const WITH_CA = `version = 1\n[registries."quay.io"]\nmirrors = [{ url = "https://m.example", ca = "${CA_FILE}" }]\n`

const quay = listOf(registry('quay.io', [mirror('https://b.example')]))

async function planFor(root: string, list: MirrorList): Promise<Plan> {
  const node = openWriter(root)
  const view = { node, uid: 0, state: await readState(node), machine: undefined }
  return await makePlan(list, targets, view, { takeOver: false })
}

async function restoreFor(root: string): Promise<Plan> {
  const node = openWriter(root)
  const ground = { node, uid: 0, state: await readState(node), targets, machine: undefined }
  return await planRestore(ground, { files: [], overwrite: false })
}

/** Fails at the nth change of the node, and at every later one. */
function killedAt(node: Writer, nth: number): Writer {
  let count = 0
  return beforeChanges(node, () => {
    count += 1
    if (count >= nth) throw new Error('killed')
  })
}

interface Node {
  readonly root: string
  readonly list: (text: string) => Promise<void>
  readonly apply: (...args: string[]) => ReturnType<typeof run>
  readonly restore: (...args: string[]) => ReturnType<typeof run>
}

const onNode = (tree: Tree, use: (node: Node) => Promise<void>, text = LIST) =>
  withNode(
    { ...BARE, ...tree },
    node =>
      use({
        root: node.root,
        list: node.writeList,
        apply: (...args) => node.run('apply', '--allow-files-from', path.dirname(CA_FILE), ...args),
        restore: (...args) => node.run('restore', ...args),
      }),
    text,
  )

describe('originals, and changes outside regmirror', () => {
  it('restore keeps a config.toml that has replaced the one of regmirror', () =>
    onNode({}, async ({ root, apply, restore }) => {
      await apply()
      await fs.writeFile(path.join(root, CONFIG), 'version = 2\n# outside\n')
      assert.equal((await apply()).code, 0)
      await restore()
      assert.equal((await readTree(root))[CONFIG], 'version = 2\n# outside\n')
    }))

  it('restore keeps changes to config.toml that were made before its value was set again', () =>
    onNode({ [CONFIG]: 'version = 2\n' }, async ({ root, apply, restore }) => {
      await apply()
      await fs.writeFile(path.join(root, CONFIG), 'version = 2\n# a later edit\n')
      assert.equal((await apply()).code, 0)
      await restore()
      assert.equal((await readTree(root))[CONFIG], 'version = 2\n# a later edit\n')
    }))

  it('a config_path that was changed is set again, and no hosts.toml moves meanwhile', () =>
    onNode({ [CONFIG]: 'version = 2\n' }, async ({ root, apply, restore }) => {
      await apply()
      const applied = await readTree(root)
      const set = applied[CONFIG] ?? ''
      for (const changed of [set.replace('/etc/containerd/certs.d', '/else'), 'version = 2\n']) {
        assert.notEqual(changed, set)
        await fs.writeFile(path.join(root, CONFIG), changed)
        const { stdout, stderr } = await apply()
        assert.match(stdout, /^updated \/etc\/containerd\/config\.toml\n.*\n0 created, 1 updated, 0 deleted/)
        assert.match(stdout, /restart containerd: /)
        assert.match(stderr, /its config_path was changed outside regmirror/)
        const tree = await readTree(root)
        assert.deepEqual([tree[CONFIG], tree[HOSTS]], [set, applied[HOSTS]])
      }
      await restore()
      assert.deepEqual(await readTree(root), { ...(await readTree(root)), [CONFIG]: 'version = 2\n' })
      assert.equal((await readTree(root))[HOSTS], undefined)
    }))

  it('another hosts_dir, or config = false, takes effect on a node that was written before', () =>
    onNode({ [CONFIG]: 'version = 2\n' }, async ({ root, list, apply }) => {
      await apply()
      const other = 'srv/certs.d/quay.io/hosts.toml'
      await list(`${LIST}[targets.containerd]\nhosts_dir = "/srv/certs.d"\n`)
      await apply()
      assert.ok((await readTree(root))[other])
      await list(LIST)
      assert.match((await apply()).stdout, /nothing to do/)
      await list(`${LIST}[targets.containerd]\nconfig = false\n`)
      const changed = (await readTree(root))[CONFIG]?.replace('/srv/certs.d', '/else')
      await fs.writeFile(path.join(root, CONFIG), changed ?? '')
      await apply()
      assert.ok((await readTree(root))['else/quay.io/hosts.toml'])
    }))

  it('restore does not write the bytes of one file to another that config.toml was linked to meanwhile', () =>
    onNode(
      {
        [CONFIG]: '-> /srv/a',
        'srv/a': 'version = 2\n# a\n',
        'srv/b': 'version = 2\n# b\n',
      },
      async ({ root, apply, restore }) => {
        await apply()
        await fs.rm(path.join(root, CONFIG))
        await fs.symlink('/srv/b', path.join(root, CONFIG))
        await apply()
        await restore()
        assert.equal((await readTree(root))['srv/b'], 'version = 2\n# b\n')
      },
    ))

  it('a file that the plan says is kept is in originals', () =>
    onNode({ [HOSTS]: '# A\n' }, async ({ root, apply }) => {
      await apply()
      await fs.writeFile(path.join(root, HOSTS), '# B\n')
      const { stderr } = await apply()
      const kept = Object.values(await readTree(path.join(root, STATE, 'originals')))
      assert.ok(!/keeps the changed file in/.test(stderr) || kept.includes('# B\n'), stderr)
    }))

  it('an undo that keeps an outside change keeps the original too', () =>
    onNode({ [HOSTS]: '# by hand\n', [CONFIG]: 'version = 2\n' }, async ({ root }) => {
      const node = openWriter(root)
      let edited = false
      const watched: Writer = {
        ...node,
        rename: async (from, to) => {
          if (edited && to === `/${CONFIG}`) throw new Failure('io', [{ file: to, message: 'disk error' }])
          await node.rename(from, to)
          if (to !== `/${HOSTS}` || edited) return
          edited = true
          await fs.writeFile(path.join(root, HOSTS), '# outside\n')
        },
      }
      await assert.rejects(applyPlan(await planFor(root, quay), watched, OCCASION), /disk error/)
      assert.ok(Object.values(await readTree(root)).includes('# by hand\n'), 'the original is lost')
    }))

  it('a restore that is finished around an outside change keeps the original of that file', () =>
    onNode({ [HOSTS]: '# by hand\n' }, async ({ root, apply }) => {
      await apply()
      const node = openWriter(root)
      let renames = 0
      const failing = {
        ...node,
        rename: async (from: string, to: string) => {
          renames += 1
          if (renames > 1) throw new Error('killed')
          await node.rename(from, to)
        },
      }
      const occasion = { ...OCCASION, command: 'restore' } as const
      await assert.rejects(applyPlan(await restoreFor(root), failing, occasion), /killed/)
      await fs.writeFile(path.join(root, HOSTS), '# outside\n')
      const recovery = await recover(node)
      assert.deepEqual(recovery?.foreign, [`/${HOSTS}`])
      assert.ok(Object.values(await readTree(root)).includes('# by hand\n'), 'the original is lost')
    }))
})

describe('recovery', () => {
  const adopted = { [HOSTS]: '# by hand\n', [CONFIG]: 'version = 2\n' }

  it('undoes a first apply that was killed before the directory `originals` was made', () =>
    onNode(adopted, async ({ root }) => {
      // 1: the state folder, 2: the journal, 3: originals.
      const failing = killedAt(openWriter(root), 3)
      await assert.rejects(applyPlan(await planFor(root, quay), failing, OCCASION), /killed/)
      assert.equal((await recover(openWriter(root)))?.outcome, 'undone')
    }))

  it('finishes a restore that was killed at any step, and reports no outside change', async () => {
    const wrong: string[] = []
    for (let nth = 1, killed = true; killed; nth += 1) {
      await onNode(adopted, async ({ root }) => {
        await applyPlan(await planFor(root, quay), openWriter(root), OCCASION)
        const occasion = { ...OCCASION, command: 'restore' } as const
        const done = await applyPlan(await restoreFor(root), killedAt(openWriter(root), nth), occasion).catch(
          error => {
            if (error.message !== 'killed') throw error
          },
        )
        if (done) killed = false
        const recovery = await recover(openWriter(root)).catch(error =>
          wrong.push(`step ${nth}: ${error.message}`),
        )
        if (typeof recovery === 'object' && recovery.foreign.length > 0)
          wrong.push(`step ${nth}: ${recovery.foreign.join()} counts as changed outside regmirror`)
      })
    }
    for (let nth = 1, killed = true; killed; nth += 1) {
      await onNode({}, async ({ root }) => {
        await applyPlan(await planFor(root, quay), openWriter(root), OCCASION)
        const occasion = { ...OCCASION, command: 'restore' } as const
        const done = await applyPlan(await restoreFor(root), killedAt(openWriter(root), nth), occasion).catch(
          () => undefined,
        )
        if (done) killed = false
        const recovery = await recover(openWriter(root)).catch(error =>
          wrong.push(`step ${nth}: ${error.message}`),
        )
        if (typeof recovery === 'object' && recovery.foreign.length > 0)
          wrong.push(`step ${nth}: ${recovery.foreign.join()} counts as changed outside regmirror`)
      })
    }
    assert.deepEqual(wrong, [])
  })

  it('does not report a run as finished where a staged file is missing', () =>
    onNode(adopted, async ({ root }) => {
      const node = openWriter(root)
      let renames = 0
      const failing = {
        ...node,
        rename: async (from: string, to: string) => {
          renames += 1
          if (renames > 1) throw new Error('killed')
          await node.rename(from, to)
        },
      }
      await assert.rejects(applyPlan(await planFor(root, quay), failing, OCCASION), /killed/)
      const journal = JSON.parse((await readTree(root))[`${STATE}/journal-committing.json`] as string)
      const swap = journal.swaps.find((swap: { path: string }) => swap.path === `/${HOSTS}`)
      await fs.rm(path.join(root, swap.staged))
      const recovery = await recover(node)
      const hosts = (await readTree(root))[HOSTS]
      assert.ok(
        hosts !== '# by hand\n' || recovery?.foreign.includes(`/${HOSTS}`),
        `outcome ${recovery?.outcome}, foreign ${recovery?.foreign}, yet the file is the old one`,
      )
    }))

  it('a registry with the longest possible name is written and restored', () => {
    const name = `${Array.from({ length: 4 }, () => 'a'.repeat(60)).join('.')}.io`
    return onNode(
      {},
      async ({ root, apply, restore }) => {
        const before = await readTree(root)
        assert.equal((await apply()).code, 0)
        assert.equal((await restore()).code, 0)
        assert.deepEqual(await readTree(root), before)
      },
      LIST.replace('quay.io', name),
    )
  })
})

describe('directories', () => {
  it('a directory that a run writes to is not removed in the same run', () =>
    onNode(
      {},
      async ({ root, list, apply }) => {
        await apply()
        await fs.rm(path.join(root, HOSTS))
        await list(LIST)
        const { code, stderr } = await apply()
        assert.equal(code, 0, stderr)
      },
      WITH_CA,
    ))

  it('neither by a restore, where the original is restored beside a certificate of regmirror', () =>
    onNode(
      { [HOSTS]: '# by hand\n' },
      async ({ root, apply, restore }) => {
        await apply()
        await fs.rm(path.join(root, HOSTS))
        const { code, stderr } = await restore()
        assert.equal(code, 0, stderr)
      },
      WITH_CA,
    ))

  for (const again of [false, true]) {
    it(`a directory of regmirror is removed, also when its hosts.toml was removed by hand${again ? ' and written again' : ''}`, () =>
      onNode({}, async ({ root, apply, restore }) => {
        await apply()
        await fs.rm(path.join(root, HOSTS))
        if (again) await apply()
        await restore()
        assert.deepEqual(await readTree(root), { 'etc/': undefined, 'var/lib/': undefined })
      }))
  }

  it('of a registry that is not in the list need not be readable', () =>
    onNode(
      {
        'etc/containerd/certs.d/far.io': '-> ../../../../../outside',
        'etc/containerd/certs.d/loop.io/hosts.toml': '-> hosts.toml',
      },
      async ({ apply, restore }) => {
        const { code, stderr } = await apply()
        assert.equal(code, 0, stderr)
        assert.match(
          stderr,
          /certs\.d\/far\.io: a link points outside the root directory; its registry is not in the list, so regmirror does not change it/,
        )
        assert.match(
          stderr,
          /certs\.d\/loop\.io: links form a loop; its registry is not in the list, so regmirror does not change it/,
        )
        assert.equal((await restore()).code, 0)
      },
    ))

  it('two registries that a link puts into one directory are refused for that reason', () =>
    onNode(
      { [`${QUAY}/`]: undefined, 'etc/containerd/certs.d/ghcr.io': '-> quay.io' },
      async ({ list, apply }) => {
        await list(`${LIST}[registries."ghcr.io"]\nmirrors = ["https://m.example"]\n`)
        const { stderr } = await apply()
        assert.doesNotMatch(stderr, /was changed outside regmirror during this run/)
      },
    ))
})

describe('restore, after outside changes', () => {
  it('of a certificate is refused while a hosts.toml names it', () =>
    onNode(
      {},
      async ({ root, apply, restore }) => {
        await apply()
        const name = (await fs.readdir(path.join(root, QUAY))).find(name => name.endsWith('.pem')) as string
        await restore('--file', `/${QUAY}/${name}`)
        const tree = await readTree(root)
        assert.ok(tree[`${QUAY}/${name}`] !== undefined || !tree[HOSTS]?.includes(name), tree[HOSTS])
      },
      WITH_CA,
    ))

  it('succeeds once a value without a place in the state is set back by hand', () =>
    onNode({ [CONFIG]: 'version = 2\n' }, async ({ root, apply, restore }) => {
      await apply()
      const file = path.join(root, STATE, 'state.json')
      const state = JSON.parse(await fs.readFile(file, 'utf8'))
      state.files[`/${CONFIG}`].values = []
      await fs.writeFile(file, JSON.stringify(state))
      await fs.writeFile(path.join(root, CONFIG), 'version = 2\n')
      const { code, stderr } = await restore()
      assert.equal(code, 0, stderr)
    }))

  it('succeeds after apply has stopped managing a file', () =>
    onNode({}, async ({ root, list, apply, restore }) => {
      await apply()
      await fs.writeFile(path.join(root, HOSTS), '# outside\n')
      await list(LIST.replace('quay.io', 'ghcr.io'))
      assert.match((await apply()).stderr, /regmirror keeps it/)
      const { code, stderr } = await restore()
      assert.equal(code, 0, stderr)
      assert.deepEqual(await readTree(root), {
        'etc/containerd/certs.d/quay.io/hosts.toml': '# outside\n',
        'var/lib/': undefined,
      })
    }))
})

describe('the lock, beside other files', () => {
  it('is taken once, whatever the number of the ticket before', () =>
    onNode({ [`${STATE}/lock-999999999999999`]: '' }, async ({ root }) => {
      const holder = await startHolder(root)
      try {
        const other = {
          purpose: 'lock' as const,
          holder: 'other',
          made: [],
          timeoutMs: 0,
          monotonic: REAL_TIME.monotonic,
          signal: new AbortController().signal,
          onWait: () => {},
        }
        await assert.rejects(
          withNodeLock(openWriter(root), other, async () => {}),
          /is writing to this node/,
        )
      } finally {
        await kill(holder, 'SIGKILL')
      }
    }))
})

describe('reports', () => {
  it('a run in progress is not reported as interrupted', () =>
    onNode(adoptedTree(), async ({ root }) => {
      // As in the middle of an apply: the lock is held, the journal is there.
      const failing = killedAt(openWriter(root), 4)
      await assert.rejects(applyPlan(await planFor(root, quay), failing, OCCASION), /killed/)
      const holder = await startHolder(root)
      try {
        const { stderr } = await run(['restore', '--check', '--root', root])
        assert.doesNotMatch(stderr, /was interrupted/)
      } finally {
        await kill(holder, 'SIGKILL')
      }
    }))

  it('a report arrives completely, however slow its reader is', () =>
    onNode({}, async ({ root }) => {
      const names = Array.from({ length: 400 }, (_, i) => `r${i}.example.com`)
      const text = `version = 1\n${names.map(name => `[registries."${name}"]\nmirrors = ["https://m.example"]\n`).join('')}`
      const list = path.join(root, 'mirrors.toml')
      await fs.writeFile(list, text)
      const script = 'trap "" PIPE; "$@" | { sleep 3; cat; }'
      const args = [...FROM_SOURCE, 'plan', '--root', root, '-f', list, '--format', 'json']
      const child = spawn('sh', ['-c', script, 'sh', ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let report = ''
      for await (const chunk of child.stdout.setEncoding('utf8')) report += chunk
      assert.equal(JSON.parse(report).changes.length, 401)
    }))
})

function adoptedTree(): Tree {
  return { [HOSTS]: '# by hand\n', [CONFIG]: 'version = 2\n' }
}
