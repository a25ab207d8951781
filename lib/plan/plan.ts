/**
 * The plan: what the list asks for beside what the node has, as a value. Reads, never writes; `apply` carries
 * the value out and every report prints it.
 */
import { Failure, type Issue } from '../model/errors.ts'
import type { MirrorList, Registry } from '../model/registry.ts'
import type { Activation, Notice } from '../model/report.ts'
import type { State } from '../ownership/state.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import { inexpressibleIssues } from '../targets/inexpressible.ts'
import { type Planned, plannedTargets } from '../targets/planned.ts'
import type { Choices, DesiredFile, Target, View } from '../targets/target.ts'
import { ownershipNotices } from './drift.ts'
import { isPending } from './pending-restart.ts'
import { type Closing, closings, openNotice } from './permissions.ts'
import { protectedPathIssues } from './protected-paths.ts'
import { compare, inOrder, isSameContent, type Step } from './step.ts'
import { unlistedFiles } from './unlisted.ts'

export interface Plan {
  /** In the order they must be carried out: writes first, then removals. */
  readonly steps: readonly Step[]
  /** Directories that are closed to others before anything is written. */
  readonly closings: readonly Closing[]
  readonly notices: readonly Notice[]
  readonly reload: readonly Activation[]
  readonly restart: readonly Activation[]
  /** How many files are already as they should be. */
  readonly unchanged: number
  /** Paths in the state of which nothing is to be remembered any more, though no step changes them. */
  readonly forgets: readonly string[]
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
  for (const planned of plannedTargets(list, targets)) {
    parts.push(await planTarget(planned, list.registries, view, choices))
  }
  const conflicts = parts.flatMap(part => part.conflicts)
  if (conflicts.length > 0) throw new Failure('conflict', conflicts)
  const steps = parts.flatMap(part => part.steps)
  return {
    steps,
    closings: parts.flatMap(part => part.closings),
    notices: parts.flatMap(part => part.notices),
    reload: [],
    restart: parts.flatMap(part => part.restart),
    unchanged: parts.reduce((sum, part) => sum + part.unchanged, 0),
    // No reason to write by itself.
    forgets: steps.length === 0 ? [] : parts.flatMap(part => part.forgets),
    state: view.state,
  }
}

async function planTarget<Settings, Snapshot>(
  { name, target, settings }: Planned<Settings, Snapshot>,
  registries: readonly Registry[],
  view: View,
  choices: Choices,
) {
  const now = await target.observe(view, registries, settings)
  const rendering = target.render(registries, now, choices)
  const wanted = await compareAll(name, rendering.files, view)
  const restart = await restartOf(name, target, now, wanted.steps, view)
  const due = view.machine !== undefined && restart.length > 0
  const gone = await unlistedFiles(name, rendering, view, due)
  const left = await compareAll(name, gone.files, view)
  const steps = inOrder([...wanted.steps, ...left.steps])
  const changed = rendering.files.filter(file => steps.some(step => step.path === file.path))
  const forbidden = [
    ...inexpressibleIssues(registries, target),
    ...rendering.conflicts,
    ...(await protectedPathIssues(wanted.steps, view.node)),
  ]
  const conflicts: readonly Issue[] =
    forbidden.length > 0 ? forbidden : await target.validate(changed, now, view)
  const ownership = steps.flatMap(step => ownershipNotices(step, view.state.files[step.path], view.uid))
  const open = await closings(name, rendering.files, view)
  return {
    steps,
    conflicts,
    closings: open.closings,
    notices: [...rendering.notices, ...gone.notices, ...ownership, ...wanted.notices, ...open.notices],
    restart,
    unchanged: wanted.unchanged + left.unchanged,
    forgets: gone.forgets,
  }
}

/** The steps that make files as desired, how many are so already, and which of others are open to everybody. */
async function compareAll(name: string, files: readonly DesiredFile[], { node, state, uid }: View) {
  const compared = await mapConcurrently(files, file => compare(name, file, node, uid))
  const isLeft = (step: Step) => isSameContent(step) && step.owns === 'value' && !state.files[step.path]
  const found = compared.filter(step => step !== undefined)
  // A file that says already what we would say in it is none of our business.
  const notices = found
    .filter(isLeft)
    .flatMap(({ path, before }) => (before ? openNotice(name, path, before.ownership, uid) : []))
  const steps = found.filter(step => !isLeft(step))
  return { steps, notices, unchanged: files.length - steps.length }
}

const IF_IT_RUNS = 'only if it already runs from this tree'

/** That a runtime has to be restarted. Of an image, or another machine's node, we cannot know whether any runs from it. */
export function restartNeed(name: string, { restart }: Pick<Target, 'restart'>, here: boolean): Activation {
  return { target: name, ...restart, ...(!here && { why: IF_IT_RUNS }) }
}

async function restartOf<Settings, Snapshot>(
  name: string,
  target: Target<Settings, Snapshot>,
  now: Snapshot,
  steps: readonly Step[],
  view: View,
): Promise<readonly Activation[]> {
  const writes = Object.values(view.state.files).filter(
    written => written.target === name && written.effect === 'restart',
  )
  const changes = steps.some(step => step.effect === 'restart')
  if (!changes && writes.length === 0) return []
  const restart = [restartNeed(name, target, view.machine !== undefined)]
  if (view.machine === undefined) return changes ? restart : []
  // Without the daemon there is nothing to restart: it will read the files when it starts.
  const startedAt = target.startedAt(now)
  if (startedAt === undefined) return []
  const clock = { ...(await view.machine.bootClock()), now: view.machine.now() }
  return changes || writes.some(written => isPending(written, startedAt, clock)) ? restart : []
}
