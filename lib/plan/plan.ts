/**
 * The plan: the list compared with the node, as a value. Reads, never writes; `apply` carries the value out and every
 * report prints it.
 */
import { Failure } from '../model/errors.ts'
import type { MirrorList } from '../model/registry.ts'
import type { State } from '../ownership/state.ts'
import type { Choices } from '../targets/choices.ts'
import { configuredTargets, registriesFor } from '../targets/configured-targets.ts'
import { fitRegistries, lossIssues, lossNotices } from '../targets/fit.ts'
import { loadTargets, managedNames } from '../targets/load-targets.ts'
import type { TargetTable } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import type { MayActivate } from './cleared-values.ts'
import { pathConflicts } from './path-conflicts.ts'
import { type PlanPart, planListed, planUnlisted, type Rendered } from './plan-target.ts'

export interface Plan extends PlanPart {
  /** The state that the plan was made from. */
  readonly state: State
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
  const rendered: Rendered[] = []
  for (const { name, target, settings } of configuredTargets(list, targets)) {
    const listed = registriesFor(list, name)
    const snapshot = await target.observe(view, listed, settings)
    const { registries, losses } = fitRegistries(listed, target.losses.of(settings, snapshot), target)
    const rendering = target.render(registries, snapshot, choices)
    const others = Object.keys(list.targets).filter(other => other !== name)
    const conflicts = [...lossIssues(losses, others), ...rendering.conflicts]
    const notices = [...lossNotices(losses, name), ...rendering.notices]
    rendered.push({ name, target, snapshot, rendering: { ...rendering, notices, conflicts } })
  }
  const needed = new Set(rendered.flatMap(({ rendering }) => rendering.files.map(({ path }) => path)))
  const parts = []
  for (const one of rendered) parts.push(await planListed(one, needed, view, choices))
  for (const [name, target] of Object.entries(targets)) {
    if (!Object.hasOwn(list.targets, name))
      parts.push(await planUnlisted(name, target, needed, view, choices))
  }
  const conflicts = [...pathConflicts(rendered), ...parts.flatMap(part => part.conflicts)]
  if (conflicts.length > 0) throw new Failure('conflict', conflicts)
  return { ...joined(parts), state: view.state }
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
