/** What of a list nerdctl can express: all that hosts.toml can; `nerdctl build` is a matter of BuildKit. */
import { lossTable, lossy } from '../loss-table.ts'
import type { Losses } from '../target.ts'

const table = lossTable('nerdctl', {
  registry_any: lossy(
    'before 2.3, and with containerd before 2.0, uses the mirrors of "*" also for a registry of the list without a port, docker.io left out',
    'those releases do not use the mirrors of that registry',
  ),
  dial_timeout: lossy('ignores dial_timeout with containerd before 2.0.7', 'it waits 30 s there'),
})

export const nerdctlLosses: Losses<unknown, unknown> = { tables: [table], of: () => table }
