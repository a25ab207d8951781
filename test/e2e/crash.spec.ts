/**
 * Killed at any moment: whichever call that changes something a run does not get to, the node is sound, real
 * containerds take it, and the next run brings it where it was to go, or back to where it came from.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { isFullTest } from '../support/check-property.ts'
import { assertConfigsAccepted, assertHostsAccepted, type SeenNode } from './support/assert-accepted.ts'
import { type CrashNodes, makeCrashNodes } from './support/crash-nodes.ts'
import {
  type CompleteRun,
  type RunCase,
  runToEnd,
  runUntilKilled,
  tamperAt,
} from './support/interrupted-runs.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { assertConsistent, type NodeView, recoveryCheck, viewNode } from './support/node-view.ts'
import { generations, needRuntime } from './support/runtimes.ts'
import { runForEach, sampleSteps } from './support/sample-steps.ts'
import { copyTree, idOf, inUse } from './support/snapshot.ts'
import { needStrace } from './support/strace.ts'
import type { Step } from './support/strace-log.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** How many points of each run are tried, of an apply most; all of them in a full test. */
const APPLY_KILLS = 48
const OTHER_KILLS = 12
const SECOND_KILLS = 3

/** Where in an apply the first kill of two falls: while it stages, commits early and late, and sweeps up. */
const FIRST_KILLS = [0.3, 0.64, 0.72, 0.85, 0.97]

describe('a run that is killed', function () {
  this.timeout(3_600_000)
  let journey: CrashNodes
  let first: NodeView
  let between: NodeView
  let last: NodeView
  let applying: RunCase
  let applied: CompleteRun
  let assertBothWays: ReturnType<typeof recoveryCheck>
  let points = 0
  /** By what they look like for those who use them. */
  const trees = new Map<string, SeenNode>()

  before(async function () {
    needStrace(this)
    needRuntime(this, 'containerd-trixie', true)
    execFileSync(process.execPath, ['tools/build.ts'], { cwd: ROOT })
    journey = await makeCrashNodes()
    first = await viewNode(journey.first)
    between = await viewNode(journey.between)
    last = await viewNode(journey.last)
    assertBothWays = recoveryCheck({ apply: journey.apply, first: first.snapshot, last: last.snapshot })
    const states = [between, last]
    applying = { name: 'apply', from: journey.between, args: journey.apply, states }
    applied = await runToEnd(applying, journey.home)
  })

  after(() => journey?.close())

  const killAt = async (leg: RunCase, whole: CompleteRun, step: Step, nth: number): Promise<void> => {
    const node = path.join(journey.home, `${leg.name}-${nth}`)
    await runUntilKilled(leg, whole, step, node)
    const sight = await viewNode(node)
    await keep(node, sight)
    assertConsistent(sight, leg.states)
    await assertBothWays(node, sight.snapshot)
    await fs.rm(node, { recursive: true })
  }

  /** Keeps a copy of what looks new. */
  const keep = async (node: string, sight: NodeView): Promise<void> => {
    const id = idOf(inUse(sight.snapshot))
    if (trees.has(id)) return
    const root = path.join(journey.home, `tree-${trees.size}`)
    trees.set(id, { root, sight })
    await copyTree(node, root)
  }

  /** Kills the run at its steps, or at so many of them. */
  const killAll = async (leg: RunCase, whole: CompleteRun, steps: readonly Step[], count: number) => {
    const chosen = sampleSteps(steps, count)
    points += chosen.length
    const nameOf = (step: Step) =>
      `${leg.name}, killed before step ${whole.steps.indexOf(step)}, ${step.text}`
    const failures = await runForEach(chosen, nameOf, (step, nth) => killAt(leg, whole, step, nth))
    assert.equal(failures.length, 0, failures.join('\n\n'))
  }

  it('leaves a sound node, when it applies', () => killAll(applying, applied, applied.steps, APPLY_KILLS))

  it('leaves a sound node, when it restores', async () => {
    const leg = { name: 'restore', from: journey.last, args: ['restore'], states: [last, first] }
    const whole = await runToEnd(leg, journey.home)
    await killAll(leg, whole, whole.steps, OTHER_KILLS)
  })

  it('leaves a sound node, when it puts back what it could not finish', async () => {
    const commits = applied.steps.findIndex(({ text }) => /^rename .*\/state\.json$/.test(text))
    const fault = tamperAt(applied.steps[commits + 1] as Step, 'error=EIO')
    const leg = { ...applying, name: 'undo', fault }
    const whole = await runToEnd(leg, journey.home)
    // Two things cannot be done to calls of one name.
    const after = whole.steps.slice(commits + 2).filter(({ name }) => name !== fault.name && name !== 'write')
    await killAll(leg, whole, after, OTHER_KILLS)
  })

  for (const [nth, part] of FIRST_KILLS.entries()) {
    const command = nth % 2 === 0 ? 'apply' : 'restore'
    it(`leaves a sound node, when it is the ${command} after one killed at ${part * 100} %`, async () => {
      const step = applied.steps[Math.floor(part * applied.steps.length)] as Step
      const from = path.join(journey.home, `crashed-${nth}`)
      await runUntilKilled(applying, applied, step, from)
      const args = command === 'apply' ? journey.apply : ['restore']
      const states = command === 'apply' ? [between, last] : [between, last, first]
      const leg = { name: `second-${nth}`, from, args, states }
      const second = await runToEnd(leg, journey.home)
      await killAll(leg, second, second.steps, SECOND_KILLS)
    })
  }

  it('was killed often enough', () => {
    console.log(`    crash: ${points} kill points, ${trees.size} distinct trees`)
    assert.ok(points >= (isFullTest ? 150 : 50), `${points} kill points`)
  })

  for (const { title, suite } of generations.filter(({ suite }) => suite !== 'bookworm')) {
    describe(`leaves what ${title} takes`, () => {
      const name = `containerd-${suite}`
      let outside: LoggingProxy
      before(async function () {
        needRuntime(this, name, true)
        outside = await startLoggingProxy()
      })
      after(() => outside?.close())

      it('as config.toml', async () => {
        const count = await assertConfigsAccepted(name, [...trees.values()], outside, journey.home)
        assert.equal(count, 2, 'the old and the new')
      })

      it('as hosts.toml', async () => {
        const count = await assertHostsAccepted(name, [...trees.values()], outside)
        assert.ok(count >= 20, `${count} were seen`)
      })
    })
  }
})
