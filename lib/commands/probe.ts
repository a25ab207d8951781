/** `probe`: check mirror health and latency. */
import { addressNotices } from '../pipeline/address-notices.ts'
import { openList, openNode, selectTargets } from '../pipeline/open.ts'
import { openListProber, readRuntimeEnvironment } from '../pipeline/probe-list.ts'
import { probeNotices } from '../pipeline/probe-notices.ts'
import { openNameLookup } from '../probe/dns/name-lookup.ts'
import { readProxies } from '../probe/http/proxies.ts'
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
  const [probed, addresses] = await Promise.all([
    openListProber({ ...place, openProgress }, world)(list, flags),
    addressNotices(list, {
      lookUp: openNameLookup(world.env),
      proxyFor: readProxies((await readRuntimeEnvironment(list, place, world)) ?? world.env),
      signal: world.signal,
    }),
  ])
  const all = [...notices, ...addresses, ...probeNotices(probed.probes)]
  return { version: 1, kind: 'probe', ...probed, notices: all }
}
