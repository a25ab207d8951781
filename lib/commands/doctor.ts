/** `doctor`: find out why a mirror is not used. */
import { buildDoctorReport } from '../doctor/build-report.ts'
import { diagnose } from '../doctor/diagnose.ts'
import type { DoctorReport } from '../model/report.ts'
import { openMachine, openReadable, selectTargets } from '../pipeline/open.ts'
import { openListIfAny } from '../pipeline/open-list-if-any.ts'
import type { RunCommand } from './command.ts'
import type { DoctorFlags } from './flags.ts'

export const doctor: RunCommand<DoctorFlags> = async (flags, context): Promise<DoctorReport> => {
  const { world } = context
  const table = await context.targets()
  const targets = selectTargets(table, flags.target)
  const node = await openReadable(flags)
  const { loaded } = await openListIfAny(flags, table, node, world)
  const place = { node, uid: world.uid, machine: openMachine(flags, world) }
  const diagnosis = await diagnose(targets, loaded?.list.targets ?? {}, place, world.now())
  return { ...buildDoctorReport(diagnosis), ...(flags.strict && { strict: true }) }
}
