/**
 * The plan: what the list asks for beside what the node has, as a value. Reads, never writes; `apply` carries
 * the value out and every report prints it.
 */
import { hasBanner } from './banner.ts'
import { unifiedDiff } from './diff.ts'
import { Failure, type Issue } from './errors.ts'
import type { Ownership, Reader } from './files.ts'
import type { MirrorList } from './registry.ts'
import type { Effect, Notice, PlanReport, Restart } from './report.ts'
import { hideSecrets } from './secrets.ts'
import { digestOf, ORIGINALS_DIRECTORY, readOriginal, type State, type Written } from './state.ts'
import type { Choices, DesiredFile, Rendering, Target, View } from './targets/target.ts'

/** A file with everything that putting it back needs. */
export interface FoundFile {
  readonly bytes: Buffer
  readonly ownership: Required<Ownership>
}

/** One file to change. Both sides undefined does not occur. */
export interface Step {
  readonly target: string
  readonly path: string
  readonly before: FoundFile | undefined
  readonly after: { readonly bytes: Buffer; readonly ownership: Ownership } | undefined
  readonly owns: 'whole' | 'value'
  /** Whether this puts back what was there before us. */
  readonly restores: boolean
  readonly effect: Effect
  readonly why: string
}

export interface Plan {
  /** In the order they must be carried out: writes first, then removals. */
  readonly steps: readonly Step[]
  readonly notices: readonly Notice[]
  readonly restart: readonly Restart[]
  /** How many files are already as they should be. */
  readonly unchanged: number
  /** The state the plan was made from. */
  readonly state: State
}

/** Works out the plan. Throws Failure `conflict` with every reason why nothing may be written. */
export async function makePlan(
  list: MirrorList,
  targets: Readonly<Record<string, Target>>,
  view: View,
  choices: Choices,
): Promise<Plan> {
  const parts = []
  for (const [name, target] of Object.entries(targets)) {
    parts.push(await planTarget(name, target, list, view, choices))
  }
  const conflicts = parts.flatMap(part => part.conflicts)
  if (conflicts.length > 0) throw new Failure('conflict', conflicts)
  return {
    steps: parts.flatMap(part => part.steps),
    notices: parts.flatMap(part => part.notices),
    restart: parts.flatMap(part => part.restart),
    unchanged: parts.reduce((sum, part) => sum + part.unchanged, 0),
    state: view.state,
  }
}

/** The plan as a report. */
export function planReport(kind: 'plan' | 'apply', plan: Plan): PlanReport {
  return {
    version: 1,
    kind,
    changed: plan.steps.length > 0,
    changes: plan.steps.map(step => ({
      target: step.target,
      path: step.path,
      action: step.before === undefined ? 'create' : step.after === undefined ? 'delete' : 'update',
      effect: step.effect,
      why: step.why,
      ...(step.after && { mode: step.after.ownership.mode.toString(8).padStart(4, '0') }),
      diff: diffOf(step),
    })),
    notices: plan.notices,
    restart: plan.restart,
    unchanged: plan.unchanged,
  }
}

async function planTarget(name: string, target: Target, list: MirrorList, view: View, choices: Choices) {
  const now = await target.observe(view, list)
  const rendering = target.render(list, now, choices)
  const gone = await released(name, rendering, view)
  const compared = await Promise.all(
    [...rendering.files, ...gone.files].map(file => compare(name, file, view.node)),
  )
  const steps = inOrder(compared.filter(step => step !== undefined))
  const changed = rendering.files.filter(file => steps.some(step => step.path === file.path))
  const conflicts: readonly Issue[] =
    rendering.conflicts.length > 0 ? rendering.conflicts : await target.check(changed, now, view)
  const ownership = steps.flatMap(step => ownershipNotice(name, step, view.state.files[step.path]))
  return {
    steps,
    conflicts,
    notices: [...rendering.notices, ...gone.notices, ...ownership],
    restart: await restartOf(name, target, now, steps, view),
    unchanged: compared.length - steps.length,
  }
}

/** What of ours the list no longer asks for: the original comes back, or nothing if there was none. */
async function released(
  name: string,
  rendering: Rendering,
  view: View,
): Promise<{ files: DesiredFile[]; notices: Notice[] }> {
  const wanted = new Set(rendering.files.map(file => file.path))
  const files: DesiredFile[] = []
  const notices: Notice[] = []
  for (const [path, written] of Object.entries(view.state.files)) {
    if (written.target !== name || written.owns !== 'whole' || wanted.has(path)) continue
    const bytes = await view.node.read(path)
    if (bytes === undefined) continue
    if (digestOf(bytes) !== written.digest && !hasBanner(bytes)) {
      notices.push({
        code: 'left_alone',
        message: 'is no longer in the list, but somebody else has rewritten it since: it stays',
        target: name,
        file: path,
      })
      continue
    }
    files.push(await restored(path, written, view.node))
  }
  return { files, notices }
}

