/** What `GET /info` of dockerd has of registries and of the image store. Pure. */
import { isTable, type Table } from '../../formats/is-table.ts'
import { stringsIn } from '../../formats/table-values.ts'
import type { Store } from './settings.ts'

export interface DaemonInfo {
  /** As in `28.5.2+dfsg4`. */
  readonly version: string | undefined
  readonly store: Store
  /** The data root. */
  readonly root: string | undefined
  /** With a `/` behind each, as Docker has them. */
  readonly mirrors: readonly string[]
  /** Hosts that it does not verify. */
  readonly insecureHosts: readonly string[]
  /** Networks that it does not verify, without those of loopback. */
  readonly insecureNetworks: readonly string[]
}

/** Loopback is never verified (registry/config.go:243-292@v28.5.2). */
const LOOPBACK = ['127.0.0.0/8', '::1/128']

export function infoOf(value: Table): DaemonInfo {
  const registries = tableIn(value.RegistryConfig)
  const hosts = Object.entries(tableIn(registries.IndexConfigs)).filter(
    ([, index]) => isTable(index) && index.Secure === false,
  )
  return {
    version: textIn(value.ServerVersion),
    store: usesContainerd(value.DriverStatus) ? 'containerd' : 'graphdriver',
    root: textIn(value.DockerRootDir),
    mirrors: stringsIn(registries.Mirrors),
    insecureHosts: hosts.map(([name]) => name),
    insecureNetworks: stringsIn(registries.InsecureRegistryCIDRs).filter(one => !LOOPBACK.includes(one)),
  }
}

/** `["driver-type", "io.containerd.snapshotter.v1"]` (daemon/containerd/service.go@v28.5.2). */
function usesContainerd(status: unknown): boolean {
  const pairs: readonly unknown[] = Array.isArray(status) ? status : []
  return pairs.some(
    pair => Array.isArray(pair) && pair[0] === 'driver-type' && pair[1] === 'io.containerd.snapshotter.v1',
  )
}

function tableIn(value: unknown): Table {
  return isTable(value) ? value : {}
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
