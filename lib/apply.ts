/**
 * Carries a plan out: the only place that writes to a node. Every step leaves an undo behind, and a step
 * that fails undoes all before it.
 */
import path from 'node:path'
import { hasBanner } from './banner.ts'
import { temporaryName } from './disk.ts'
import { Failure, type Issue } from './errors.ts'
import type { Writer } from './files.ts'
import type { Plan } from './plan.ts'
import {
  digestOf,
  keptName,
  ORIGINALS_DIRECTORY,
  type Original,
  STATE_DIRECTORY,
  STATE_FILE,
  type State,
  serializeState,
  type Written,
} from './state.ts'
import { find, type Step } from './step.ts'

/** Puts back what one action changed. */
type Undo = () => Promise<void>

/** What has been done so far, and what may be thrown away once all of it is. */
interface Done {
  readonly undo: Undo[]
  readonly sweep: Undo[]
}

/**
 * Makes the node what the plan says. `now` (ms since 1970) is what the state records. A plan without steps opens
 * no file. Throws Failure `stale` when a file is no longer what the plan was made from, `io` when a step fails; the
 * node is then as before.
 */
export async function applyPlan(plan: Plan, node: Writer, now: number): Promise<void> {
  if (plan.steps.length === 0) return
  await refuseStale(plan.steps, node)
  const done: Done = { undo: [], sweep: [] }
  try {
    const state = await rememberOriginals(plan, node, now)
    for (const group of byDirectory(plan.steps)) await carryOut(group, node, done)
    await node.write(STATE_FILE, serializeState(state), { mode: 0o600 })
  } catch (error) {
    await rollBack(done.undo, error)
  }
  for (const sweep of done.sweep) await sweep()
}

async function refuseStale(steps: readonly Step[], node: Writer): Promise<void> {
  const issues: Issue[] = []
  for (const step of steps) {
    const now = await find(node, step.path)
    const same = now === undefined ? step.before === undefined : step.before?.bytes.equals(now.bytes)
    if (!same)
      issues.push({ file: step.path, message: 'changed while the plan was made', hint: 'run it again' })
  }
  if (issues.length > 0) throw new Failure('stale', issues)
}

/** Keeps, once for each path, what was there before us; returns the state as it will be. */
async function rememberOriginals(plan: Plan, node: Writer, now: number): Promise<State> {
  await node.makeDirectory(path.dirname(STATE_DIRECTORY), 0o755)
  await node.makeDirectory(STATE_DIRECTORY, 0o700)
  await node.makeDirectory(ORIGINALS_DIRECTORY, 0o700)
  const files = { ...plan.state.files }
  for (const step of plan.steps) {
    const known = files[step.path]
    const original = known?.original ?? (isForeign(step, known) ? await keepOriginal(step, node) : null)
    if (step.after === undefined || step.restores) delete files[step.path]
    else files[step.path] = written(step, original, now)
  }
  return { version: 1, files }
}

function written(step: Step, original: Original, now: number): State['files'][string] {
  return {
    target: step.target,
    digest: digestOf(step.after?.bytes ?? Buffer.alloc(0)),
    written_at: new Date(now).toISOString(),
    effect: step.effect,
    owns: step.owns,
    original,
  }
}

/** Whether what stands there is somebody else's, maybe in the place of what we wrote. */
function isForeign({ before, owns }: Step, known: Written | undefined): boolean {
  if (before === undefined) return false
  if (owns === 'value') return known === undefined
  return !hasBanner(before.bytes) && digestOf(before.bytes) !== known?.digest
}

async function keepOriginal(step: Step, node: Writer): Promise<Original> {
  if (step.before === undefined) return null
  const kept = keptName(step.path)
  await node.write(`${ORIGINALS_DIRECTORY}/${kept}`, step.before.bytes, { mode: 0o600 })
  return { kept, ...step.before.ownership }
}

/** Steps in one directory that follow each other: a new directory appears, and an old one goes, in whole. */
function byDirectory(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups: Step[][] = []
  for (const step of steps) {
    const last = groups.at(-1)?.[0]
    const together =
      last && path.dirname(last.path) === path.dirname(step.path) && !last.after === !step.after
    if (together) groups.at(-1)?.push(step)
    else groups.push([step])
  }
  return groups
}

async function carryOut(steps: readonly Step[], node: Writer, done: Done): Promise<void> {
  // Behind a link, so that new names stand on the file system that the directory is on.
  const directory = await node.real(path.dirname(steps[0]?.path as string))
  const entries = await node.entries(directory)
  if (entries === undefined) return await buildDirectory(directory, steps, node, done)
  const removed = steps.filter(step => step.after === undefined).map(step => path.basename(step.path))
  if (entries.every(entry => removed.includes(entry.name)))
    return await takeAway(directory, node, done, steps)
  for (const step of steps) {
    if (step.after === undefined) await takeAway(step.path, node, done)
    else await put(step, node, done)
  }
}

/** An empty or half-filled registry directory shadows `_default`, so it is filled under another name first. */
async function buildDirectory(
  directory: string,
  steps: readonly Step[],
  node: Writer,
  done: Done,
): Promise<void> {
  const made = await node.makeDirectory(path.dirname(directory), 0o755)
  done.undo.push(async () => {
    for (const parent of made) await node.removeEmptyDirectory(parent)
  })
  const building = temporaryName(directory)
  await node.makeDirectory(building, 0o755)
  const moved = steps.map(step => ({ ...step, path: path.join(building, path.basename(step.path)) }))
  const drop = (at: string) => async () => {
    for (const step of steps) await node.remove(path.join(at, path.basename(step.path)))
    await node.removeEmptyDirectory(at)
  }
  const undoing = done.undo.push(drop(building)) - 1
  for (const step of moved)
    if (step.after) await node.write(step.path, step.after.bytes, step.after.ownership)
  await node.rename(building, directory)
  done.undo[undoing] = async () => {
    await node.rename(directory, building)
    await drop(building)()
  }
}

/** Renames a file or a directory out of the way; what is left of it goes when everything has worked. */
async function takeAway(file: string, node: Writer, done: Done, inside: readonly Step[] = []): Promise<void> {
  const away = temporaryName(file)
  await node.rename(file, away)
  done.undo.push(() => node.rename(away, file))
  done.sweep.push(async () => {
    for (const step of inside) await node.remove(path.join(away, path.basename(step.path)))
    if (inside.length === 0) await node.remove(away)
    else await node.removeEmptyDirectory(away)
  })
}

async function put(step: Step, node: Writer, done: Done): Promise<void> {
  const { path: file, before, after } = step
  if (after === undefined) return
  await node.write(file, after.bytes, after.ownership)
  done.undo.push(() =>
    before === undefined ? node.remove(file) : node.write(file, before.bytes, before.ownership),
  )
}

/** Undoes in reverse, then throws the error that made it necessary, with every file that could not be put back. */
async function rollBack(undo: readonly Undo[], error: unknown): Promise<never> {
  const stuck: Issue[] = []
  for (const step of [...undo].reverse()) {
    try {
      await step()
    } catch (failed) {
      if (!(failed instanceof Failure)) throw failed
      stuck.push(
        ...failed.issues.map(issue => ({ ...issue, message: `could not be put back: ${issue.message}` })),
      )
    }
  }
  if (stuck.length === 0 || !(error instanceof Failure)) throw error
  throw new Failure(error.code, [...error.issues, ...stuck])
}