async function restored(path: string, written: Written, node: Reader): Promise<DesiredFile> {
  const original = await readOriginal(node, written.original)
  const base = { path, owns: 'whole', effect: written.effect } as const
  if (original === undefined)
    return { ...base, content: undefined, secret: false, why: 'no longer in the list' }
  const { bytes: content, ownership } = original
  return { ...base, content, ownership, secret: false, why: 'no longer in the list: the original comes back' }
}

async function compare(target: string, file: DesiredFile, node: Reader): Promise<Step | undefined> {
  const { path, owns, effect, why } = file
  const step = { target, path, owns, effect, why, restores: file.ownership !== undefined }
  const before = await find(node, path)
  if (file.content === undefined) {
    return before && { ...step, before, after: undefined }
  }
  const after = { bytes: Buffer.from(file.content), ownership: ownershipOf(file, before) }
  const same = before?.bytes.equals(after.bytes) === true && sameOwnership(before, after.ownership)
  return same ? undefined : { ...step, before, after }
}

/** The file that stands at a path, ready to be put back. */
export async function find(node: Reader, path: string): Promise<FoundFile | undefined> {
  const bytes = await node.read(path)
  const facts = bytes && (await node.facts(path))
  return bytes && facts && { bytes, ownership: { mode: facts.mode, uid: facts.uid, gid: facts.gid } }
}

function ownershipOf(file: DesiredFile, before: FoundFile | undefined): Ownership {
  if (file.ownership !== undefined) return file.ownership
  if (before === undefined) return { mode: file.secret ? 0o600 : 0o644 }
  return { ...before.ownership, mode: file.secret ? before.ownership.mode & 0o600 : before.ownership.mode }
}

function sameOwnership(before: FoundFile, after: Ownership): boolean {
  const { mode, uid, gid } = before.ownership
  return mode === after.mode && (after.uid ?? uid) === uid && (after.gid ?? gid) === gid
}

/** Removals come last and in reverse: what points at a file goes before the file. */
function inOrder(steps: readonly Step[]): readonly Step[] {
  return [
    ...steps.filter(step => step.after !== undefined),
    ...steps.filter(step => step.after === undefined).reverse(),
  ]
}

function ownershipNotice(target: string, step: Step, written: Written | undefined): readonly Notice[] {
  if (step.before === undefined || step.after === undefined || step.owns === 'value' || step.restores)
    return []
  const base = { target, file: step.path }
  if (written === undefined) {
    if (hasBanner(step.before.bytes)) return []
    const message = `was written by somebody else: we take it over and keep the original in ${ORIGINALS_DIRECTORY}`
    return [{ code: 'adopted', message, ...base }]
  }
  if (digestOf(step.before.bytes) === written.digest) return []
  const message = `was changed by somebody else since we wrote it at ${written.written_at}: that change is undone`
  return [{ code: 'drifted', message, ...base }]
}

async function restartOf(
  name: string,
  target: Target,
  now: unknown,
  steps: readonly Step[],
  view: View,
): Promise<readonly Restart[]> {
  const writes = Object.values(view.state.files)
    .filter(written => written.target === name && written.effect === 'on restart')
    .map(written => Date.parse(written.written_at))
  const changes = steps.some(step => step.effect === 'on restart')
  if (!changes && writes.length === 0) return []
  const restart = [{ target: name, ...target.restart }]
  if (view.machine === undefined) return changes ? restart : []
  // Without the daemon there is nothing to restart: it will read the files when it starts.
  const startedAt = await target.startedAt(now, view)
  if (startedAt === undefined) return []
  return changes || writes.some(at => at > startedAt) ? restart : []
}

function diffOf(step: Step): string {
  const [before, after] = hideSecrets(step.before?.bytes.toString('utf8'), step.after?.bytes.toString('utf8'))
  const diff = unifiedDiff(step.path, before, after)
  if (diff !== '') return diff
  // The bytes are the same or differ in a secret only: say what does change.
  const octal = (mode: number | undefined) => mode?.toString(8).padStart(4, '0')
  return `mode ${octal(step.before?.ownership.mode)} becomes ${octal(step.after?.ownership.mode)}`
}
