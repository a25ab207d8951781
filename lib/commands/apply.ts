/** `apply`: make the node what the list says, then ask the mirrors how they are. */
import { applyPlan, isDone } from '../apply/apply.ts'
import { makePlan } from '../plan.ts'
import { planReport } from '../plan-report.ts'
import type { PlanReport } from '../report.ts'
import type { Choices } from '../targets/target.ts'
import type { World } from '../world.ts'
import { chosenTargets, type Options, openList, openNode, openView } from './inputs.ts'
import { settle, sweptNotices, type WritingOptions, writing } from './writing.ts'

export interface ApplyOptions extends Options, Choices, WritingOptions {
  /** Undefined: probe on this machine, not under `--root`. */
  readonly probe: boolean | undefined
}

export async function apply(options: ApplyOptions, world: World): Promise<PlanReport> {
  const node = await openNode(options)
  const settled = await settle('apply', node, options, world)
  const loaded = await openList(options, node, world)
  const walk = async () =>
    await makePlan(loaded.list, chosenTargets(options), await openView(options, node, world), options)
  const write = async (made: readonly string[]) => {
    // Again, now that nobody else writes: what was planned before may be done or outdated by now.
    const plan = await walk()
    const swept = await applyPlan(plan, node, { command: 'apply', now: world.now(), made })
    return { plan, after: sweptNotices(swept) }
  }
  const first = await walk()
  const idle = { result: { plan: first, after: [] }, notices: [] }
  const { result, notices } = isDone(first) ? idle : await writing('apply', node, options, world, write)
  const all = [...settled, ...notices, ...loaded.notices, ...result.plan.notices, ...result.after]
  const report = planReport('apply', { ...result.plan, notices: all })
  if (!(options.probe ?? options.root === undefined)) return report
  const { probeList } = await import('./probe.ts')
  return { ...report, ...(await probeList(loaded.list, options, world)) }
}
