/** `probe`: check mirror health and latency. */
import type { ProbeReport } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { openList, openNode } from '../pipeline/open.ts'
import { type ProbeOptions, probeList } from '../pipeline/probe-list.ts'
import { probeNotices } from '../pipeline/probe-notices.ts'

export async function probe(options: ProbeOptions, world: World): Promise<ProbeReport> {
  const { list, notices } = await openList(options, await openNode(options, world), world)
  const probed = await probeList(list, options, world)
  return { version: 1, kind: 'probe', ...probed, notices: [...notices, ...probeNotices(probed.probes)] }
}
