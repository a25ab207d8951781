import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { applyPlan } from '../lib/apply/apply.ts'
import { hasLeftovers } from '../lib/apply/leftovers.ts'
import { recover } from '../lib/apply/recover.ts'
import { Failure } from '../lib/model/errors.ts'
import type { MirrorList } from '../lib/model/registry.ts'
import { readState } from '../lib/ownership/state.ts'
import { makePlan, type Plan } from '../lib/plan/plan.ts'
import { MACHINE_STATE } from '../lib/system/state-paths.ts'
import { openWriter, type Writer } from '../lib/system/writer.ts'
import { targets } from '../lib/targets/index.ts'
import { beforeChanges } from './support/before-changes.ts'
import { listOf, mirror, registry } from './support/lists.ts'
import { readTree, withDirectory, writeTree } from './support/tree.ts'

const OCCASION = { command: 'apply', now: Date.UTC(2026, 0, 1), made: [] } as const
const CERTS = 'etc/containerd/certs.d'
const state = (file: string) => `/${file}`.replace('//', '/').startsWith(MACHINE_STATE.directory)
const isLeftover = (file: string) => /\.regmirror-|journal/.test(file)

async function planFor(root: string, list: MirrorList): Promise<Plan> {
  const node = openWriter(root)
  const view = { node, uid: 0, state: await readState(node), machine: undefined }
  return await makePlan(list, targets, view, { takeOver: false })
}

async function applied(root: string, list: MirrorList): Promise<void> {
  await applyPlan(await planFor(root, list), openWriter(root), OCCASION)
}

/**
 * A writer whose nth change of the node fails like on a full disk: a real disk cannot be filled at a chosen step. With
 * `dead` every later change fails too, as for a process that is killed.
 */
function failingAt(node: Writer, nth: number, dead = false): Writer {
  let count = 0
  return beforeChanges(node, file => {
    count += 1
    if (dead && count >= nth) throw new Error('killed')
    if (count === nth) throw new Failure('io', [{ file, message: 'no space left' }])
  })
}

/** Works once, for the rename that starts the commit, and then fails like a killed process. */
function dieAtSecond(rename: Writer['rename']): Writer['rename'] {
  let count = 0
  return async (from, to) => {
    count += 1
    if (count > 1) throw new Error('killed')
    await rename(from, to)
  }
}

const before = {
  'etc/containerd/config.toml': 'version = 2\n',
  [`${CERTS}/docker.io/hosts.toml`]: '# by hand\n',
  [`${CERTS}/docker.io/notes`]: 'mine\n',
}
const first = listOf(
  registry('docker.io', [mirror('https://a.example')]),
  registry('quay.io', [mirror('https://b.example')]),
  registry('ghcr.io', [mirror('https://c.example', { ca: [{ path: 'ca.pem', text: 'a certificate\n' }] })]),
)
const second = listOf(
  registry('docker.io', [mirror('https://z.example')]),
  registry('gcr.io', [mirror('https://d.example')]),
)

