/** `plan`: what would change on this node? */
import { maxProbesPerHour } from '../health/probe-schedule.ts'
import type { PlanReport } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { applyKnownHealth, type HealthOptions } from '../pipeline/known-health.ts'
import { unfinishedNotices } from '../pipeline/lock.ts'
import { chosenTargets, openList, openNode, openView } from '../pipeline/open.ts'
import { type PreflightOptions, preflight } from '../pipeline/preflight.ts'
import { makePlan } from '../plan/plan.ts'
import { planReport } from '../plan/report.ts'
import type { Choices } from '../targets/target.ts'

export async function plan(
  options: PreflightOptions & Choices & HealthOptions & { readonly check: boolean },
  world: World,
): Promise<PlanReport> {
  const node = await openNode(options, world)
  const loaded = await openList(options, node, world)
  const view = await openView(options, node, world)
  const { list: wanted, notices: asked, ...probed } = await preflight(loaded.list, options, world)
  const { list, notices: known } = await applyKnownHealth(wanted, options, node, world)
  const made = await makePlan(list, chosenTargets(options), view, options)
  const notices = [...(await unfinishedNotices(node)), ...loaded.notices, ...asked, ...known, ...made.notices]
  const max_probes_per_hour = maxProbesPerHour(list.health)
  const check = options.check && { check: true }
  return { ...planReport('plan', { ...made, notices }), ...check, max_probes_per_hour, ...probed }
}
