/** The directories of certs.d that Docker reads, as registries of a list. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Loss, ReadBack } from '../../../model/read-back.ts'
import { foundRegistry } from '../../hosts-toml/found-registry.ts'
import { loadHosts } from '../../hosts-toml/read/load-hosts.ts'
import type { RegistryDirectory } from '../../hosts-toml/registry-directory.ts'
import { builtInContainerd } from '../pull/engine-code.ts'
import type { DockerSnapshot } from '../snapshot.ts'

/** Those with a hosts.toml; the certificates of other directories are for hosts, not for registries of a list. */
export function readHosts(snapshot: DockerSnapshot): ReadBack {
  const { directories, certsDir } = snapshot
  const parts = (directories[certsDir] ?? [])
    .filter(({ hosts }) => hosts !== undefined)
    .map(directory => readDirectory(directory, snapshot))
  return {
    registries: parts.flatMap(({ registries }) => registries),
    losses: parts.flatMap(({ losses }) => losses),
  }
}

function readDirectory(
  directory: RegistryDirectory,
  { certsDir, release }: Pick<DockerSnapshot, 'certsDir' | 'release'>,
): ReadBack {
  const name = directory.name === '_default' ? '*' : directory.name.replace(/^(.+)_(\d+)_$/, '$1:$2')
  const placed = { ...directory, path: `${certsDir}/${directory.name}` }
  const loaded = loadHosts(placed, builtInContainerd(release), 'Docker')
  const lossOf = (issue: Issue): Loss => ({ ...issue, registry: name })
  if (!('entries' in loaded))
    return { registries: [], losses: [lossOf('failure' in loaded ? loaded.failure : loaded.unknown)] }
  return {
    registries: [foundRegistry(name, placed, loaded.entries)],
    losses: loaded.ignored.map(lossOf),
  }
}