describe('apply', () => {
  it('carries out the plan, and changes nothing the second time', () =>
    withDirectory(async root => {
      await writeTree(root, before)
      await applied(root, first)
      const stamps = async () =>
        (await fs.stat(path.join(root, MACHINE_STATE.directory, 'state.json'))).mtimeMs
      const [tree, stamp] = [await readTree(root), await stamps()]
      await applied(root, first)
      assert.deepEqual(await readTree(root), tree)
      assert.equal(await stamps(), stamp)
    }))

  it('puts the node back whichever step fails; what it cannot clean up is left to the next run', async () => {
    let failed = 0
    for (let swept: boolean | undefined = false; swept !== true; ) {
      swept = await withDirectory(async root => {
        await writeTree(root, before)
        await applied(root, first)
        const tree = await readTree(root)
        const node = failingAt(openWriter(root), failed + 1)
        const done = await applyPlan(await planFor(root, second), node, OCCASION).catch(error => {
          assert.ok(error instanceof Failure && /no space/.test(error.message), String(error))
          return undefined
        })
        if (done === undefined) assert.deepEqual(await readTree(root), tree, `step ${failed + 1}`)
        if (done === false) assert.equal((await recover(openWriter(root)))?.outcome, 'finished')
        if (done !== undefined) assert.deepEqual((await planFor(root, second)).steps, [])
        assert.deepEqual(Object.keys(await readTree(root)).filter(isLeftover), [])
        return done
      })
      if (swept !== true) failed += 1
    }
    assert.ok(failed >= 20, `${failed} steps were made to fail`)
  })

  it('takes only files of regmirror for leftovers', () =>
    withDirectory(async root => {
      const place = path.join(root, MACHINE_STATE.directory)
      for (const name of ['lost+found', 'notes', 'watch-1', 'state.json', 'health.json'])
        await fs.mkdir(path.join(place, name), { recursive: true })
      assert.equal(await hasLeftovers(openWriter(root)), false)
      const ours = [
        'journal-undoing.json',
        'lock-7',
        'wait-0123456789ab',
        '.state.json.regmirror-0123456789ab',
      ]
      for (const name of ours) {
        await fs.mkdir(path.join(place, name))
        assert.equal(await hasLeftovers(openWriter(root)), true, name)
        await fs.rmdir(path.join(place, name))
      }
    }))

  it('leaves a journal when it is killed, and the next run finishes or undoes it', async () => {
    const outcomes: (string | undefined)[] = []
    for (let killed = true; killed; ) {
      killed = await withDirectory(async root => {
        await writeTree(root, before)
        await applied(root, first)
        const old = await readTree(root)
        const node = failingAt(openWriter(root), outcomes.length + 1, true)
        const done = await applyPlan(await planFor(root, second), node, OCCASION).catch(error => {
          assert.equal(error.message, 'killed')
        })
        if (done) return false
        const recovery = await recover(openWriter(root))
        outcomes.push(recovery?.outcome)
        assert.deepEqual(Object.keys(await readTree(root)).filter(isLeftover), [])
        if (recovery?.outcome === 'finished') assert.deepEqual((await planFor(root, second)).steps, [])
        else assert.deepEqual(await readTree(root), old)
        return true
      })
    }
    const turns = outcomes.filter((outcome, i) => i === 0 || outcome !== outcomes[i - 1])
    assert.deepEqual(turns, [undefined, 'undone', 'finished'])
    assert.ok(outcomes.length >= 20, `killed at ${outcomes.length} steps`)
  })

  it('keeps what is changed outside regmirror before the next run finishes it', () =>
    withDirectory(async root => {
      await writeTree(root, before)
      await applied(root, first)
      const node = openWriter(root)
      const dying = { ...node, rename: dieAtSecond(node.rename) }
      await assert.rejects(applyPlan(await planFor(root, second), dying, OCCASION), /killed/)
      await fs.writeFile(path.join(root, CERTS, 'docker.io/hosts.toml'), '# theirs\n')
      const recovery = await recover(node)
      assert.deepEqual(recovery?.foreign, [`/${CERTS}/docker.io/hosts.toml`])
      const tree = await readTree(root)
      assert.equal(tree[`${CERTS}/docker.io/hosts.toml`], '# theirs\n')
      assert.deepEqual(Object.keys(tree).filter(isLeftover), [])
    }))

  it('refuses a plan if a file has changed since, and writes nothing', () =>
    withDirectory(async root => {
      await writeTree(root, before)
      const plan = await planFor(root, first)
      await fs.writeFile(path.join(root, CERTS, 'docker.io/hosts.toml'), '# edited meanwhile\n')
      const tree = await readTree(root)
      await assert.rejects(applyPlan(plan, openWriter(root), OCCASION), error => {
        return (
          error instanceof Failure &&
          error.code === 'plan_outdated' &&
          /hosts\.toml: changed while/.test(error.message)
        )
      })
      assert.deepEqual(await readTree(root), tree)
    }))

  it('makes state and originals private', () =>
    withDirectory(async root => {
      await writeTree(root, before)
      await applied(root, first)
      const mode = async (file: string) =>
        (await fs.stat(path.join(root, MACHINE_STATE.directory, file))).mode & 0o777
      assert.deepEqual(
        [await mode('.'), await mode('state.json'), await mode('originals')],
        [0o700, 0o600, 0o700],
      )
    }))

  it('restores the original, or removes the file, when a registry leaves the list', () =>
    withDirectory(async root => {
      await writeTree(root, before)
      await applied(root, first)
      await applied(root, listOf())
      const tree = await readTree(root, state)
      assert.deepEqual(Object.keys(tree), [
        `${CERTS}/docker.io/hosts.toml`,
        `${CERTS}/docker.io/notes`,
        'etc/containerd/config.toml',
      ])
      assert.equal(tree[`${CERTS}/docker.io/hosts.toml`], '# by hand\n')
    }))

  it('keeps a file that was rewritten outside regmirror', () =>
    withDirectory(async root => {
      await applied(root, first)
      await fs.writeFile(path.join(root, CERTS, 'quay.io/hosts.toml'), '# theirs\n')
      const plan = await planFor(root, listOf())
      assert.ok(plan.notices.some(notice => notice.code === 'not_removed'))
      await applyPlan(plan, openWriter(root), OCCASION)
      assert.equal((await readTree(root))[`${CERTS}/quay.io/hosts.toml`], '# theirs\n')
    }))

  it('keeps an original of a file that replaced a managed one', () =>
    withDirectory(async root => {
      await applied(root, first)
      await fs.writeFile(path.join(root, CERTS, 'quay.io/hosts.toml'), '# theirs\n')
      await applied(root, first)
      await applied(root, listOf())
      assert.equal((await readTree(root))[`${CERTS}/quay.io/hosts.toml`], '# theirs\n')
    }))

  it('names the file whose original is missing', () =>
    withDirectory(async root => {
      await writeTree(root, before)
      await applied(root, first)
      await fs.rm(path.join(root, MACHINE_STATE.directory, 'originals'), { recursive: true })
      await assert.rejects(
        planFor(root, listOf()),
        /docker\.io\/hosts\.toml: its original \S+ does not exist/,
      )
    }))

  it('never keeps a managed file as an original, also when the state is lost', () =>
    withDirectory(async root => {
      await applied(root, listOf(registry('quay.io', [mirror('https://a.example')])))
      await fs.rm(path.join(root, MACHINE_STATE.directory), { recursive: true })
      await applied(root, listOf(registry('quay.io', [mirror('https://b.example')])))
      await applied(root, listOf())
      assert.equal((await readTree(root))[`${CERTS}/quay.io/hosts.toml`], undefined)
    }))

  it('writes and removes behind a linked directory, on the file system of that directory', () =>
    withDirectory(async root => {
      await writeTree(root, { 'opt/quay/': undefined, [`${CERTS}/quay.io`]: '-> /opt/quay' })
      const names: string[] = []
      const node = openWriter(root)
      const watched = {
        ...node,
        rename: async (from: string, to: string) => {
          names.push(from, to)
          await node.rename(from, to)
        },
      }
      const list = listOf(registry('quay.io', [mirror('https://b.example')]))
      await applied(root, list)
      await applyPlan(await planFor(root, listOf()), watched, OCCASION)
      assert.ok(
        names.every(name => name.startsWith('/opt/') || state(name.slice(1))),
        names.join(),
      )
      await applied(root, list)
      assert.ok((await readTree(root))['opt/quay/hosts.toml'])
    }))

  it('refuses a registry directory that is a file, before anything is written', () =>
    withDirectory(async root => {
      await writeTree(root, { [`${CERTS}/quay.io`]: 'a file\n' })
      await assert.rejects(planFor(root, first), /certs\.d\/quay\.io: is not a directory/)
    }))

  for (const damaged of [
    '',
    'null',
    '{"version":2,"files":{}}',
    '{"version":1,"files":{"/a":null}}',
    `{"version":1,"files":{"/a":{"target":"containerd","digest":"","written_at":"","effect":"immediate","owns":"whole",
      "original":{"kept":"../../../etc/shadow","mode":420,"uid":0,"gid":0}}}}`,
  ]) {
    it(`refuses a state that says ${damaged.slice(0, 40) || 'nothing'}`, () =>
      withDirectory(async root => {
        await writeTree(root, { 'var/lib/regmirror/state.json': damaged })
        await assert.rejects(readState(openWriter(root)), /state\.json: is damaged or of a newer version/)
      }))
  }
})
