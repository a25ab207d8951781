/** `plan`: show what would change on this node. */
import { maxProbesPerHour } from '../health/probe-schedule.ts'
import { interruptedNotices } from '../pipeline/interrupted-run.ts'
import { applyKnownHealth, namesOf } from '../pipeline/known-health.ts'
import { openView, selectTargets } from '../pipeline/open.ts'
import { openToPlan } from '../pipeline/open-to-plan.ts'
import { preflight } from '../pipeline/preflight.ts'
import { probeLater } from '../pipeline/probe-later.ts'
import { openScope } from '../pipeline/scope.ts'
import { watcherNotices } from '../pipeline/watcher-notices.ts'
import { buildPlanReport } from '../plan/build-report.ts'
import { makePlan } from '../plan/plan.ts'
import { openLiveTable } from '../reporters/live.ts'
import type { RunCommand } from './command.ts'
import type { PlanFlags } from './flags.ts'

export const plan: RunCommand<PlanFlags> = async (given, context) => {
  const { world } = context
  const table = await context.targets()
  const { options: flags, loadList } = await openScope(given, table, world)
  const targets = selectTargets(table, flags.target)
  const { node, notices: unreadable } = await openToPlan(flags, world)
  const loaded = await loadList(node)
  const view = await openView(flags, node, world)
  const openProgress = openLiveTable(flags.format, world)
  const probeList = probeLater({ root: flags.root, targets, openProgress }, world)
  const { list: ordered, notices, ...probed } = await preflight(loaded.list, flags, world, probeList)
  const selected = await applyKnownHealth(ordered, flags, node, world, namesOf(probed.registries))
  const made = await makePlan(selected.list, targets, view, flags)
  const watcher = await watcherNotices(selected.list, made, flags.declared, node)
  const known = [...notices, ...watcher, ...selected.notices]
  const before = [...unreadable, ...(await interruptedNotices(node)), ...loaded.notices, ...known]
  return {
    ...buildPlanReport('plan', { ...made, notices: [...before, ...made.notices] }),
    ...(flags.check && { check: true }),
    max_probes_per_hour: maxProbesPerHour(selected.list.health),
    ...probed,
  }
}
