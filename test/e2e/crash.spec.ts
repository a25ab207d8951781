/**
 * A run may be killed before any call that changes the node: the node stays valid, real containerds accept it, and the next
 * run finishes or undoes the work.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { isFullTest } from '../support/check-property.ts'
import { assertConfigsAccepted, assertHostsAccepted, type SeenNode } from './support/assert-accepted.ts'
import { needBuilt } from './support/built.ts'
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

/** How many points of each run are tried; all of them in a full test. */
const APPLY_KILLS = 48
const OTHER_KILLS = 12
const SECOND_KILLS = 3

/** Where in an apply the first of two kills falls: while it stages, commits early and late, and cleans up. */
const FIRST_KILLS = [0.3, 0.64, 0.72, 0.85, 0.97]

describe('a run that is killed', function () {
  this.timeout(3_600_000)
  let nodes: CrashNodes
  let first: NodeView
  let between: NodeView
  let last: NodeView
  let applying: RunCase
  let applied: CompleteRun
  let assertRecovers: ReturnType<typeof recoveryCheck>
  let points = 0
  /** By id, without the files of regmirror. */
  const trees = new Map<string, SeenNode>()

  before(async function () {
    needStrace(this)
    needRuntime(this, 'containerd-trixie', true)
    needBuilt()
    nodes = await makeCrashNodes()
    first = await viewNode(nodes.first)
    between = await viewNode(nodes.between)
    last = await viewNode(nodes.last)
    assertRecovers = recoveryCheck({ apply: nodes.apply, first: first.snapshot, last: last.snapshot })
    const states = [between, last]
    applying = { name: 'apply', from: nodes.between, args: nodes.apply, states }
    applied = await runToEnd(applying, nodes.home)
  })

  after(() => nodes?.close())

  const killAt = async (runCase: RunCase, complete: CompleteRun, step: Step, nth: number): Promise<void> => {
    const node = path.join(nodes.home, `${runCase.name}-${nth}`)
    await runUntilKilled(runCase, complete, step, node)
    const view = await viewNode(node)
    await keep(node, view)
    assertConsistent(view, runCase.states)
    await assertRecovers(node, view.snapshot)
    await fs.rm(node, { recursive: true })
  }

  /** Keeps a copy of each distinct tree. */
  const keep = async (node: string, view: NodeView): Promise<void> => {
    const id = idOf(inUse(view.snapshot))
    if (trees.has(id)) return
    const root = path.join(nodes.home, `tree-${trees.size}`)
    trees.set(id, { root, view })
    await copyTree(node, root)
  }

  /** Kills the run at its steps, or at `count` of them. */
  const killAll = async (runCase: RunCase, complete: CompleteRun, steps: readonly Step[], count: number) => {
    const chosen = sampleSteps(steps, count)
    points += chosen.length
    const nameOf = (step: Step) =>
      `${runCase.name}, killed before step ${complete.steps.indexOf(step)}, ${step.text}`
    const failures = await runForEach(chosen, nameOf, (step, nth) => killAt(runCase, complete, step, nth))
    assert.equal(failures.length, 0, failures.join('\n\n'))
  }

  it('leaves a valid node when it applies', () => killAll(applying, applied, applied.steps, APPLY_KILLS))

  it('leaves a valid node when it restores', async () => {
    const runCase = { name: 'restore', from: nodes.last, args: ['restore'], states: [last, first] }
    const complete = await runToEnd(runCase, nodes.home)
    await killAll(runCase, complete, complete.steps, OTHER_KILLS)
  })

  it('leaves a valid node when it undoes an apply that failed', async () => {
    const commits = applied.steps.findIndex(({ text }) => /^rename .*\/state\.json$/.test(text))
    const fault = tamperAt(applied.steps[commits + 1] as Step, 'error=EIO')
    const runCase = { ...applying, name: 'undo', fault }
    const complete = await runToEnd(runCase, nodes.home)
    // strace cannot tamper twice with calls of one name.
    const after = complete.steps
      .slice(commits + 2)
      .filter(({ name }) => name !== fault.name && name !== 'write')
    await killAll(runCase, complete, after, OTHER_KILLS)
  })

  for (const [nth, part] of FIRST_KILLS.entries()) {
    const command = nth % 2 === 0 ? 'apply' : 'restore'
    it(`leaves a valid node when it is the ${command} after one that was killed at ${part * 100} %`, async () => {
      const step = applied.steps[Math.floor(part * applied.steps.length)] as Step
      const from = path.join(nodes.home, `crashed-${nth}`)
      await runUntilKilled(applying, applied, step, from)
      const args = command === 'apply' ? nodes.apply : ['restore']
      const states = command === 'apply' ? [between, last] : [between, last, first]
      const runCase = { name: `second-${nth}`, from, args, states }
      const second = await runToEnd(runCase, nodes.home)
      await killAll(runCase, second, second.steps, SECOND_KILLS)
    })
  }

  it('was killed at enough points', () => {
    console.log(`    crash: ${points} kill points, ${trees.size} distinct trees`)
    assert.ok(points >= (isFullTest ? 150 : 50), `${points} kill points`)
  })

  for (const { title, suite } of generations.filter(({ suite }) => suite !== 'bookworm')) {
    describe(`leaves files that ${title} accepts`, () => {
      const name = `containerd-${suite}`
      let proxy: LoggingProxy
      before(async function () {
        needRuntime(this, name, true)
        proxy = await startLoggingProxy()
      })
      after(() => proxy?.close())

      it('as config.toml', async () => {
        const count = await assertConfigsAccepted(name, [...trees.values()], proxy, nodes.home)
        assert.equal(count, 2, 'the old and the new file')
      })

      it('as hosts.toml', async () => {
        const count = await assertHostsAccepted(name, [...trees.values()], proxy)
        assert.ok(count >= 20, `${count} distinct files`)
      })
    })
  }
})
