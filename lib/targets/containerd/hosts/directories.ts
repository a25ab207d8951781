/** The directories in certs.d: listed or not, managed by regmirror or not. Pure. */
import type { Registry } from '../../../model/registry.ts'
import { hasBanner } from '../../../ownership/banner.ts'
import { directoryName } from '../../hosts-toml/directory-name.ts'
import type { RegistryDirectory } from '../../hosts-toml/registry-directory.ts'
import { namesOnly } from '../config/config-path.ts'
import { effectiveRegistries } from '../config/merge.ts'
import type { Snapshot } from '../snapshot.ts'

/**
 * Whether config_path names the directory of the list already, so that the next pull reads it: in each release of 1.x that
 * may run, where they read other imports.
 */
export function isRead(snapshot: Snapshot): boolean {
  if (snapshot.isWorkingList) return true
  const named = snapshot.currentDirs.length === 1 && snapshot.currentDirs[0] === snapshot.hostsDir
  return named && (snapshot.older === undefined || isNamedByAll(snapshot))
}

function isNamedByAll(snapshot: Snapshot): boolean {
  return effectiveRegistries(snapshot).every(({ configPath }) =>
    namesOnly(configPath?.value, snapshot.hostsDir),
  )
}

export function hostsDirectories(snapshot: Snapshot): readonly RegistryDirectory[] {
  return snapshot.directories[snapshot.hostsDir] ?? []
}

export function directoriesByName(snapshot: Snapshot): ReadonlyMap<string, RegistryDirectory> {
  return new Map(hostsDirectories(snapshot).map(directory => [directory.name, directory]))
}

/** Directories of registries that are not in the list. */
export function unlistedDirectories(
  registries: readonly Registry[],
  directories: readonly RegistryDirectory[],
): readonly RegistryDirectory[] {
  const listed = new Set(registries.map(registry => directoryName(registry.name)))
  return directories.filter(directory => !listed.has(directory.name))
}

export function isManaged(directory: RegistryDirectory): boolean {
  return directory.hosts !== undefined && hasBanner(directory.hosts.bytes)
}
