/** The node as it was before regmirror, as a plan: an apply without a list. Reads, never writes. */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import type { Effect } from '../model/report.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import type { Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { collectEffects, isRestartPending, mayRun, neededActivations } from './activations.ts'
import type { Plan } from './plan.ts'
import { type Chosen, restoreFile } from './restore-file.ts'
import { compare, type Step } from './step.ts'
import { orderedSteps } from './step-order.ts'

export interface RestoreChoices {
  /** Paths on the node; none: all files that regmirror manages. */
  readonly files: readonly string[]
  /** Also files that were changed outside regmirror since. */
  readonly overwrite: boolean
}

/** The node, and what is known of it. */
export interface RestoreInput extends Pick<View, 'node' | 'state' | 'uid' | 'machine' | 'user'> {
  readonly targets: Readonly<Record<string, Target>>
}

/** What would be restored, and the files that are in the way: with one of them nothing is. */
export interface CheckedRestore {
  readonly plan: Plan
  readonly conflicts: readonly Issue[]
}

/**
 * Plans the restore. Throws Failure `conflict` when a file was changed outside regmirror since, and `usage` when a named
 * file is not managed by regmirror.
 */
export async function planRestore(input: RestoreInput, choices: RestoreChoices): Promise<Plan> {
  const { plan, conflicts } = await checkRestore(input, choices)
  if (conflicts.length > 0) throw new Failure('conflict', conflicts)
  return plan
}

/** The same for a check, which shows both. Throws Failure `usage` alone. */
export async function checkRestore(input: RestoreInput, choices: RestoreChoices): Promise<CheckedRestore> {
  return await input.node.remember(() => planChosen(input, choices))
}

async function planChosen(input: RestoreInput, choices: RestoreChoices): Promise<CheckedRestore> {
  const { node, state, uid } = input
  const chosen = choose(input, choices)
  const referenced = await referencedFiles(chosen, input)
  const parts = await mapConcurrently(chosen, async one => ({
    target: one.written.target,
    ...(await restoreFile(one, node, choices.overwrite)),
  }))
  const conflicts = [...referenced, ...parts.flatMap(({ conflict }) => conflict ?? [])]
  const compared = await mapConcurrently(
    parts,
    async ({ file, target }) => file && compare(target, file, node, uid),
  )
  const steps = orderedSteps(compared.filter(step => step !== undefined))
  const plan: Plan = {
    steps,
    permissionFixes: [],
    endpoints: [],
    notices: parts.flatMap(({ notices = [] }) => notices),
    ...(await restoreActivations(steps, input)),
    unchanged: chosen.length - steps.length - conflicts.length,
    forgets: chosen.map(({ path: file }) => file),
    state,
  }
  return { plan, conflicts }
}

function choose({ state, targets }: RestoreInput, choices: RestoreChoices): readonly Chosen[] {
  const files = choices.files.map(file => path.posix.resolve('/', file))
  const unknown = files.filter(file => !Object.hasOwn(state.files, file))
  if (unknown.length > 0) {
    const hint = 'run regmirror restore --check to list the managed files'
    throw new Failure(
      'usage',
      unknown.map(file => ({ file, message: 'is not managed by regmirror', hint })),
    )
  }
  const named = new Set(files)
  return Object.entries(state.files).flatMap(([file, written]) => {
    const target = Object.hasOwn(targets, written.target) ? targets[written.target] : undefined
    const isChosen = named.size === 0 || named.has(file)
    return target !== undefined && isChosen ? [{ path: file, written, target }] : []
  })
}

/** A file must not be removed while a managed file that stays refers to it: no pull would succeed any more. */
async function referencedFiles(
  chosen: readonly Chosen[],
  { node, state }: RestoreInput,
): Promise<readonly Issue[]> {
  const restored = new Set(chosen.map(one => one.path))
  const issues: Issue[] = []
  for (const [file, { after = [] }] of Object.entries(state.files)) {
    const referenced = restored.has(file) ? [] : after.filter(other => restored.has(other))
    if (referenced.length === 0) continue
    const text = (await node.read(file))?.toString('utf8') ?? ''
    const named = referenced.filter(other => text.includes(path.basename(other)))
    const hint = `restore both: add --file ${file}`
    issues.push(...named.map(other => ({ file: other, message: `${file} uses this file`, hint })))
  }
  return issues
}

type Part = Pick<Plan, 'reload' | 'restart' | 'daemons'>

async function restoreActivations(steps: readonly Step[], input: RestoreInput): Promise<Part> {
  const { targets, state } = input
  const parts: Part[] = []
  for (const [name, target] of Object.entries(targets)) {
    const own = steps.filter(step => step.target === name)
    const before = Object.entries(state.restored ?? {}).filter(([, file]) => file.target === name)
    if (own.length + before.length === 0) continue
    const files = [...own.map(step => step.path), ...before.map(([file]) => file)]
    parts.push(await targetActivations(name, target, own, { ...input, files }))
  }
  return {
    reload: parts.flatMap(({ reload }) => reload),
    restart: parts.flatMap(({ restart }) => restart),
    daemons: parts.flatMap(({ daemons }) => daemons),
  }
}

/** No restart where no daemon runs that reads these files. */
async function targetActivations(
  name: string,
  target: Target,
  steps: readonly Step[],
  { files, ...view }: RestoreInput & { readonly files: readonly string[] },
): Promise<Part> {
  const daemon = await target.daemon.findReader(files, view)
  const pending = await isRestartPending(name, daemon, view)
  const mayRead = daemon.state === 'unknown' || mayRun(daemon, view)
  const effects = mayRead ? collectEffects(steps, pending) : new Set<Effect>()
  const here = view.machine !== undefined
  const daemons = here ? [{ target: name, daemon }] : []
  return { ...neededActivations(name, target, effects, view, daemon), daemons }
}
