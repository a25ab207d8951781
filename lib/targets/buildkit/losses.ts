/** What of a list buildkitd.toml can express (util/resolver/resolver.go NewRegistryConfig@v0.32.2). */
import { impossible, lossTable, lossy } from '../loss-table.ts'
import { parseRelease } from '../release.ts'
import type { Losses } from '../target.ts'
import { knowsPaths } from './releases.ts'
import type { BuildkitSettings } from './settings.ts'
import type { BuildkitSnapshot } from './snapshot.ts'

const left = 'regmirror leaves the mirror out'
const NO_HEADERS = 'cannot send headers'

const features = {
  registry_any: impossible(
    'has no setting for every other registry',
    'pulls from registries without an entry use no mirror',
  ),
  server_other: impossible('cannot replace the server of a registry', 'pulls go to the server itself'),
  no_fallback: impossible('always tries the server after the mirrors', 'pulls go to the server'),
  path_mounted: impossible('cannot reach a registry below a path', left),
  path_exact: impossible('cannot reach an API at another path than /v2', left),
  pull_only: impossible('resolves tags with every mirror', left),
  resolve_only: impossible('pulls from every mirror', left),
  push: impossible('never pushes to a mirror', 'pushes go to the server'),
  shared_host_tls: impossible(
    'has one set of TLS settings for each host',
    'it holds for every registry with a mirror at that host',
  ),
  header: impossible(`${NO_HEADERS} to a mirror`, 'requests go to the mirror without them'),
  login: lossy(
    'takes credentials for a mirror from the docker config of the user who builds',
    'run docker login for its host as that user',
  ),
  dial_timeout: impossible('waits 30 s for a connection', 'the value of the list is not written'),
  server_header: impossible(`${NO_HEADERS} to a server`, 'requests go to the server without them'),
}

const newest = lossTable('BuildKit', features)
const older = lossTable('BuildKit before 0.12', {
  ...features,
  path_prefix: impossible('reads no path of a mirror', left),
})

export const buildkitLosses: Losses<BuildkitSettings, BuildkitSnapshot> = {
  tables: [newest, older],
  of: ({ version }, snapshot) => {
    const listed = version === undefined ? undefined : parseRelease(version)
    return knowsPaths(snapshot?.release ?? listed) ? newest : older
  },
}
