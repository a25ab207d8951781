/** Whether a daemon has not yet read a file: by the time since boot, which does not depend on the wall clock. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { applyPlan } from '../lib/apply/apply.ts'
import type { ManagedFile } from '../lib/ownership/managed-file.ts'
import { readState } from '../lib/ownership/state.ts'
import { withWriteLock } from '../lib/pipeline/lock.ts'
import { isPending } from '../lib/plan/pending-restart.ts'
import { makePlan, type Plan } from '../lib/plan/plan.ts'
import { planRestore } from '../lib/plan/restore.ts'
import { type BootClock, momentOf, readBootClock } from '../lib/system/boot-clock.ts'
import { MACHINE_STATE } from '../lib/system/state-paths.ts'
import { openProcesses } from '../lib/system/trusted-processes.ts'
import { openWriter } from '../lib/system/writer.ts'
import { targets } from '../lib/targets/index.ts'
import { beforeChanges } from './support/before-changes.ts'
import { listOf, mirror, registry } from './support/lists.ts'
import { worldOf } from './support/run.ts'
import { withDirectory } from './support/tree.ts'
import { startContainerdLike, writeWaitingProgram } from './support/waiting-program.ts'

const BOOT = '00000000-0000-4000-8000-000000000001'
const OTHER_BOOT = '00000000-0000-4000-8000-000000000002'
const NOW = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000
const uid = process.geteuid?.() ?? 0

const written = (at: number, after?: [boot: string, ticks: number]): ManagedFile => ({
  target: 'containerd',
  digest: '',
  written_at: new Date(at).toISOString(),
  ...(after && { written_after: { boot_id: after[0], ticks: after[1] } }),
  effect: 'restart',
  owns: 'whole',
  original: null,
})

describe('a file that a daemon reads when it starts', () => {
  /** The machine was started 1000 s ago, and the daemon 900 s after it. */
  const STARTED = 90_000
  const clock = { now: NOW, bootId: BOOT, ticks: 100_000 }
  const cases: [
    title: string,
    pending: boolean,
    file: ManagedFile,
    clock?: Partial<typeof clock | BootClock>,
  ][] = [
    ['after the daemon was started', true, written(NOW, [BOOT, 90_001])],
    ['before the daemon was started', false, written(NOW, [BOOT, 89_999])],
    ['in the same tick', true, written(NOW, [BOOT, 90_000])],
    ['before, by a clock 8 h ahead', false, written(NOW + 8 * HOUR, [BOOT, 89_999])],
    ['after, by a clock 8 h behind', true, written(NOW - 8 * HOUR, [BOOT, 90_001])],
    ['before a reboot', false, written(NOW, [OTHER_BOOT, 99_999])],
    ['after, without a time since boot', true, written(NOW - 99_000)],
    ['before, without a time since boot', false, written(NOW - 101_000)],
    ['in the future, without a time since boot', false, written(NOW + 8 * HOUR)],
    [
      'after, where the boot id can no longer be read',
      true,
      written(NOW - 99_000, [BOOT, 1]),
      { bootId: undefined },
    ],
    ['where the time since boot cannot be read', false, written(NOW), { ticks: undefined }],
  ]
  for (const [title, pending, file, changed] of cases)
    it(`and that was written ${title}: a restart is ${pending ? '' : 'not '}pending`, () =>
      assert.equal(isPending(file, STARTED, { ...clock, ...changed }), pending))
})

/** A node in a directory, the clocks of its machine, and a daemon on it. */
interface Scene {
  readonly node: string
  /** Plans, and applies at this time of the wall clock. */
  plan(): Promise<Plan>
  apply(at: number, bootClock?: () => Promise<BootClock>): Promise<void>
  /** Plans to restore these files, or all. */
  planRestore(...files: readonly string[]): Promise<Plan>
  restore(...files: readonly string[]): Promise<void>
  start(): Promise<{ stop(): Promise<void> }>
}

const restarts = async (scene: Scene) => (await scene.plan()).restart.map(({ target }) => target)

/** `wall` is the wall clock for plans. */
async function withScene(wall: () => number, use: (scene: Scene) => Promise<void>): Promise<void> {
  await withDirectory(async home => {
    const node = path.join(home, 'node')
    const config = path.join(node, 'etc/containerd/config.toml')
    await fs.mkdir(path.dirname(config), { recursive: true })
    await fs.writeFile(config, 'version = 2\n')
    const program = path.join(home, 'containerd')
    await writeWaitingProgram(program)
    const list = listOf(registry('docker.io', [mirror('https://mirror.test')]))
    const viewNode = async () => {
      const processes = openProcesses(uid)
      const run = async () => undefined
      const machine = { files: openWriter('/'), run, processes, now: wall, bootClock: readBootClock }
      return { node: openWriter(node), uid, state: await readState(openWriter(node)), machine }
    }
    const plan = async () => await makePlan(list, targets, await viewNode(), { takeOver: false })
    const planToRestore = async (...files: readonly string[]) =>
      await planRestore({ ...(await viewNode()), targets }, { files, overwrite: false })
    const occasion = { command: 'restore', bootClock: readBootClock, made: [] } as const
    await use({
      node,
      plan,
      apply: async (now, bootClock = readBootClock) => {
        await applyPlan(await plan(), openWriter(node), { command: 'apply', now, bootClock, made: [] })
      },
      planRestore: planToRestore,
      restore: async (...files) => {
        const made = await planToRestore(...files)
        await applyPlan(made, openWriter(node), { ...occasion, now: Date.now() })
      },
      start: () => startContainerdLike([program, '--config', config]),
    })
  })
}

