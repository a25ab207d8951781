/**
 * The plan: the list compared with the node, as a value. Reads, never writes; `apply` carries the value out and every
 * report prints it.
 */
import { Failure } from '../model/errors.ts'
import type { TargetLoss } from '../model/list-loss.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import { registriesFor } from '../model/target-registries.ts'
import type { State } from '../ownership/state.ts'
import type { Choices } from '../targets/choices.ts'
import { configuredTargets } from '../targets/configured-targets.ts'
import { detectTarget } from '../targets/detect-target.ts'
import { loadTargets, managedNames, type Targets } from '../targets/load-targets.ts'
import { fitTarget, lossIssues, lossNotices, type TargetFit } from '../targets/losses.ts'
import type { Target, TargetTable } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import type { MayActivate } from './cleared-values.ts'
import { pathConflicts } from './path-conflicts.ts'
import { type PlanPart, planListed, planUnlisted, type Rendered } from './plan-target.ts'
import { shareFiles } from './shared-files.ts'

export interface Plan extends PlanPart {
  /** The state that the plan was made from. */
  readonly state: State
  /** Of a list: what its targets cannot express on this node. */
  readonly losses?: readonly TargetLoss[]
}

export type PlanChoices = Choices & MayActivate

/**
 * Plans the targets of the table. The files of a target that the list does not name are put back. Throws Failure `conflict` with
 * every reason why nothing may be written.
 */
export async function makePlan(
  list: MirrorList,
  table: TargetTable,
  view: View,
  choices: PlanChoices,
): Promise<Plan> {
  return await view.node.remember(() => planAll(list, table, view, choices))
}

async function planAll(
  list: MirrorList,
  table: TargetTable,
  view: View,
  choices: PlanChoices,
): Promise<Plan> {
  const targets = await loadTargets(table, [...Object.keys(list.targets), ...managedNames(view.state)])
  const fitted = await fitAll(list, targets, view)
  const losses = fitted.flatMap(one => one.losses)
  const all = fitted.map((one): Rendered => {
    const { name, target, snapshot, registries } = one
    const rendering = target.render(registries, snapshot, choices)
    const conflicts = [...lossIssues(losses, list, [name]), ...rendering.conflicts]
    const notices = [...lossNotices(one.losses), ...one.unused, ...rendering.notices]
    return { name, target, snapshot, rendering: { ...rendering, notices, conflicts } }
  })
  const rendered = shareFiles(all)
  const needed = new Set(rendered.flatMap(({ rendering }) => rendering.files.map(({ path }) => path)))
  const parts = []
  for (const one of rendered) parts.push(await planListed(one, needed, view, choices))
  for (const [name, target] of Object.entries(targets)) {
    if (!Object.hasOwn(list.targets, name))
      parts.push(await planUnlisted(name, target, needed, view, choices))
  }
  const conflicts = [...pathConflicts(rendered), ...parts.flatMap(part => part.conflicts)]
  if (conflicts.length > 0) throw new Failure('conflict', conflicts)
  return { ...joined(parts), losses, state: view.state }
}

interface Fitted extends TargetFit, Pick<Rendered, 'name' | 'target' | 'snapshot'> {
  /** Why its files would have no reader. */
  readonly unused: readonly Notice[]
}

/** What each target finds on the node, and what it can express of the list there. */
async function fitAll(list: MirrorList, targets: Targets, view: View): Promise<readonly Fitted[]> {
  const fitted: Fitted[] = []
  for (const configured of configuredTargets(list, targets)) {
    const { name, target, settings } = configured
    const snapshot = await target.observe(view, registriesFor(list, name), settings)
    const unused = await notFound(name, target, view)
    fitted.push({ name, target, snapshot, unused, ...fitTarget(list, configured, snapshot) })
  }
  return fitted
}

/** What the targets of the list cannot express on this node. */
export async function planLosses(
  list: MirrorList,
  table: TargetTable,
  view: View,
): Promise<readonly TargetLoss[]> {
  const targets = await loadTargets(table, Object.keys(list.targets))
  const fitted = await view.node.remember(() => fitAll(list, targets, view))
  return fitted.flatMap(({ losses }) => losses)
}

/** Without sudo, for a runtime that root runs, the files would have no reader. */
async function notFound(name: string, target: Target, view: View): Promise<readonly Notice[]> {
  if (view.user === undefined || (await detectTarget(target, view)) !== undefined) return []
  const message = `regmirror does not find ${target.title} for this user; to configure ${target.title} of this machine, run regmirror as root`
  return [{ code: 'runtime_not_found', message, target: name }]
}

function joined(parts: readonly PlanPart[]): PlanPart {
  const steps = parts.flatMap(part => part.steps)
  return {
    steps,
    permissionFixes: parts.flatMap(part => part.permissionFixes),
    notices: parts.flatMap(part => part.notices),
    reload: parts.flatMap(part => part.reload),
    restart: parts.flatMap(part => part.restart),
    daemons: parts.flatMap(part => part.daemons),
    endpoints: parts.flatMap(part => part.endpoints),
    unchanged: parts.reduce((sum, part) => sum + part.unchanged, 0),
    // They are no reason to write the state file.
    forgets: steps.length === 0 ? [] : parts.flatMap(part => part.forgets),
  }
}
