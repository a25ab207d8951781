/**
 * Any call that changes the node may fail, once or from then on: regmirror reports it in one line and leaves the node as
 * before, or names every file that is not, and the next run recovers the node.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { needBuilt } from './support/built.ts'
import { type CrashNodes, makeCrashNodes } from './support/crash-nodes.ts'
import {
  assertSameUntil,
  type CompleteRun,
  failFrom,
  runToEnd,
  tamperAt,
} from './support/interrupted-runs.ts'
import { assertConsistent, type NodeView, recoveryCheck, viewNode } from './support/node-view.ts'
import { needRuntime } from './support/runtimes.ts'
import { runForEach, sampleSteps } from './support/sample-steps.ts'
import { copyTree, differences, inUse, type Snapshot } from './support/snapshot.ts'
import { needStrace, runTraced, type Tampering, type Traced } from './support/strace.ts'
import type { Step } from './support/strace-log.ts'

const ERRORS = ['ENOSPC', 'EIO', 'EROFS', 'EACCES', 'EMFILE']

/** How many steps are tried with each error; all of them in a full test. */
const ONCE = 4
const ONWARDS = 2

describe('a run whose calls fail', function () {
  this.timeout(3_600_000)
  let nodes: CrashNodes
  let complete: CompleteRun
  let between: NodeView
  let last: NodeView
  let assertRecovers: ReturnType<typeof recoveryCheck>
  let points = 0

  before(async function () {
    needStrace(this)
    needRuntime(this, 'containerd-trixie', true)
    needBuilt()
    nodes = await makeCrashNodes()
    between = await viewNode(nodes.between)
    last = await viewNode(nodes.last)
    const { snapshot: first } = await viewNode(nodes.first)
    assertRecovers = recoveryCheck({ apply: nodes.apply, first, last: last.snapshot })
    const runCase = { name: 'apply', from: nodes.between, args: nodes.apply, states: [between, last] }
    complete = await runToEnd(runCase, nodes.home)
  })

  after(() => nodes?.close())

  /** Makes calls of a run fail, and passes the result to `assertResult`. */
  const failing = async (
    name: string,
    step: Step,
    tampering: readonly Tampering[],
    assertResult: (ended: Traced, view: NodeView) => void,
  ) => {
    const node = path.join(nodes.home, name)
    await copyTree(nodes.between, node)
    const ended = await runTraced(nodes.apply, node, tampering)
    assertSameUntil(ended, complete.steps, step)
    const view = await viewNode(node)
    assertResult(ended, view)
    await assertRecovers(node, view.snapshot)
    await fs.rm(node, { recursive: true })
  }

  const failAll = async (steps: readonly Step[], use: (step: Step, nth: number) => Promise<void>) => {
    points += steps.length
    const nameOf = (step: Step) => `failing at step ${complete.steps.indexOf(step)}, ${step.text}`
    const failures = await runForEach(steps, nameOf, use)
    assert.equal(failures.length, 0, failures.join('\n\n'))
  }

  /** After this step the new state is in place, and nothing else changes. */
  const isDone = (step: Step) =>
    complete.steps.indexOf(step) >
    complete.steps.findIndex(({ text }) => /^rename .*\/state\.json$/.test(text))

  for (const [nth, error] of ERRORS.entries()) {
    it(`with ${error} once, reports it and leaves the node as before`, () =>
      failAll(sampleSteps(complete.steps, ONCE, nth), (step, at) =>
        failing(`${error}-${at}`, step, [tamperAt(step, `error=${error}`)], (ended, view) => {
          if (ended.code === 0) assertNew(ended, view.snapshot, last.snapshot, isDone(step))
          else assertRefused(ended, view.snapshot, between.snapshot)
        }),
      ))

    it(`with ${error} from then on, reports every file that is not as before`, () =>
      failAll(sampleSteps(persistent(complete.steps, error), ONWARDS, nth), (step, at) =>
        failing(`${error}-from-${at}`, step, failFrom(step, complete.steps, error), (ended, view) => {
          if (ended.code === 0) assertNew(ended, view.snapshot, last.snapshot, isDone(step))
          else assertReported(ended, view, [between, last])
        }),
      ))
  }

  it('fails at enough points', () => {
    console.log(`    faults: ${points} points of failure`)
    assert.ok(points >= 60, `${points} points`)
  })
})

/** The steps from which an error can persist. */
function persistent(steps: readonly Step[], error: string): readonly Step[] {
  return error === 'EMFILE' ? steps.filter(({ name }) => name === 'openat') : steps
}

/** The run finished, and reported temporaries that it could not remove. */
function assertNew({ stderr }: Traced, now: Snapshot, last: Snapshot, wasDone: boolean): void {
  assert.deepEqual(differences(inUse(now), inUse(last)), [], 'the node is not new')
  const isClean = filesOf(now).join() === filesOf(last).join()
  assert.ok(wasDone || isClean, `the run should have failed: ${stderr}`)
  if (!isClean) assert.match(stderr, /^notice: .*could not be removed/m)
}

/** Without tickets: one that cannot be removed is stale when the run has ended, and the next run removes it. */
function filesOf(snapshot: Snapshot): readonly string[] {
  return Object.keys(snapshot).filter(file => !/\/regmirror\/(lock|wait)-\w+$/.test(file))
}

/** One line with a file and a remedy, and an unchanged node. */
function assertRefused({ code, stderr }: Traced, now: Snapshot, before: Snapshot): void {
  assert.equal(code, 2, stderr)
  assert.match(stderr, /^error: \/[^\n]+: [^\n]+; [^\n]+\n$/)
  assert.deepEqual(differences(now, before), [], `the node is not as before: ${stderr}`)
}

/** A line for each file that is not as before; each file is the old or the new one. */
function assertReported(
  { code, stderr }: Traced,
  view: NodeView,
  states: readonly [NodeView, NodeView],
): void {
  assert.equal(code, 2, stderr)
  assert.match(stderr, /^(error: \/[^\n]+: [^\n]+\n)+$/)
  assertConsistent(view, states)
  const [before] = states.map(({ snapshot }) => inUse(snapshot)) as [Snapshot, Snapshot]
  const changed = Object.keys(inUse(view.snapshot)).filter(file => view.snapshot[file] !== before[file])
  const named = (file: string) => [file, path.dirname(file)].some(name => stderr.includes(`error: ${name}: `))
  assert.deepEqual(
    changed.filter(file => !named(file)),
    [],
    `not reported: ${stderr}`,
  )
}
