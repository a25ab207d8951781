/** `doctor`: find out why a mirror is not used. */
import { buildDoctorReport } from '../doctor/build-report.ts'
import type { Diagnosis } from '../doctor/diagnose.ts'
import { diagnose } from '../doctor/diagnose.ts'
import { Failure } from '../model/errors.ts'
import type { Changes, DoctorReport, Notice } from '../model/report.ts'
import { converge } from '../pipeline/converge.ts'
import { interruptedNotices } from '../pipeline/interrupted-run.ts'
import { listFindings } from '../pipeline/list-findings.ts'
import {
  type NodeOptions,
  openNode,
  openPlace,
  openReadable,
  openView,
  selectTargets,
} from '../pipeline/open.ts'
import { openListIfAny } from '../pipeline/open-list-if-any.ts'
import { recoverNode } from '../pipeline/recovery.ts'
import { readingScope } from '../pipeline/scope.ts'
import { buildPlanReport } from '../plan/build-report.ts'
import { planFixes } from '../plan/fixes.ts'
import type { TargetTable } from '../targets/target.ts'
import type { Context, RunCommand } from './command.ts'
import type { DoctorFlags } from './flags.ts'

export const doctor: RunCommand<DoctorFlags> = async (given, context): Promise<DoctorReport> => {
  if (given.check && !given.fix)
    throw new Failure('usage', [{ message: '--check requires --fix', hint: 'add --fix, or remove --check' }])
  const { world } = context
  const table = await context.targets()
  const targets = selectTargets(table, given.target)
  const list = await openListIfAny(given, table, await openReadable(given), world)
  const flags = readingScope(given, list.loaded, table, world)
  const place = openPlace(flags, await openReadable(flags), world)
  const choice = { named: flags.target, list: list.loaded?.list }
  const look = () => diagnose(targets, choice, place, world.now())
  const fixed = flags.fix ? await fix(look, { targets, table }, flags, context) : undefined
  const diagnosis = await look()
  const ofList = await listFindings(list, targets, flags, world)
  return {
    ...buildDoctorReport(diagnosis, ofList),
    ...(flags.strict && { strict: true }),
    ...(fixed && { fix: { ...fixed.changes, ...(flags.check && { check: true }) }, notices: fixed.notices }),
  }
}

interface Fixed {
  readonly changes: Changes
  readonly notices: readonly Notice[]
}

/** Carries the fixes out, or with `--check` plans them. */
async function fix(
  look: () => Promise<Diagnosis>,
  { targets, table }: { readonly targets: TargetTable; readonly table: TargetTable },
  flags: DoctorFlags & NodeOptions,
  { world }: Context,
): Promise<Fixed> {
  const node = await openNode(flags, world)
  const access = { command: 'doctor', node, options: flags, world, targets: table } as const
  const before = flags.check ? await interruptedNotices(node) : await recoverNode(access)
  const makePlan = async () => {
    const { found, daemons } = await look()
    const fixes = found.flatMap(one => (one.fix ? [{ target: one.finding.target ?? '', fix: one.fix }] : []))
    return { plan: await planFixes(fixes, daemons, targets, await openView(flags, node, world)) }
  }
  const done = flags.check ? { planned: await makePlan(), notices: [] } : await converge(makePlan, access)
  const { kind: _, ...changes } = buildPlanReport('apply', done.planned.plan)
  return { changes, notices: [...before, ...done.notices] }
}
