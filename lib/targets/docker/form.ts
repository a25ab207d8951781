/** Which files a Docker reads its mirrors from. Pure. */
import { atLeast, type Release } from '../release.ts'
import type { ChosenStore } from './store.ts'

export interface Form {
  /** `certs.d/<registry>/hosts.toml`: `docker pull` with the containerd store, and `docker build`. */
  readonly hostsToml: boolean
  /** `registry-mirrors` in daemon.json: `docker pull` with the graph driver store, and before 28 all pulls. */
  readonly daemonMirrors: boolean
}

/** The first release that reads hosts.toml (daemon/hosts.go@v28.0.0; absent in v27.5.1). */
const HOSTS_TOML = '28.0.0'

export function knowsHostsToml(release: Release | undefined): boolean {
  return release === undefined || atLeast(release, HOSTS_TOML)
}

/**
 * With the containerd store, a mirror of daemon.json that is not verified turns off the verification of the registry itself
 * and of every other mirror, and a CA is looked up in the directory of the registry (daemon/hosts.go:55-88@v28.5.2). So
 * there daemon.json has no mirrors. hosts.toml with a mirror hides those of daemon.json for the same registry, so that both
 * can be written where the store is not known.
 */
export function formOf({
  release,
  chosen,
}: {
  release: Release | undefined
  chosen: Pick<ChosenStore, 'store'> | undefined
}): Form {
  const hostsToml = knowsHostsToml(release)
  return { hostsToml, daemonMirrors: !hostsToml || chosen?.store !== 'containerd' }
}
