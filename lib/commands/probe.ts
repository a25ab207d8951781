/** `probe`: check mirror health and latency. */
import { Failure } from '../model/errors.ts'
import { listAddressNotices } from '../pipeline/address-notices.ts'
import { canaryNotices } from '../pipeline/canary-notices.ts'
import { openNetwork } from '../pipeline/list-network.ts'
import { openList, openReadable, selectTargets } from '../pipeline/open.ts'
import { openListProber } from '../pipeline/probe-list.ts'
import { probeNotices } from '../pipeline/probe-notices.ts'
import { openLiveTable } from '../reporters/live.ts'
import type { RunCommand } from './command.ts'
import { typedName } from './flag-types.ts'
import { LIST_ONLY, type ProbeFlags, URL_ONLY } from './probe-flags.ts'

export const probe: RunCommand<ProbeFlags> = async (flags, context) => {
  if (flags.url.length > 0 || flags.preset !== undefined) {
    refuse(flags, LIST_ONLY, flag => `${flag} is about a list, and is not used with URLs or --preset`)
    return await (await import('./probe-urls.ts')).probeUrls(flags, context)
  }
  refuse(flags, URL_ONLY, flag => `${flag} requires URLs or --preset`)
  const { world } = context
  const table = await context.targets()
  const targets = selectTargets(table, flags.target)
  const { list, notices } = await openList(flags, table, await openReadable(flags), world)
  const openProgress = openLiveTable(flags.format, world)
  const place = { ...flags, targets }
  const network = await openNetwork(list, place, world)
  const [{ probed }, addresses] = await Promise.all([
    openListProber({ ...place, openProgress }, world)(list, { ...flags, network }),
    listAddressNotices(list, network, world.signal),
  ])
  const pinged = canaryNotices(list, flags.depth)
  const all = [...notices, ...addresses, ...pinged, ...probeNotices(list, probed.probes)]
  return { version: 1, kind: 'probe', ...probed, notices: all }
}

function refuse(
  flags: ProbeFlags,
  names: readonly (keyof ProbeFlags)[],
  describe: (flag: string) => string,
): void {
  const name = names.find(one => isGiven(flags[one]))
  if (name === undefined) return
  const message = describe(`--${typedName(name)}`)
  const hint = name === 'timeout' ? 'set timeout in [health] of the list' : 'remove it'
  throw new Failure('usage', [{ message, hint }])
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
}
