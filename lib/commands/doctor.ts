/** `doctor`: find out why a mirror is not used. */

import { buildDoctorReport } from '../doctor/build-report.ts'
import { diagnose } from '../doctor/diagnose.ts'
import type { DoctorReport } from '../model/report.ts'
import { openMachine, openReadable, selectTargets } from '../pipeline/open.ts'
import { openListIfAny } from '../pipeline/open-list-if-any.ts'
import { configuredTargets } from '../targets/configured-targets.ts'
import type { RunCommand } from './command.ts'
import type { DoctorFlags } from './flags.ts'

export const doctor: RunCommand<DoctorFlags> = async (flags, context): Promise<DoctorReport> => {
  const { world } = context
  const table = await context.targets()
  const targets = selectTargets(table, flags.target)
  const node = await openReadable(flags)
  const { loaded } = await openListIfAny(flags, table, node, world)
  const listed = loaded?.list.targets ?? {}
  const place = { file: '', line: 0, column: 0 }
  const all = Object.fromEntries(
    Object.keys(targets).map(name => [name, listed[name] ?? { written: {}, place }]),
  )
  const view = { node, uid: world.uid, machine: openMachine(flags, world) }
  const diagnosis = await diagnose(configuredTargets({ targets: all }, targets), view)
  return { ...buildDoctorReport(diagnosis), ...(flags.strict && { strict: true }) }
}
