/** `plan`: what would change on this node? */
import { questionsAnHour } from '../health/standing.ts'
import { makePlan } from '../plan/plan.ts'
import { planReport } from '../plan/report.ts'
import type { PlanReport } from '../report.ts'
import type { Choices } from '../targets/target.ts'
import type { World } from '../world.ts'
import { type AskingOptions, askFirst } from './asking.ts'
import { asItIs, type HealthOptions } from './health.ts'
import { chosenTargets, openList, openNode, openView } from './inputs.ts'
import { unfinishedNotices } from './writing.ts'

export async function plan(
  options: AskingOptions & Choices & HealthOptions,
  world: World,
): Promise<PlanReport> {
  const node = await openNode(options, world)
  const loaded = await openList(options, node, world)
  const view = await openView(options, node, world)
  const { list: wanted, notices: asked, ...probed } = await askFirst(loaded.list, options, world)
  const { list, notices: known } = await asItIs(wanted, options, node, world)
  const made = await makePlan(list, chosenTargets(options), view, options)
  const notices = [...(await unfinishedNotices(node)), ...loaded.notices, ...asked, ...known, ...made.notices]
  const questions_an_hour = questionsAnHour(list.health)
  return { ...planReport('plan', { ...made, notices }), questions_an_hour, ...probed }
}
