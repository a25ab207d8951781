/** What of a list registries.conf can express. Pure. */
import { impossible, type LossTable, lossTable, lossy } from '../loss-table.ts'
import type { Losses } from '../target.ts'
import { knowsPullFromMirror, parseRelease } from './release.ts'
import type { ContainersSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'
import { TITLE } from './title.ts'

const LEFT_OUT = 'regmirror leaves the mirror out'
const path = impossible('put the path of a mirror after /v2', LEFT_OUT)
const header = impossible('send no headers of a list', 'requests are sent without them')

/** One key, `insecure`, stands for both (image/docker/docker_client.go:961-1008@image/v5.39.2). */
const ONE_KEY = 'have one key for http and for https without verification'
const plain = lossy(ONE_KEY, 'pulls try https without verification first (insecure = true)')
const unverified = lossy(ONE_KEY, 'pulls also try http where https fails (insecure = true)')

const LOST = {
  registry_any: impossible(
    'have no table for every other registry',
    'regmirror leaves it out, and pulls of other registries go to their servers',
  ),
  path_mounted: path,
  path_exact: path,
  pull_only: lossy(
    'cannot resolve a tag elsewhere and then pull its content from a mirror',
    'pulls by tag do not use this mirror, pulls by digest do (pull-from-mirror = "digest-only")',
  ),
  resolve_only: impossible('pull the content from the mirror that resolves a tag', LEFT_OUT),
  push: impossible('never push to a mirror', 'pushes go to the registry'),
  http: plain,
  skip_verify: unverified,
  shared_host_tls: impossible(
    'have the certificates of a host once for all registries',
    'one registry would use the certificates of the other',
  ),
  header,
  login: lossy(
    'read logins from auth.json, not from registries.conf',
    'pulls skip a mirror that requires a login, unless each user who pulls has run podman login for it',
  ),
  dial_timeout: impossible(
    'wait 30 seconds for a connection, whatever a list says',
    'each pull waits that long for a mirror that does not respond',
  ),
  server_http: plain,
  server_header: header,
}

const current = lossTable(TITLE, LOST)

const beforePullFromMirror = lossTable(`${TITLE} before Podman 4.1`, {
  ...LOST,
  pull_only: impossible('have no key for a mirror that must not resolve tags', LEFT_OUT),
})

export const containersLosses: Losses<ContainersSettings, Snapshot> = {
  tables: [current, beforePullFromMirror],
  of({ version }, snapshot): LossTable {
    const release = snapshot?.release ?? (version === undefined ? undefined : parseRelease(version))
    return knowsPullFromMirror(release) ? current : beforePullFromMirror
  },
}
