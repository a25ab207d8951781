/** Carries out a plan as one transaction. */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import { isBlank, type State, serializeState } from '../ownership/state.ts'
import type { Plan } from '../plan/plan.ts'
import type { Step } from '../plan/step.ts'
import type { BootClock } from '../system/boot-clock.ts'
import type { Writer } from '../system/writer.ts'
import type { Activator, DaemonActivation } from './daemon-activation.ts'
import { JOURNAL_VERSION, type Journal } from './journal-format.ts'
import { buildNextState, isForeign, type NextState } from './next-state.ts'
import { type LikeOf, planSwaps, type SwapPlan } from './plan-swaps.ts'
import { findRevertClears } from './revert-clears.ts'
import { fileSwap, type Swap } from './swap.ts'
import { transact } from './transaction.ts'
import { noteLoaded, noteMoment, readMoment } from './write-time.ts'

export interface RunInfo {
  readonly command: Journal['command']
  /** Milliseconds since 1970, for the state. */
  readonly now: number
  /** The time since the start of this machine; left out where the node is not this machine. */
  readonly bootClock?: (() => Promise<BootClock>) | undefined
  /** Directories that were made for the state file before. */
  readonly made: readonly string[]
  /** Daemons that must serve with the new files, else these are put back. */
  readonly activations?: readonly DaemonActivation[]
  readonly activator?: Activator | undefined
}

/**
 * Carries out the plan. A plan without steps opens no file. Throws Failure `plan_outdated` when a file is no longer what the plan
 * was made from, and `io` when a step fails; the node is then as before. False: done, but the next run has to clean up.
 */
export async function applyPlan(plan: Plan, node: Writer, occasion: RunInfo): Promise<boolean> {
  if (isDone(plan)) return true
  return await node.remember(() => carryOut(plan, node, occasion))
}

async function carryOut(plan: Plan, node: Writer, occasion: RunInfo): Promise<boolean> {
  await refuseOutdated(plan.steps, node)
  // Before anything new is written there.
  for (const { path, after } of plan.permissionFixes) await node.setOwnership(path, after)
  if (isStateKept(plan)) return true
  const made = await node.makeDirectory(node.statePaths.directory, 0o700)
  const memory = buildNextState(plan, { now: occasion.now, moment: await readMoment(occasion.bootClock) })
  const arranged = await planSwaps(plan.steps, plan.state, likeOf(plan.state, node), node)
  const state = withDirectories(memory.state, [...made, ...occasion.made].reverse(), arranged)
  refuseSharedPaths(arranged)
  const swaps = [...arranged.swaps, ...(await stateSwap(state, node))]
  const { activations = [] } = occasion
  const clears = await findRevertClears(plan.steps, activations, node)
  const journal: Journal = {
    version: JOURNAL_VERSION,
    command: occasion.command,
    started_at: new Date(occasion.now).toISOString(),
    swaps: swaps.map(([swap]) => swap),
    make_directories: arranged.makes,
    prune_directories: isBlank(state) ? state.made.toSorted().reverse() : [],
    keep_originals: memory.keeps.map(({ kept }) => kept),
    drop_originals: memory.drops,
    ...(activations.length > 0 && { activations }),
    ...(clears.length > 0 && { revert_clears: clears }),
  }
  const { levels } = arranged
  const work = {
    journal,
    contents: new Map(swaps),
    // The state has no level: it is the last.
    levelOf: (swap: Swap) => levels.get(swap) ?? Number.POSITIVE_INFINITY,
    keepOriginals: () => keepOriginals(memory.keeps, node),
    activator: occasion.activator,
  }
  const swept = await transact(work, node)
  if (!swept) return swept
  await noteMoment(journal, node, occasion.bootClock)
  await noteLoaded(journal.activations ?? [], node, occasion.bootClock)
  return swept
}

/** Whether there is nothing to write. */
export function isDone(plan: Plan): boolean {
  return isStateKept(plan) && plan.permissionFixes.length === 0
}

function isStateKept({ steps, forgets }: Plan): boolean {
  return steps.length === 0 && forgets.length === 0
}

async function refuseOutdated(steps: readonly Step[], node: Writer): Promise<void> {
  const issues: Issue[] = []
  for (const step of steps) {
    const now = await node.find(step.path)
    const same = now === undefined ? step.before === undefined : step.before?.bytes.equals(now.bytes)
    if (!same)
      issues.push({
        file: step.path,
        message: 'changed while regmirror made the plan',
        hint: 'nothing was changed; run the command again',
      })
  }
  if (issues.length > 0) throw new Failure('plan_outdated', issues)
}

/**
 * A file of another program keeps its attributes when it is edited or replaced, unless it gets a new owner because of a
 * secret. An original was kept with its attributes.
 */
function likeOf(state: State, { statePaths }: Writer): LikeOf {
  return step => {
    const known = state.files[step.path]
    const isEdited = step.before !== undefined && (known?.owns ?? step.owns.kind) === 'values'
    if (step.owns.kind === 'original' && !isEdited)
      return known?.original ? `${statePaths.originals}/${known.original.kept}` : undefined
    if (step.after?.ownership.uid === undefined) return undefined
    return isEdited || isForeign(step, known) ? step.path : undefined
  }
}

/** The directories that regmirror made, and those that were empty before it wrote into them. */
function withDirectories(state: State, made: readonly string[], { makes, empty, swaps }: SwapPlan): State {
  const pathsOf = (kind: Swap['kind']) =>
    swaps.filter(([swap]) => swap.kind === kind).map(([swap]) => swap.path)
  const [built, gone] = [pathsOf('create_directory'), new Set(pathsOf('remove_directory'))]
  const still = [...new Set([...state.made, ...made, ...makes, ...built])].filter(path => !gone.has(path))
  return { ...state, made: still, empty: [...new Set([...state.empty, ...empty])] }
}

/** By a link, two steps may lead to one file. */
function refuseSharedPaths({ swaps }: SwapPlan): void {
  const shared = findRepeated(swaps.map(([swap]) => swap.path))
  if (shared === undefined) return
  const message = 'two registries of the list share this path through a symbolic link'
  throw new Failure('conflict', [{ file: shared, message, hint: 'remove the link or one of the registries' }])
}

function findRepeated(paths: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return paths.find(path => seen.size === seen.add(path).size)
}

/** The state file is the last to change; it is removed with the last managed file. */
async function stateSwap(state: State, node: Writer): Promise<SwapPlan['swaps']> {
  const bytes = isBlank(state) ? undefined : Buffer.from(serializeState(state))
  const { state: file } = node.statePaths
  const swap = fileSwap(await node.real(file), await node.read(file), bytes)
  if (swap === undefined) return []
  const content = { name: path.basename(file), ownership: { mode: 0o600 }, like: undefined }
  return [[swap, bytes ? [{ ...content, bytes }] : []]]
}

async function keepOriginals(keeps: NextState['keeps'], node: Writer): Promise<void> {
  const { originals } = node.statePaths
  if (keeps.length > 0) await node.makeDirectory(originals, 0o700)
  for (const { kept, path: file, file: found } of keeps) {
    const to = `${originals}/${kept}`
    await node.remove(to)
    await node.create(to, found.bytes, { mode: 0o600 }, file)
  }
}
