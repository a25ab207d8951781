/** A run of regmirror, done once as it should be, and again and again with something in its way. */
import assert from 'node:assert/strict'
import path from 'node:path'
import type { NodeView } from './node-view.ts'
import { copyTree } from './snapshot.ts'
import { runTraced, type Tampering, type Traced } from './strace.ts'
import type { Step } from './strace-log.ts'

export interface RunCase {
  readonly name: string
  /** The node it starts from, which is only copied. */
  readonly from: string
  readonly args: readonly string[]
  /** What each part of the node may be like on the way. */
  readonly states: readonly NodeView[]
  /** What goes wrong in it anyhow. */
  readonly fault?: Tampering
}

/** The steps of a run that nobody kills, and its node. */
export interface CompleteRun {
  readonly steps: readonly Step[]
  readonly node: string
}

/** Runs it to its end on a copy under `home`: done, or with its fault given up. */
export async function runToEnd({ name, from, args, fault }: RunCase, home: string): Promise<CompleteRun> {
  const node = path.join(home, `${name}-whole`)
  await copyTree(from, node)
  // Both threads are watched only where nothing is tampered with; after a fault, what the main one does is known.
  const { code, stderr, steps } = await runTraced(args, node, fault ? [fault] : [])
  assert.equal(code, fault ? 2 : 0, stderr)
  return { steps, node }
}

/** What strace has to do to that very step. */
export function tamperAt(step: Step, how: string, onwards = false): Tampering {
  return { ...step, how, when: `${step.nth}${onwards ? '+' : ''}` }
}

/** Runs it on a copy until it is killed before the step, and makes sure that it was just there. */
export async function runUntilKilled(
  leg: RunCase,
  { steps }: CompleteRun,
  step: Step,
  node: string,
): Promise<void> {
  await copyTree(leg.from, node)
  const tampering = [tamperAt(step, 'signal=SIGKILL'), ...(leg.fault ? [leg.fault] : [])]
  const ended = await runTraced(leg.args, node, tampering)
  assert.equal(ended.code, null, `it was not killed: ${ended.stderr}`)
  assertSameUntil(ended, steps, step)
}

/** Up to that step it did what the run that came to its end did. */
export function assertSameUntil({ steps: done }: Traced, steps: readonly Step[], step: Step): void {
  // Of the thread alone that is watched, and where `write` is counted of that alone.
  const watched = (other: Step) =>
    other.thread === step.thread && (step.name !== 'write' || other.name === 'write')
  const told = (some: readonly Step[]) => some.map(({ nth, text }) => `${nth} ${text}`)
  const wanted = told(steps.slice(0, steps.indexOf(step) + 1).filter(watched))
  assert.deepEqual(told(done).slice(0, wanted.length), wanted, 'not the same run')
}

/** What fails when nothing can be changed any more. */
const CHANGES = ['rename', 'link', 'unlink', 'rmdir', 'mkdir', 'chmod', 'fchmod', 'fchown', 'fsync']

/**
 * Lets this call fail and all like it that come after it. Opening fails only with errors that reading meets too:
 * strace does not tell the one from the other. `write` stands alone, for where it is counted nothing else is seen.
 */
export function failFrom(step: Step, steps: readonly Step[], error: string): readonly Tampering[] {
  const how = `error=${error}`
  if (step.thread === 'main' || step.name === 'write') return [tamperAt(step, how, true)]
  const opening = ['EIO', 'EMFILE'].includes(error) ? ['openat'] : []
  const names = new Set([step.name, ...opening, ...(error === 'EMFILE' ? [] : CHANGES)])
  const pool = (list: readonly Step[], name: string) =>
    list.filter(other => other.thread === 'pool' && other.name === name)
  return [...names].map(name => {
    const next = pool(steps.slice(steps.indexOf(step)), name)[0]?.nth
    const from = name === 'openat' ? step.opened + 1 : (next ?? (pool(steps, name).at(-1)?.nth ?? 0) + 1)
    return { thread: 'pool', name, how, when: `${from}+` }
  })
}
