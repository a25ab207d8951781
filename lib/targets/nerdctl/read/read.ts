/** The mirrors that nerdctl has on a node, as registries of a list. Pure. */

import type { Issue } from '../../../model/errors.ts'
import type { Loss, ReadBack } from '../../../model/read-back.ts'
import { foundRegistry } from '../../hosts-toml/found-registry.ts'
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
  const registry = found.found && foundRegistry(name, found.found, loaded.entries)
  return { registries: registry ? [registry] : [], losses: loaded.ignored.map(issue => lossOf(issue, name)) }
}

function lossOf(issue: Issue, registry: string): Loss {
  return { ...issue, registry }
}
