/** The mirrors that nerdctl has on a node, as registries of a list. Pure. */

import type { Issue } from '../../../model/errors.ts'
import type { FoundEndpoint, FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import type { HostDirectory } from '../../hosts-toml/read/host-directory.ts'
import type { HostEntry } from '../../hosts-toml/read/host-entry.ts'
import { loadHosts } from '../../hosts-toml/read/load-hosts.ts'
import { READER } from '../pull/endpoints.ts'
import { findDirectory } from '../pull/find-directory.ts'
import type { NerdctlSnapshot } from '../snapshot.ts'

/** By the rules of nerdctl 2.3, which uses the first directory of hosts_dir. */
export function read(snapshot: NerdctlSnapshot): ReadBack {
  const { hostsDirs, directories, faults } = snapshot
  const [first = ''] = hostsDirs
  const parts = (directories[first] ?? []).map(({ name }) => readRegistry(registryName(name), snapshot))
  return {
    registries: parts.flatMap(({ registries }) => registries),
    losses: [...faults, ...parts.flatMap(({ losses }) => losses)],
  }
}

function registryName(directory: string): string {
  return directory === '_default' ? '*' : directory.replace(/^(.+)_(\d+)_$/, '$1:$2')
}

function readRegistry(name: string, snapshot: NerdctlSnapshot): ReadBack {
  const found = findDirectory(snapshot, name === '*' ? '_default' : name, 'transfer')
  if ('unknown' in found) return { registries: [], losses: [lossOf(found.unknown, name)] }
  const loaded = loadHosts(found.found, READER, 'nerdctl')
  if (!('entries' in loaded)) {
    const issue = 'failure' in loaded ? loaded.failure : loaded.unknown
    return { registries: [], losses: [lossOf(issue, name)] }
  }
  const registry = found.found && registryOf(name, found.found, loaded.entries)
  return { registries: registry ? [registry] : [], losses: loaded.ignored.map(issue => lossOf(issue, name)) }
}

function lossOf(issue: Issue, registry: string): Loss {
  return { ...issue, registry }
}

type Placed = HostEntry & { readonly line?: number }

function registryOf(name: string, directory: HostDirectory, entries: readonly Placed[]): FoundRegistry {
  const file = `${directory.path}/hosts.toml`
  const place = (entry: Placed) => ({ file, ...(entry.line !== undefined && { line: entry.line }) })
  const mirrors = entries.slice(0, -1)
  const server = entries.at(-1)
  return {
    name,
    at: { file: directory.hosts === undefined ? directory.path : file },
    mirrors: mirrors.map(entry => ({
      ...endpointOf(entry),
      at: place(entry),
      capabilities: entry.capabilities,
    })),
    ...(server !== undefined && name !== '*' && { server: { ...endpointOf(server), at: place(server) } }),
  }
}

function endpointOf(entry: Placed): Omit<FoundEndpoint, 'at'> {
  const { scheme, host, path, ca = [], client, skipVerify, header, dialTimeout } = entry
  const [pair] = client
  return {
    url: host === '' ? '' : `${scheme}://${host}${path === '/' ? '' : path}`,
    ...(scheme !== 'http' && {
      ...(ca.length > 0 && { ca }),
      ...(pair !== undefined && { client: { cert: pair.cert, key: pair.key ?? pair.cert } }),
      ...(skipVerify === true && { skipVerify }),
    }),
    ...(Object.keys(header).length > 0 && { header }),
    ...(dialTimeout !== undefined && { dialTimeout }),
  }
}
