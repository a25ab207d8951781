/** `plan`: show what would change on this node. */
import { maxProbesPerHour } from '../health/probe-schedule.ts'
import { Failure, type Issue } from '../model/errors.ts'
import type { TargetLoss } from '../model/list-loss.ts'
import type { MirrorList } from '../model/registry.ts'
import { interruptedNotices } from '../pipeline/interrupted-run.ts'
import { applyKnownHealth, namesOf } from '../pipeline/known-health.ts'
import { openView, selectTargets } from '../pipeline/open.ts'
import { openToPlan } from '../pipeline/open-to-plan.ts'
import { preflight } from '../pipeline/preflight.ts'
import { probeLater } from '../pipeline/probe-later.ts'
import { runtimeNotices } from '../pipeline/runtime-notices.ts'
import { openScope } from '../pipeline/scope.ts'
import { watcherNotices } from '../pipeline/watcher-notices.ts'
import { buildPlanReport } from '../plan/build-report.ts'
import { makePlan, type Plan, planLosses } from '../plan/plan.ts'
import { openLiveTable } from '../reporters/live.ts'
import { listedNames } from '../targets/load-targets.ts'
import { fidelities, lossNotices, plainLosses } from '../targets/losses.ts'
import type { TargetTable } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
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
  const probeList = probeLater({ ...flags, targets, openProgress }, world)
  const { list: ordered, notices, ...probed } = await preflight(loaded.list, flags, world, probeList)
  const place = { view, targets, world }
  const selected = await applyKnownHealth(ordered, flags, place, namesOf(probed.registries))
  const compared = flags.losses ? await compareTargets(loaded.whole, targets, view) : undefined
  const { made, conflicts } = await planOrConflicts(
    () => makePlan(selected.list, targets, view, flags),
    compared?.losses,
    view,
  )
  const watcher = await watcherNotices(selected.list, made, flags.declared, node)
  const found = flags.target.length > 0 ? [] : await runtimeNotices(loaded, table, view)
  const known = [...notices, ...watcher, ...selected.notices, ...found]
  const before = [...unreadable, ...(await interruptedNotices(node)), ...loaded.notices, ...known]
  return {
    ...buildPlanReport('plan', { ...made, notices: [...before, ...made.notices] }),
    ...(compared && { losses: plainLosses(compared.losses), fidelity: compared.fidelity }),
    ...(conflicts && { conflicts }),
    ...(flags.check && { check: true }),
    max_probes_per_hour: maxProbesPerHour(loaded.list.health) * mostTargets(loaded.list, targets),
    ...probed,
  }
}

/** A mirror is probed for each target that gets it, at most: those with the same client share a probe. */
function mostTargets({ registries, ...list }: MirrorList, table: TargetTable): number {
  const names = listedNames(table, list)
  const counts = registries.map(({ targets = names }) => names.filter(name => targets.includes(name)).length)
  return Math.max(1, ...counts)
}

/** What each runtime can express of the whole list on this node. */
async function compareTargets(list: MirrorList, targets: TargetTable, view: View) {
  const losses = await planLosses(list, targets, view)
  return { losses, fidelity: fidelities(list, listedNames(targets, list), losses) }
}

const NOTHING: Omit<Plan, 'state'> = {
  ...{ steps: [], permissionFixes: [], notices: [], unchanged: 0, forgets: [] },
  ...{ reload: [], restart: [], daemons: [], endpoints: [] },
}

/** With `--losses`, they are also shown where nothing may be written. */
async function planOrConflicts(
  plan: () => Promise<Plan>,
  losses: readonly TargetLoss[] | undefined,
  { state }: View,
): Promise<{ readonly made: Plan; readonly conflicts?: readonly Issue[] }> {
  try {
    return { made: await plan() }
  } catch (error) {
    if (losses === undefined || !(error instanceof Failure) || error.code !== 'conflict') throw error
    return { made: { ...NOTHING, notices: lossNotices(losses), state }, conflicts: error.issues }
  }
}
