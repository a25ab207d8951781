/** What of a list registries.yaml can express (getHostConfigs, pkg/agent/containerd/config.go@06ea261c). */
import { impossible, lossTable, lossy } from '../loss-table.ts'
import type { Losses } from '../target.ts'
import type { K3sSettings } from './settings.ts'
import type { K3sSnapshot } from './snapshot.ts'

const left = 'regmirror leaves the mirror out'
const NO_HEADERS = 'cannot send headers'
const KEPT = 'it is tried after the mirrors, and the own server of the registry after it'
const FLAG = 'without the node flag --disable-default-registry-endpoint'

const features = {
  pull_only: impossible('resolves tags with every mirror', left),
  resolve_only: impossible('pulls from every mirror', left),
  push: impossible('never pushes to a mirror', 'pushes go to the server'),
  shared_host_tls: impossible(
    'has one set of TLS settings for each host',
    'it holds for every registry with a mirror at that host',
  ),
  header: impossible(`${NO_HEADERS} to a mirror`, 'requests go to the mirror without them'),
  dial_timeout: impossible('waits 30 s for a connection', 'the value of the list is not written'),
  server_header: impossible(`${NO_HEADERS} to a server`, 'requests go to the server without them'),
}

/** The flag holds for every registry of the file: regmirror then names the server of those that fall back. */
const withFlag = lossTable('k3s with --disable-default-registry-endpoint', features)

const withoutFlag = lossTable('k3s', {
  ...features,
  server_other: lossy(`cannot replace the server of a registry ${FLAG}`, KEPT),
  no_fallback: impossible(
    `falls back to the server of every registry ${FLAG} (disable-default-registry-endpoint: true in the config.yaml of the node, then a restart)`,
    'pulls go to the server',
  ),
})

export const k3sLosses: Losses<K3sSettings, K3sSnapshot> = {
  tables: [withoutFlag, withFlag],
  of: (_settings, snapshot) => ((snapshot?.node.noDefault ?? true) ? withFlag : withoutFlag),
}
