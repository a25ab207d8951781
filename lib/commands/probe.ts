/** `probe`: check mirror health and latency. */
import { addressNotices } from '../pipeline/address-notices.ts'
import { openList, openNode, selectTargets } from '../pipeline/open.ts'
import { openListProber, openNetwork } from '../pipeline/probe-list.ts'
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
  const place = { root: flags.root, targets }
  const network = await openNetwork(list, place, world)
  const [probed, addresses] = await Promise.all([
    openListProber({ ...place, openProgress }, world)(list, { ...flags, network }),
    addressNotices(list, network, world.signal),
  ])
  const all = [...notices, ...addresses, ...probeNotices(probed.probes)]
  return { version: 1, kind: 'probe', ...probed, notices: all }
}
