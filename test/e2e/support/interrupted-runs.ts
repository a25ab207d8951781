/** Runs of regmirror: once to the end, and many times with a kill or an error at one step. */
import assert from 'node:assert/strict'
import path from 'node:path'
import type { NodeView } from './node-view.ts'
import { copyTree } from './snapshot.ts'
import { runTraced, type Tampering, type Traced } from './strace.ts'
import type { Step } from './strace-log.ts'

export interface RunCase {
  readonly name: string
  /** The node to start from; it is only copied. */
  readonly from: string
  readonly args: readonly string[]
  /** Every part of the node must match one of these at any time. */
  readonly states: readonly NodeView[]
  /** An error that every run gets. */
  readonly fault?: Tampering
}

/** The steps of a run that was not killed, and its node. */
export interface CompleteRun {
  readonly steps: readonly Step[]
  readonly node: string
}

/** Runs to the end on a copy under `home`; with a fault, the run must fail. */
export async function runToEnd({ name, from, args, fault }: RunCase, home: string): Promise<CompleteRun> {
  const node = path.join(home, `${name}-whole`)
  await copyTree(from, node)
  // strace follows both threads only without tampering.
  const { code, stderr, steps } = await runTraced(args, node, fault ? [fault] : [])
  assert.equal(code, fault ? 2 : 0, stderr)
  return { steps, node }
}

/** Tampers with exactly this step. */
export function tamperAt(step: Step, how: string, onwards = false): Tampering {
  return { ...step, how, when: `${step.nth}${onwards ? '+' : ''}` }
}

/** Runs on a copy until it is killed before the step, and asserts that it got there. */
export async function runUntilKilled(
  leg: RunCase,
  { steps }: CompleteRun,
  step: Step,
  node: string,
): Promise<void> {
  await copyTree(leg.from, node)
  const tampering = [tamperAt(step, 'signal=SIGKILL'), ...(leg.fault ? [leg.fault] : [])]
  const ended = await runTraced(leg.args, node, tampering)
  assert.equal(ended.code, null, `the run was not killed: ${ended.stderr}`)
  assertSameUntil(ended, steps, step)
}

/** Asserts that the run made the same steps as the complete run, up to this one. */
export function assertSameUntil({ steps: done }: Traced, steps: readonly Step[], step: Step): void {
  // Only of the thread that strace follows; when it counts `write`, only of that call.
  const watched = (other: Step) =>
    other.thread === step.thread && (step.name !== 'write' || other.name === 'write')
  const lines = (some: readonly Step[]) => some.map(({ nth, text }) => `${nth} ${text}`)
  const expected = lines(steps.slice(0, steps.indexOf(step) + 1).filter(watched))
  assert.deepEqual(lines(done).slice(0, expected.length), expected, 'not the same run')
}

/** Calls that fail when nothing can be changed any more. */
const CHANGES = ['rename', 'link', 'unlink', 'rmdir', 'mkdir', 'chmod', 'fchmod', 'fchown']

/** Calls of the lock, and `write`. */
const ALONE = ['bind', 'listen', 'write']

/**
 * Makes this call fail, and all similar calls of its thread after it. `openat` fails only with errors that also occur for
 * reading, because strace cannot distinguish the two. `write` is alone, because strace counts no other call with it.
 */
export function failFrom(step: Step, steps: readonly Step[], error: string): readonly Tampering[] {
  const how = `error=${error}`
  if (ALONE.includes(step.name) || step.thread === 'pool') return [tamperAt(step, how, true)]
  const opening = ['EIO', 'EMFILE'].includes(error) ? ['openat'] : []
  const names = new Set([step.name, ...opening, ...(error === 'EMFILE' ? [] : CHANGES)])
  const onMain = (list: readonly Step[], name: string) =>
    list.filter(other => other.thread === 'main' && other.name === name)
  return [...names].map(name => {
    const next = onMain(steps.slice(steps.indexOf(step)), name)[0]?.nth
    const from = name === 'openat' ? step.opened + 1 : (next ?? (onMain(steps, name).at(-1)?.nth ?? 0) + 1)
    return { thread: 'main', name, how, when: `${from}+` }
  })
}
