/** What of a list nerdctl can express: all that hosts.toml can; `nerdctl build` is a matter of BuildKit. */
import { lossTable, lossy } from '../loss-table.ts'
import { atLeast, parseRelease } from '../release.ts'
import type { Losses } from '../target.ts'
import type { NerdctlSettings } from './settings.ts'
import type { NerdctlSnapshot } from './snapshot.ts'

const dial_timeout = lossy('ignores dial_timeout with containerd before 2.0.7', 'it waits 30 s there')

const newest = lossTable('nerdctl', {
  registry_any: lossy(
    'with containerd before 2.0 uses the mirrors of "*" also for a registry of the list without a port, docker.io left out',
    'it does not use the mirrors of that registry there',
  ),
  dial_timeout,
})

/** dockerconfigresolver/hostsstore.go:46, registryurl.go:35@v2.2.1 */
const older = lossTable('nerdctl before 2.3', {
  registry_any: lossy(
    'before 2.3 uses the mirrors of "*" also for a registry of the list without a port, docker.io left out',
    'it does not use the mirrors of that registry',
  ),
  dial_timeout,
})

export const nerdctlLosses: Losses<NerdctlSettings, NerdctlSnapshot> = {
  tables: [newest, older],
  of({ version }, snapshot) {
    const release = snapshot?.release ?? (version === undefined ? undefined : parseRelease(version))
    return release === undefined || atLeast(release, '2.3.0') ? newest : older
  },
}
