/** Writes as much of a list to the node as a watcher may: what `apply` does, without what needs a decision. */
import type { MirrorList } from '../../model/registry.ts'
import type { World } from '../../model/world.ts'
import { readState } from '../../ownership/state.ts'
import { converge } from '../../pipeline/converge.ts'
import { type ListOptions, openView } from '../../pipeline/open.ts'
import type { LockOptions, WriteAccess } from '../../pipeline/write-access.ts'
import { buildPlanReport } from '../../plan/build-report.ts'
import { makePlan, type Plan } from '../../plan/plan.ts'
import type { Step } from '../../plan/step.ts'
import type { Writer } from '../../system/writer.ts'
import type { Choices } from '../../targets/choices.ts'
import type { TargetTable } from '../../targets/target.ts'
import type { Reconciled, Scope } from './host.ts'
import { readShownFiles } from './shown-files.ts'

/** What a watcher works on, and with. */
export interface Work {
  readonly node: Writer
  /** Its name as the holder of the lock of watchers; no other process has the same. */
  readonly holder: string
  /** Directories that taking the lock has made for the state. */
  readonly made: readonly string[]
  readonly options: ListOptions & Choices & LockOptions
  /** The targets that the list may name. */
  readonly table: TargetTable
  /** Those of them that `--target` selects. */
  readonly targets: TargetTable
  readonly world: World
}

/** How a watcher writes to the node: it waits for the lock without a line in its log. */
export function toWriteAccess({ node, options, world, table }: Work): WriteAccess {
  return { command: 'watch', node, options, world, targets: table, log: () => {} }
}

/** The part of a plan that is carried out, and the paths of the rest. */
interface Share {
  readonly plan: Plan
  readonly pendingFiles: readonly string[]
}

export async function reconcileNode(list: MirrorList, scope: Scope, work: Work): Promise<Reconciled> {
  const { node, options, targets, world, made } = work
  const proved = new Set<string>()
  const makeShare = async () => {
    const view = await openView(options, node, world, proved)
    return selectShare(await makePlan(list, targets, view, options), scope)
  }
  const { planned, notices } = await converge(makeShare, toWriteAccess(work), { made })
  // A plan has the state from before it was carried out.
  const { steps, state: before } = planned.plan
  const state = steps.length === 0 ? before : await readState(node)
  return {
    report: buildPlanReport('apply', planned.plan),
    notices,
    pendingFiles: planned.pendingFiles,
    seesRestarts: options.root === undefined,
    shownFiles: await readShownFiles(state, node),
  }
}

/** A file that needs a restart is a person's decision: a restart before it is written in whole would do harm. */
function selectShare(whole: Plan, scope: Scope): Share {
  const isAllowed = ({ effect }: Step) => scope === 'all' || effect === 'immediate' || effect === 'when_used'
  const steps = whole.steps.filter(isAllowed)
  const pendingFiles = whole.steps.filter(step => !isAllowed(step)).map(step => step.path)
  if (pendingFiles.length === 0) return { plan: whole, pendingFiles }
  // The other notices say what is done about the files that are left.
  const notices = whole.notices.filter(({ file }) => file === undefined || !pendingFiles.includes(file))
  return { plan: { ...whole, steps, notices, reload: [], restart: [], forgets: [] }, pendingFiles }
}
