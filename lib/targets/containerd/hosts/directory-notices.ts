/** Notices about certs.d. Pure. */
import type { Registry } from '../../../model/registry.ts'
import type { Notice } from '../../../model/report.ts'
import { directoryName } from '../../hosts-toml/directory-name.ts'
import type { Snapshot } from '../snapshot.ts'
import { directoriesByName, hostsDirectories, isManaged, isRead, unlistedDirectories } from './directories.ts'

export function directoryNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  return [
    ...shadowNotices(registries, snapshot),
    ...certificateNotices(registries, snapshot),
    ...activationNotices(registries, snapshot),
    ...unreadableNotices(snapshot),
  ]
}

/** The registry of a directory, also of one that is named with underscores. */
function registryOf(name: string): string {
  return name.replace(/_(\d+)_$/, ':$1')
}

/** An existing directory is never completed by `_default`, even when it is empty (hosts.go:321-326@v2.3.4). */
function shadowNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  if (!registries.some(registry => registry.name === '*')) return []
  return unlistedDirectories(registries, hostsDirectories(snapshot))
    .filter(directory => directory.name !== '_default' && !isManaged(directory))
    .map(directory => ({
      code: 'default_shadowed',
      message: shadowMessage(registryOf(directory.name)),
      target: 'containerd',
      registry: registryOf(directory.name),
      file: `${snapshot.hostsDir}/${directory.name}`,
    }))
}

function shadowMessage(registry: string): string {
  return `containerd uses this directory instead of _default, so "*" has no effect for ${registry}; add "${registry}" to the list, or remove the directory`
}

/** containerd uses `*.crt`, `*.cert` and `*.key` only where there is no valid hosts.toml. */
function certificateNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  const directories = directoriesByName(snapshot)
  return registries.flatMap(registry => {
    const directory = directories.get(directoryName(registry.name))
    const names = directory?.entries.filter(name => /\.(crt|cert|key)$/.test(name)) ?? []
    if (directory === undefined || isManaged(directory) || names.length === 0) return []
    return [
      {
        code: 'certificates_ignored',
        message: `containerd ignores ${names.join(', ')} beside a hosts.toml; set them as ca or client in the list if a mirror needs them`,
        target: 'containerd',
        registry: registry.name,
        file: `${snapshot.hostsDir}/${directory.name}`,
      },
    ]
  })
}

/** Directories of unlisted registries that containerd starts to read. */
function activationNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  if (isRead(snapshot) || !snapshot.config.managed) return []
  return unlistedDirectories(registries, hostsDirectories(snapshot))
    .filter(directory => directory.entries.length > 0 && !isManaged(directory))
    .map(directory => ({
      code: 'directory_activated',
      message:
        'containerd starts to read this directory when config_path takes effect; its registry is not in the list, so regmirror does not change it; add it to the list, or remove the directory',
      target: 'containerd',
      registry: registryOf(directory.name),
      file: `${snapshot.hostsDir}/${directory.name}`,
    }))
}

function unreadableNotices(snapshot: Snapshot): readonly Notice[] {
  return snapshot.unreadable.map(({ path, why }) => ({
    code: 'file_unreadable',
    message: `${why}; its registry is not in the list, so regmirror does not change it`,
    target: 'containerd',
    file: path,
  }))
}
