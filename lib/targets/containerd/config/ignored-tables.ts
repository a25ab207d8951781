/** Tables of CRI under a name that is not that of the version of the file: containerd ignores them without a message. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { locateKey } from '../../../formats/toml/locations.ts'
import { atLeast, type Release } from '../../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { V1, V2, V3 } from './config-toml.ts'
import { valueAt } from './merge.ts'
import type { ParsedConfig } from './parsed-config.ts'
import { versionFor } from './plugin-names.ts'

export interface IgnoredTable {
  readonly file: string
  readonly line: number
  /** The keys of the table that count for nothing. */
  readonly names: readonly string[]
  /** `[plugins."io.containerd.grpc.v1.cri"]`. */
  readonly table: string
  /** Of the file, as this release reads it. */
  readonly version: number
  /** The tables that count. */
  readonly instead: string
  readonly message: string
}

const [CRI, GRPC, IMAGES] = [V1, V2, V3].map(table => table.slice(0, -1)) as [string[], string[], string[]]
const RUNTIME = ['plugins', 'io.containerd.cri.v1.runtime']

/** What the plugin still has from version 3 on (internal/cri/config/config.go:454@v2.1.9). */
const STILL = [
  ...['disable_tcp_service', 'stream_server_address', 'stream_server_port', 'stream_idle_timeout'],
  ...['enable_tls_streaming', 'x509_key_pair_streaming'],
]

/** Only where the release is known: each reads other names. */
export function ignoredTables({ files, generation }: Snapshot): readonly IgnoredTable[] {
  if (generation === undefined) return []
  return files.flatMap(file => {
    const version = fileVersion(file, files, generation)
    return ignoredPlugins(version, generation).flatMap(({ plugin, still, instead }) => {
      const names = keysOf(file, plugin).filter(name => !still.includes(name))
      const [first] = names
      if (first === undefined) return []
      const { line } = locateKey(file.tree(), [...plugin, first]) ?? { line: 1 }
      const message = `containerd ${generation.name} ignores ${names.join(', ')} of ${named(plugin)} in a file of version ${version}; use ${instead}`
      return [{ file: file.path, line, names, table: named(plugin), version, instead, message }]
    })
  })
}

/** 2.0 to 2.2 read all files by the last version that any of them has (config.go:311@v2.1.9). */
function fileVersion(file: ParsedConfig, files: readonly ParsedConfig[], release: Release): number {
  if (release.major < 2 || atLeast(release, '2.3.0')) return versionFor(file, files, release)
  return files.findLast(({ version = 1 }) => version > 1)?.version ?? 1
}

interface Ignored {
  readonly plugin: readonly string[]
  /** Its keys that count all the same. */
  readonly still: readonly string[]
  readonly instead: string
}

function ignoredPlugins(version: number, { major, minor }: Release): readonly Ignored[] {
  const ignored = (plugins: readonly string[][], instead: string) =>
    plugins.map(plugin => ({ plugin, still: [], instead }))
  if (major < 2)
    return version === 1
      ? ignored([GRPC, IMAGES, RUNTIME], `[plugins.cri]`)
      : ignored([IMAGES, RUNTIME], named(GRPC))
  // 2.3 moves the tables of each file below version 4 (plugins/cri/images/plugin.go:205@v2.3.4).
  if (version < 3 || (version === 3 && minor >= 3)) return []
  const instead = `${named(IMAGES)} for registry, ${named(RUNTIME)} for containerd and cni`
  return [{ plugin: GRPC, still: STILL, instead }, ...ignored([CRI], instead)]
}

function named(plugin: readonly string[]): string {
  return `[plugins.${JSON.stringify(plugin[1])}]`
}

function keysOf(file: ParsedConfig, plugin: readonly string[]): readonly string[] {
  const table = valueAt(file, plugin)
  return isTable(table) ? Object.keys(table) : []
}
