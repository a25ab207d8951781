/**
 * Failing at any moment: whichever call that changes something the system refuses, once or from then on, regmirror
 * says so in a line and leaves the node as it was; or tells what is not, and the next run brings it in order.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
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

const ROOT = path.resolve(import.meta.dirname, '../..')
const ERRORS = ['ENOSPC', 'EIO', 'EROFS', 'EACCES', 'EMFILE']

/** How many steps are tried with each error; all of them in a full test. */
const ONCE = 4
const ONWARDS = 2

describe('a run whose calls fail', function () {
  this.timeout(3_600_000)
  let journey: CrashNodes
  let whole: CompleteRun
  let between: NodeView
  let last: NodeView
  let assertBothWays: ReturnType<typeof recoveryCheck>
  let points = 0

  before(async function () {
    needStrace(this)
    needRuntime(this, 'containerd-trixie', true)
    execFileSync(process.execPath, ['tools/build.ts'], { cwd: ROOT })
    journey = await makeCrashNodes()
    between = await viewNode(journey.between)
    last = await viewNode(journey.last)
    const { snapshot: first } = await viewNode(journey.first)
    assertBothWays = recoveryCheck({ apply: journey.apply, first, last: last.snapshot })
    const leg = { name: 'apply', from: journey.between, args: journey.apply, states: [between, last] }
    whole = await runToEnd(leg, journey.home)
  })

  after(() => journey?.close())

  /** Lets calls of a run fail, and gives what came of it to `look`. */
  const failing = async (
    name: string,
    step: Step,
    tampering: readonly Tampering[],
    look: (ended: Traced, now: NodeView) => void,
  ) => {
    const node = path.join(journey.home, name)
    await copyTree(journey.between, node)
    const ended = await runTraced(journey.apply, node, tampering)
    assertSameUntil(ended, whole.steps, step)
    const now = await viewNode(node)
    look(ended, now)
    await assertBothWays(node, now.snapshot)
    await fs.rm(node, { recursive: true })
  }

  const failAll = async (steps: readonly Step[], use: (step: Step, nth: number) => Promise<void>) => {
    points += steps.length
    const nameOf = (step: Step) => `failing at step ${whole.steps.indexOf(step)}, ${step.text}`
    const failures = await runForEach(steps, nameOf, use)
    assert.equal(failures.length, 0, failures.join('\n\n'))
  }

  /** Nothing of the node is left to change after this: the new state stands. */
  const isDone = (step: Step) =>
    whole.steps.indexOf(step) > whole.steps.findIndex(({ text }) => /^rename .*\/state\.json$/.test(text))

  for (const [nth, error] of ERRORS.entries()) {
    it(`with ${error} once, says so and leaves the node as it was`, () =>
      failAll(sampleSteps(whole.steps, ONCE, nth), (step, at) =>
        failing(`${error}-${at}`, step, [tamperAt(step, `error=${error}`)], (ended, now) => {
          if (ended.code === 0) assertNew(ended, now.snapshot, last.snapshot, isDone(step))
          else assertRefused(ended, now.snapshot, between.snapshot)
        }),
      ))

    it(`with ${error} from then on, says what is not as it was`, () =>
      failAll(sampleSteps(persistent(whole.steps, error), ONWARDS, nth), (step, at) =>
        failing(`${error}-from-${at}`, step, failFrom(step, whole.steps, error), (ended, now) => {
          if (ended.code === 0) assertNew(ended, now.snapshot, last.snapshot, isDone(step))
          else assertTold(ended, now, [between, last])
        }),
      ))
  }

  it('has failed often enough', () => {
    console.log(`    faults: ${points} points of failure`)
    assert.ok(points >= 60, `${points} points`)
  })
})

/** No file can be opened any more, or nothing can be changed any more. */
function persistent(steps: readonly Step[], error: string): readonly Step[] {
  return error === 'EMFILE' ? steps.filter(({ name }) => name === 'openat') : steps
}

/** All is done; what could not be swept up is told. It was too late to refuse, or there was another way. */
function assertNew({ stderr }: Traced, now: Snapshot, last: Snapshot, wasDone: boolean): void {
  assert.deepEqual(differences(inUse(now), inUse(last)), [], 'the node is not new')
  const swept = filesOf(now).join() === filesOf(last).join()
  assert.ok(wasDone || swept, `what should have been refused was not: ${stderr}`)
  if (!swept) assert.match(stderr, /^notice: .*could not be removed/m)
}

/** Without tickets: one that cannot be removed is of the dead as soon as the run has ended, and the next removes it. */
function filesOf(snapshot: Snapshot): readonly string[] {
  return Object.keys(snapshot).filter(file => !/\/regmirror\/(lock|wait)-\w+$/.test(file))
}

/** One line that names a file and says what to do; nothing has changed. */
function assertRefused({ code, stderr }: Traced, now: Snapshot, before: Snapshot): void {
  assert.equal(code, 2, stderr)
  assert.match(stderr, /^error: \/[^\n]+: [^\n]+; [^\n]+\n$/)
  assert.deepEqual(differences(now, before), [], `the node is not as it was: ${stderr}`)
}

/** A line for each file that is not as it was; each file is wholly so or wholly so. */
function assertTold({ code, stderr }: Traced, now: NodeView, states: readonly [NodeView, NodeView]): void {
  assert.equal(code, 2, stderr)
  assert.match(stderr, /^(error: \/[^\n]+: [^\n]+\n)+$/)
  assertConsistent(now, states)
  const [before] = states.map(({ snapshot }) => inUse(snapshot)) as [Snapshot, Snapshot]
  const changed = Object.keys(inUse(now.snapshot)).filter(file => now.snapshot[file] !== before[file])
  const named = (file: string) => [file, path.dirname(file)].some(name => stderr.includes(`error: ${name}: `))
  assert.deepEqual(
    changed.filter(file => !named(file)),
    [],
    `not told: ${stderr}`,
  )
}
