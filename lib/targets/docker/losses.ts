/** What of a list Docker can express, by its image store and release. Pure data. */
import { impossible, type LossTable, lossTable, lossy } from '../loss-table.ts'
import { atLeast, parseRelease, type Release } from '../release.ts'
import type { Losses } from '../target.ts'
import { exactRelease } from './exact-release.ts'
import { knowsHostsToml } from './form.ts'
import type { DockerSettings } from './settings.ts'
import type { DockerSnapshot } from './snapshot.ts'

const HOSTS_TOML = 'use Docker 28 or later with the containerd store, which reads hosts.toml'
const unset = (what: string) =>
  impossible(`has no setting for ${what} in daemon.json (${HOSTS_TOML})`, 'pulls go without it')
/** insecure-registries is for http too; a CA and a client certificate of a registry are in certs.d. */
const byHand = (what: string) =>
  impossible(
    `cannot have ${what} from a list (remove it here, and set insecure-registries in daemon.json, or certificates in certs.d; or ${HOSTS_TOML})`,
    'pulls go without it',
  )
const noPath = impossible(
  `puts the path of a mirror before /v2 (${HOSTS_TOML}; or use a host name of the mirror for docker.io)`,
  'regmirror leaves the mirror out',
)

/** Mirrors in daemon.json, which every release reads. */
const IN_DAEMON_JSON = {
  registry_other: impossible(
    `has mirrors for docker.io only (${HOSTS_TOML})`,
    'pulls go to the registry itself',
  ),
  registry_any: impossible(`has mirrors for docker.io only (${HOSTS_TOML})`, 'pulls go to the registries'),
  server_other: unset('another server'),
  no_fallback: impossible(
    `always falls back to the registry itself (${HOSTS_TOML})`,
    'pulls go to the registry itself',
  ),
  path_prefix: noPath,
  path_exact: noPath,
  pull_only: lossy('resolves tags with every mirror', 'a tag may come from it, and be old'),
  resolve_only: impossible('pulls content from every mirror', 'regmirror leaves the mirror out'),
  push: impossible('pushes to the registry itself', 'regmirror leaves this capability out'),
  skip_verify: lossy(
    'has insecure-registries for all uses of a host',
    'it verifies no certificate of that host, whatever it does there',
  ),
  header: impossible('sends no headers to mirrors', 'pulls go to the mirror without them'),
  login: impossible(
    'has no credentials for mirrors, and sends those of Docker Hub to a mirror that requests some',
    'pulls go to the mirror without them',
  ),
  dial_timeout: impossible('waits 15 s for a mirror, whatever is set', 'a pull waits longer'),
  server_tls: byHand('TLS settings of a server'),
  server_http: byHand('a server over http'),
  server_header: impossible('sends no headers to the registry', 'pulls go there without them'),
}

const onlyBuilds = lossy(
  'reads mirrors of this registry for docker build only',
  'docker pull goes to the registry itself',
)

/** `docker build` reads hosts.toml with each store. */
const GRAPHDRIVER = lossTable('Docker 28 and later with the graphdriver store', {
  ...IN_DAEMON_JSON,
  registry_other: onlyBuilds,
  registry_any: onlyBuilds,
})

const BEFORE_28 = lossTable('Docker 24 to 27', IN_DAEMON_JSON)

/** A path stopped the daemon before 24.0.8 (registry/config.go:308-325@v20.10.24). */
const BEFORE_24 = lossTable('Docker before 24.0.8', {
  ...IN_DAEMON_JSON,
  path_mounted: impossible(
    'before 24.0.8 does not start with a path in the URL of a mirror (update Docker)',
    'regmirror leaves the mirror out',
  ),
})

const CONTAINERD = lossTable('Docker 28 and later with the containerd store', {})

/** Built with a containerd before 2.1, which does not know the key. */
const BEFORE_28_3 = lossTable('Docker 28.0 to 28.2 with the containerd store', {
  dial_timeout: lossy('before 28.3 ignores dial_timeout', 'it waits 30 s for each request'),
})

export const dockerLosses: Losses<DockerSettings, DockerSnapshot> = {
  tables: [CONTAINERD, BEFORE_28_3, GRAPHDRIVER, BEFORE_28, BEFORE_24],
  of(settings, snapshot) {
    if (snapshot !== undefined)
      return tableFor(exactRelease(snapshot), snapshot.chosen?.store ?? 'graphdriver')
    const release = settings.version === undefined ? undefined : parseRelease(settings.version)
    const mostOf = release === undefined || atLeast(release, '28.0.0') ? 'containerd' : 'graphdriver'
    return tableFor(release && newestOf(release), settings.store ?? mostOf)
  },
}

/** A release line stands for its newest patch where nothing else is known. */
function newestOf(release: Release): Release {
  return release.name.split('.').length === 3 ? release : { ...release, patch: Number.POSITIVE_INFINITY }
}

function tableFor(release: Release | undefined, store: 'graphdriver' | 'containerd'): LossTable {
  if (knowsHostsToml(release)) {
    if (store === 'graphdriver') return GRAPHDRIVER
    return release === undefined || atLeast(release, '28.3.0') ? CONTAINERD : BEFORE_28_3
  }
  return release !== undefined && atLeast(release, '24.0.8') ? BEFORE_28 : BEFORE_24
}
