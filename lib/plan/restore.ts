/** The node as it was before regmirror, as a plan: an apply without a list. Reads, never writes. */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import { loadTargets, managedNames, type Targets } from '../targets/load-targets.ts'
import type { TargetTable } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import type { MayActivate } from './cleared-values.ts'
import type { DaemonNeeds } from './daemon-needs.ts'
import type { Plan } from './plan.ts'
import { planPutBack } from './put-back.ts'
import { type Chosen, restoreFile } from './restore-file.ts'
import { compare, type Step } from './step.ts'
import { orderedSteps } from './step-order.ts'

export interface RestoreChoices extends MayActivate {
  /** Paths on the node; none: all files that regmirror manages. */
  readonly files: readonly string[]
  /** Also files that were changed outside regmirror since. */
  readonly overwrite: boolean
}

/** The node, and what is known of it. */
export interface RestoreInput extends Pick<View, 'node' | 'state' | 'uid' | 'machine' | 'user'> {
  readonly targets: TargetTable
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
  return await input.node.remember(async () => {
    const targets = await loadTargets(input.targets, managedNames(input.state))
    return await planChosen({ ...input, targets }, choices)
  })
}

type LoadedInput = Omit<RestoreInput, 'targets'> & { readonly targets: Targets }

async function planChosen(input: LoadedInput, choices: RestoreChoices): Promise<CheckedRestore> {
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
  const putBack = await putBackEach(
    compared.filter(step => step !== undefined),
    input,
    choices,
  )
  const { steps } = putBack
  const plan: Plan = {
    ...putBack,
    permissionFixes: [],
    endpoints: [],
    notices: [...parts.flatMap(({ notices = [] }) => notices), ...putBack.notices],
    unchanged: chosen.length - steps.length - conflicts.length,
    forgets: chosen.map(({ path: file }) => file),
    state,
  }
  return { plan, conflicts }
}

function choose({ state, targets }: LoadedInput, choices: RestoreChoices): readonly Chosen[] {
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
  { node, state }: LoadedInput,
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

async function putBackEach(
  steps: readonly Step[],
  { targets, ...view }: LoadedInput,
  may: MayActivate,
): Promise<DaemonNeeds> {
  const parts: DaemonNeeds[] = []
  for (const [name, target] of Object.entries(targets)) {
    const own = steps.filter(step => step.target === name)
    parts.push(await planPutBack(name, target, own, view, may))
  }
  return {
    steps: orderedSteps(parts.flatMap(part => part.steps)),
    notices: parts.flatMap(({ notices }) => notices),
    reload: parts.flatMap(({ reload }) => reload),
    restart: parts.flatMap(({ restart }) => restart),
    daemons: parts.flatMap(({ daemons }) => daemons),
  }
}
