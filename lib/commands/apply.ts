/** `apply`: make the node what the list says, then ask the mirrors how they are. */
import { applyPlan } from '../apply.ts'
import { makePlan } from '../plan.ts'
import { planReport } from '../plan-report.ts'
import type { PlanReport } from '../report.ts'
import type { Choices } from '../targets/target.ts'
import type { World } from '../world.ts'
import { chosenTargets, type Options, openList, openNode, openView } from './inputs.ts'

export interface ApplyOptions extends Options, Choices {
  /** Undefined: probe on this machine, not under `--root`. */
  readonly probe: boolean | undefined
}

export async function apply(options: ApplyOptions, world: World): Promise<PlanReport> {
  const node = await openNode(options)
  const loaded = await openList(options, node, world)
  const view = await openView(options, node, world)
  const made = await makePlan(loaded.list, chosenTargets(options), view, options)
  await applyPlan(made, node, world.now())
  const report = planReport('apply', { ...made, notices: [...loaded.notices, ...made.notices] })
  if (!(options.probe ?? options.root === undefined)) return report
  const { probeList } = await import('./probe.ts')
  return { ...report, ...(await probeList(loaded.list, options, world)) }
}
