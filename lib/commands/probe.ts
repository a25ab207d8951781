/** `probe`: check mirror health and latency. */
import { openList, openNode, selectTargets } from '../pipeline/open.ts'
import { openListProber } from '../pipeline/probe-list.ts'
import { probeNotices } from '../pipeline/probe-notices.ts'
import { openLiveTable } from '../reporters/live.ts'
import type { RunCommand } from './command.ts'
import type { ProbeFlags } from './flags.ts'

export const probe: RunCommand<ProbeFlags> = async (flags, context) => {
  const { world } = context
  const table = await context.targets()
  const targets = selectTargets(table, flags.target)
  const { list, notices } = await openList(flags, table, await openNode(flags, world), world)
  const openProgress = openLiveTable(flags.format, world)
  const probed = await openListProber({ root: flags.root, targets, openProgress }, world)(list, flags)
  return { version: 1, kind: 'probe', ...probed, notices: [...notices, ...probeNotices(probed.probes)] }
}