/** Waits for the next tick of the clock that start times are given in. */
async function nextTick(): Promise<void> {
  const { ticks } = await readBootClock()
  while ((await readBootClock()).ticks === ticks);
}

describe('a pending restart', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  for (const [title, shift] of [
    ['a clock 8 h ahead', 8 * HOUR],
    ['a clock 8 h behind', -8 * HOUR],
  ] as const) {
    it(`is pending until it is done, with a file that was written by ${title}`, () =>
      withScene(Date.now, async scene => {
        const daemon = await scene.start()
        try {
          await scene.apply(Date.now() + shift)
          assert.deepEqual(await restarts(scene), ['containerd'])
        } finally {
          await daemon.stop()
        }
        await nextTick()
        const again = await scene.start()
        try {
          assert.deepEqual(await restarts(scene), [])
        } finally {
          await again.stop()
        }
      }))
  }

  it('is not pending after a reboot', () =>
    withScene(Date.now, async scene => {
      const clock = async () => ({ ...(await readBootClock()), bootId: OTHER_BOOT })
      const daemon = await scene.start()
      try {
        await scene.apply(Date.now(), clock)
        assert.deepEqual(await restarts(scene), [])
      } finally {
        await daemon.stop()
      }
    }))

  it('counts from the time when the files are in place, not from the start of the run', () =>
    withScene(Date.now, async scene => {
      let ticks = 0
      await scene.apply(NOW, async () => {
        ticks += 100
        return { bootId: BOOT, ticks }
      })
      const { files } = await readState(openWriter(scene.node))
      const config = files['/etc/containerd/config.toml']
      assert.deepEqual(config?.written_after, { boot_id: BOOT, ticks: 200 })
      const others = Object.values(files).filter(file => file !== config && file.effect === 'immediate')
      assert.ok(others.every(({ written_after }) => written_after === undefined))
    }))

  it('counts from the time when an interrupted run is finished', () =>
    withScene(Date.now, async scene => {
      const real = openWriter(scene.node)
      const bootClock = async () => ({ bootId: OTHER_BOOT, ticks: 1 })
      let committing = false
      const dying = beforeChanges(real, () => {
        if (committing) throw new Error('killed')
      })
      const rename = async (from: string, to: string) => {
        await dying.rename(from, to)
        committing = to.includes('journal-committing')
      }
      const plan = await scene.plan()
      await assert.rejects(
        applyPlan(plan, { ...dying, rename }, { command: 'apply', now: NOW, bootClock, made: [] }),
        /killed/,
      )
      const daemon = await scene.start()
      try {
        const options = { root: undefined, lockTimeout: '60s' }
        const access = {
          command: 'apply',
          node: real,
          options,
          world: { ...worldOf(), uid },
          targets,
        } as const
        const { notices } = await withWriteLock(access, async () => {})
        assert.deepEqual(
          notices.map(({ code }) => code),
          ['recovered'],
        )
        assert.deepEqual(await restarts(scene), ['containerd'])
      } finally {
        await daemon.stop()
      }
    }))

  const CONFIG = '/etc/containerd/config.toml'
  const restored = async (scene: Scene) => (await scene.planRestore()).restart.map(({ command }) => command)

  it('is not named by restore where no daemon runs that reads the file', () =>
    withScene(Date.now, async scene => {
      await scene.apply(NOW)
      assert.deepEqual((await scene.planRestore()).steps.length, 2)
      assert.deepEqual(await restored(scene), [])
      const daemon = await scene.start()
      try {
        assert.deepEqual(await restored(scene), ['systemctl restart containerd'])
      } finally {
        await daemon.stop()
      }
    }))

  it('is remembered where one file after the other is restored, until it is done', () =>
    withScene(Date.now, async scene => {
      const daemon = await scene.start()
      try {
        await scene.apply(Date.now())
        await scene.restore(CONFIG)
        const { files, restored: put } = await readState(openWriter(scene.node))
        assert.deepEqual([Object.hasOwn(files, CONFIG), Object.keys(put ?? {})], [false, [CONFIG]])
        assert.equal((await scene.planRestore()).steps.length, 1)
        assert.deepEqual(await restored(scene), ['systemctl restart containerd'])
      } finally {
        await daemon.stop()
      }
      await nextTick()
      const again = await scene.start()
      try {
        assert.deepEqual(await restored(scene), [])
      } finally {
        await again.stop()
      }
      await scene.restore()
      assert.equal(await openWriter(scene.node).read(MACHINE_STATE.state), undefined)
    }))

  it('is not stored under --root, nor where the machine hides the time since boot', () =>
    withScene(Date.now, async scene => {
      await scene.apply(NOW, async () => ({ bootId: undefined, ticks: 5 }))
      assert.ok(
        !(await fs.readFile(path.join(scene.node, MACHINE_STATE.state), 'utf8')).includes('written_after'),
      )
    }))

  it('makes the state invalid where its time is invalid', () =>
    withScene(Date.now, async scene => {
      await scene.apply(NOW)
      const file = path.join(scene.node, MACHINE_STATE.state)
      const text = await fs.readFile(file, 'utf8')
      assert.ok(momentOf(await readBootClock()))
      await fs.writeFile(file, text.replace(/"ticks": \d+/, '"ticks": "soon"'))
      await assert.rejects(readState(openWriter(scene.node)), /is damaged/)
    }))
})
