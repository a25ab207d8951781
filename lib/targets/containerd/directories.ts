/** What is in certs.d, by whose it is. Pure. */
import { hasBanner } from '../../banner.ts'
import type { Registry } from '../../registry.ts'
import { effectiveRegistries } from './config-merge.ts'
import { namesOnly } from './config-path.ts'
import { directoryName } from './directory-name.ts'
import type { RegistryDirectory, Snapshot } from './observe.ts'

/**
 * Whether config_path names our directory already, so that the next pull reads what is there: in each of the releases of
 * 1.x that it may be, where they read other imports.
 */
export function isRead(now: Snapshot): boolean {
  const named = now.currentDirs.length === 1 && now.currentDirs[0] === now.hostsDir
  return named && (now.older === undefined || isNamedByAll(now))
}

function isNamedByAll(now: Snapshot): boolean {
  return effectiveRegistries(now).every(({ configPath }) => namesOnly(configPath?.value, now.hostsDir))
}

export function here(now: Snapshot): readonly RegistryDirectory[] {
  return now.directories[now.hostsDir] ?? []
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
