/** The directories of certs.d, and their hosts.toml as each release that may run reads it. Pure. */
import path from 'node:path'
import { BYTE_ORDER_MARK } from '../../../formats/byte-order-mark.ts'
import { parseTomlAst } from '../../../formats/toml/ast.ts'
import type { HostDirectory } from '../../hosts-toml/read/host-directory.ts'
import { type HostsFile, readHostsFile } from '../../hosts-toml/read/hosts-file.ts'
import type { Refusal } from '../../hosts-toml/read/refusal.ts'
import type { Release } from '../../release.ts'
import type { Found } from '../../rule.ts'
import { possibleReleases } from '../pull/releases.ts'
import { type NamedCertificate, namedCertificates } from './named-certificates.ts'
import type { ObservedNode } from './observed-node.ts'
import { type WrittenAddress, writtenAddresses } from './written-addresses.ts'
import { type WrittenHeader, writtenHeaders } from './written-headers.ts'
import { type WrittenKey, writtenKeys } from './written-keys.ts'

export interface Reading {
  readonly release: Release
  readonly read: HostsFile | Refusal
}

export interface HostsView {
  readonly root: string
  readonly directory: HostDirectory
  /** As images name it; `*` for `_default`. */
  readonly registry: string
  /** The path of hosts.toml, whether it exists or not. */
  readonly file: string
  /** Undefined without a hosts.toml, and where it is empty: containerd takes both alike (hosts.go:314-326@v2.3.4). */
  readonly text: string | undefined
  /** As it is written, whatever a release makes of it; empty where it is no TOML. */
  readonly keys: readonly WrittenKey[]
  readonly headers: readonly WrittenHeader[]
  readonly addresses: readonly WrittenAddress[]
  readonly certificates: readonly NamedCertificate[]
  /** Empty without a text. */
  readonly readings: readonly Reading[]
}

/** Where a finding about the file is. */
export function placeIn(
  { file, registry }: HostsView,
  line: number | undefined,
): Pick<Found, 'file' | 'line' | 'registry'> {
  return { file, registry, ...(line !== undefined && { line }) }
}

const known = new WeakMap<ObservedNode, readonly HostsView[]>()

/** Every rule about certs.d reads these, so they are made once. */
export function hostsViews(observed: ObservedNode): readonly HostsView[] {
  const found = known.get(observed) ?? makeViews(observed)
  known.set(observed, found)
  return found
}

/** Of the directories that config_path names, or has to name. */
function makeViews({ snapshot }: ObservedNode): readonly HostsView[] {
  const releases = possibleReleases(snapshot)
  return Object.entries(snapshot.directories).flatMap(([root, directories]) =>
    directories.map(directory => {
      const at = path.posix.join(root, directory.name)
      const text = directory.hosts?.bytes.toString('utf8') || undefined
      return {
        ...{ root, directory: { ...directory, path: at }, registry: registryOf(directory.name), text },
        file: path.posix.join(at, 'hosts.toml'),
        ...writtenIn(text ?? '', at),
        readings: text === undefined ? [] : releases.map(release => readAs(text, at, release)),
      }
    }),
  )
}

type Written = Pick<HostsView, 'keys' | 'headers' | 'addresses' | 'certificates'>

/** A byte order mark has a rule of its own. */
function writtenIn(text: string, directory: string): Written {
  const parsed = parseTomlAst(text.replace(BYTE_ORDER_MARK, ''))
  if ('fault' in parsed) return { keys: [], headers: [], addresses: [], certificates: [] }
  const { ast } = parsed
  return {
    keys: writtenKeys(ast),
    headers: writtenHeaders(ast),
    addresses: writtenAddresses(ast),
    certificates: namedCertificates(ast, directory),
  }
}

function readAs(text: string, directory: string, release: Release): Reading {
  return { release, read: readHostsFile(text, directory, release) }
}

/** `reg.example_5000_` is another spelling of `reg.example:5000` (hostPaths, config_unix.go:25-36@v2.3.4). */
function registryOf(name: string): string {
  return name === '_default' ? '*' : name.replace(/_(\d+)_$/, ':$1')
}
