/** Why containerd uses a directory of certs.d, in words. Pure. */
import type { Lookup } from '../../../model/lookup.ts'
import type { HostDirectory } from '../../hosts-toml/read/host-directory.ts'
import type { Snapshot } from '../snapshot.ts'
import type { HiddenDirectory } from './hidden-directory.ts'

/** Where `config_path` is not set. */
export const NOWHERE: Lookup = {
  by: 'unset',
  why: 'config_path is not set, so containerd reads no hosts.toml',
}

export function lookupOf(
  snapshot: Pick<Snapshot, 'directories'>,
  found: HostDirectory | undefined,
  roots: readonly string[],
  registry: string,
  hidden: readonly HiddenDirectory[],
): Lookup {
  if (found === undefined) return { by: 'none', why: absence(snapshot, roots, registry) }
  const by = kindOf(found.name, registry)
  const isEmpty = found.hosts === undefined || found.hosts.bytes.length === 0
  const empty = isEmpty ? '; it has no hosts.toml, so no mirror is used' : ''
  return { by, path: found.path, why: WHY[by](registry) + empty + hidden.map(hiddenText).join('') }
}

function hiddenText({ path, mirrors }: HiddenDirectory): string {
  return `; containerd does not read ${path}, which has ${mirrors.join(', ')}`
}

function kindOf(name: string, registry: string): 'exact' | 'default' | 'port_twin' {
  if (name === registry) return 'exact'
  return name === '_default' ? 'default' : 'port_twin'
}

const WHY = {
  exact: (registry: string) => `it has the name of the registry, ${registry}`,
  port_twin: (registry: string) => `it is read before a directory with the name ${registry}`,
  default: (registry: string) => `there is no directory with the name ${registry}`,
}

function absence(
  { directories }: Pick<Snapshot, 'directories'>,
  roots: readonly string[],
  registry: string,
): string {
  if (roots.length === 0) return 'the directory of config_path does not exist'
  const isThere = roots.some(root => directories[root]?.some(({ name }) => name === '_default'))
  const other = isThere ? ', and this containerd does not read _default' : ' and no _default'
  return `there is no directory ${registry}${other} in ${roots.join(' or ')}`
}
