/** A `config_path` of several directories that works as it is. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Registry } from '../../../model/registry.ts'
import { directoryName } from '../../hosts-toml/directory-name.ts'
import type { RegistryDirectory } from '../../hosts-toml/registry-directory.ts'
import { atLeast } from '../../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { directoriesOf, isAbsolutePath } from './config-path.ts'

type Roots = Pick<Snapshot, 'directories' | 'readers' | 'hostsDir' | 'setDir'>

/**
 * Whether containerd finds every directory of the list in `hostsDir`, and loses none in the other ones. It takes the first
 * directory with an entry, then its `_default` (hostDirFromRoots, remotes/docker/config/hosts.go@v1.7.24). Since 2.1 it takes the
 * value for one path (internal/cri/server/images/image_pull.go:311@v2.1.9).
 */
export function isWorkingList(
  values: readonly unknown[],
  registries: readonly Registry[],
  { directories, readers, hostsDir, setDir }: Roots,
): boolean {
  // A value that regmirror has set before was one directory: this one was set by another program.
  if (setDir !== undefined) return false
  const [first, ...others] = values
  const roots = directoriesOf(first)
  const at = roots.indexOf(hostsDir)
  const isOne = others.every(other => isDeepStrictEqual(other, first))
  if (roots.length < 2 || at === -1 || !isOne || !isAbsolutePath(first)) return false
  if (readers.length === 0 || readers.some(reader => atLeast(reader, '2.1.0'))) return false
  const names = new Set(registries.flatMap(({ name }) => [directoryName(name), twinOf(name)]))
  const hides = ({ name }: RegistryDirectory) => names.has(name) || name === '_default'
  const before = roots.slice(0, at).flatMap(root => directories[root] ?? [])
  const after = roots.slice(at + 1).flatMap(root => directories[root] ?? [])
  const hidden = registries.some(({ name }) => name === '*')
    ? after.filter(({ name }) => !names.has(name))
    : []
  return !before.some(hides) && hidden.length === 0
}

/** The other name under which containerd looks for a registry with a port. */
function twinOf(name: string): string {
  return name.replace(/:(\d+)$/, '_$1_')
}
