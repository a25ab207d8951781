/** Writes as much of a list to the node as a watcher may: what `apply` does, without what needs a decision. */
import type { MirrorList } from '../../model/registry.ts'
import type { World } from '../../model/world.ts'
import { readState } from '../../ownership/state.ts'
import { converge } from '../../pipeline/converge.ts'
import { type ListOptions, openView } from '../../pipeline/open.ts'
import type { LockOptions, WriteAccess } from '../../pipeline/write-access.ts'
import { buildPlanReport } from '../../plan/build-report.ts'
import { makePlan, type Plan } from '../../plan/plan.ts'
import type { Writer } from '../../system/writer.ts'
import type { Choices } from '../../targets/choices.ts'
import type { TargetTable } from '../../targets/target.ts'
import { problemText } from '../events.ts'
import type { Reconciled, ReloadResult, Scope } from './host.ts'
import { type Share, selectReload, selectShare } from './select-share.ts'
import { readShownFiles } from './shown-files.ts'

/** What a watcher works on, and with. */
export interface Work {
  readonly node: Writer
  /** Its name as the holder of the lock of watchers; no other process has the same. */
  readonly holder: string
  /** Directories that taking the lock has made for the state. */
  readonly made: readonly string[]
  readonly options: ListOptions & Choices & LockOptions & { readonly reload: boolean | undefined }
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

/** `mayReload`: whether a runtime may be reloaded now. */
export async function reconcileNode(
  list: MirrorList,
  scope: Scope,
  mayReload: (target: string) => boolean,
  work: Work,
): Promise<Reconciled> {
  const { node, options, made } = work
  const isAllowed = options.reload !== false && options.root === undefined
  const planWhole = openPlanner(list, isAllowed, work)
  const makeShare = async () => selectShare(await planWhole(), scope, isAllowed)
  const { planned, notices } = await converge(makeShare, toWriteAccess(work), { made })
  const results: (ReloadResult & { readonly plan?: Plan })[] = []
  for (const target of planned.reloads)
    results.push(
      mayReload(target) ? await reload(target, scope, planWhole, work) : { target, result: 'delayed' },
    )
  const done = results.flatMap(({ plan }) => plan ?? [])
  const whole = joinPlans(planned, done)
  // A plan has the state from before it was carried out.
  const state = whole.steps.length === 0 ? whole.state : await readState(node)
  return {
    report: buildPlanReport('apply', whole),
    notices,
    reloads: results.map(({ plan: _, ...result }) => result),
    pendingFiles: planned.pendingFiles,
    seesActivations: options.root === undefined,
    shownFiles: await readShownFiles(state, node),
  }
}

function openPlanner(list: MirrorList, reload: boolean, { node, options, targets, world }: Work) {
  const proved = new Set<string>()
  return async () => {
    const view = await openView(options, node, world, proved)
    return await makePlan(list, targets, view, { ...options, reload })
  }
}

/** Writes the files that a runtime reads at a reload, all in one reload. Where it does not serve, they are as before. */
async function reload(
  target: string,
  scope: Scope,
  planWhole: () => Promise<Plan>,
  work: Work,
): Promise<ReloadResult & { readonly plan?: Plan }> {
  const makeShare = async () => ({ plan: selectReload(await planWhole(), target, scope) })
  try {
    const { planned, activated } = await converge(makeShare, toWriteAccess(work), {
      made: work.made,
      reload: true,
    })
    return { target, result: 'done', activated, plan: planned.plan }
  } catch (error) {
    return { target, result: 'failed', problem: problemText(error) }
  }
}

/** What was done, and what a person must reload or restart: nothing as long as files are left that a person writes. */
function joinPlans({ plan, reloads, pendingFiles }: Share, done: readonly Plan[]): Plan {
  const isLeft = ({ target }: { readonly target: string }) => !reloads.includes(target)
  const isWhole = pendingFiles.length === 0
  return {
    ...plan,
    steps: [...plan.steps, ...done.flatMap(({ steps }) => steps)],
    notices: [...plan.notices, ...done.flatMap(({ notices }) => notices)],
    reload: isWhole ? plan.reload.filter(isLeft) : [],
    restart: isWhole ? plan.restart : [],
  }
}
