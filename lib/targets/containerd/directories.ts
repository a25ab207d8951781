/** What is in certs.d, by whose it is. Pure. */

import type { Registry } from '../../model/registry.ts'
import { hasBanner } from '../../ownership/banner.ts'
import { effectiveRegistries } from './config-merge.ts'
import { namesOnly } from './config-path.ts'
import { directoryName } from './directory-name.ts'
import type { RegistryDirectory, Snapshot } from './observe.ts'

/**
 * Whether config_path names our directory already, so that the next pull reads what is there: in each of the releases of
 * 1.x that it may be, where they read other imports.
 */
export function isRead(snapshot: Snapshot): boolean {
  const named = snapshot.currentDirs.length === 1 && snapshot.currentDirs[0] === snapshot.hostsDir
  return named && (snapshot.older === undefined || isNamedByAll(snapshot))
}

function isNamedByAll(snapshot: Snapshot): boolean {
  return effectiveRegistries(snapshot).every(({ configPath }) =>
    namesOnly(configPath?.value, snapshot.hostsDir),
  )
}

export function here(snapshot: Snapshot): readonly RegistryDirectory[] {
  return snapshot.directories[snapshot.hostsDir] ?? []
}

/** Directories that the list does not speak of. */
export function others(
  registries: readonly Registry[],
  directories: readonly RegistryDirectory[],
): readonly RegistryDirectory[] {
  const listed = new Set(registries.map(registry => directoryName(registry.name)))
  return directories.filter(directory => !listed.has(directory.name))
}

export function isOurs(directory: RegistryDirectory): boolean {
  return directory.hosts !== undefined && hasBanner(Buffer.from(directory.hosts))
}
