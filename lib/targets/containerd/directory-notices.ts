/** What in certs.d is worth knowing, though it stops nothing. Pure. */
import type { Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import { here, isOurs, isRead, others } from './directories.ts'
import { directoryName } from './directory-name.ts'
import type { Snapshot } from './observe.ts'

export function directoryNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  return [
    ...shadowNotices(registries, snapshot),
    ...certificateNotices(registries, snapshot),
    ...activationNotices(registries, snapshot),
    ...unreadableNotices(snapshot),
  ]
}

/** The registry a directory is for, also under the name with underscores. */
function registryOf(name: string): string {
  return name.replace(/_(\d+)_$/, ':$1')
}

/** An existing directory is never completed by `_default`, even when it is empty (hosts.go:321-326@v2.3.4). */
function shadowNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  if (!registries.some(registry => registry.name === '*')) return []
  return others(registries, here(snapshot))
    .filter(directory => directory.name !== '_default' && !isOurs(directory))
    .map(directory => ({
      code: 'default_shadowed',
      message:
        directory.hosts === undefined
          ? `has no hosts.toml but stands before _default: the mirrors of "*" are not used for ${registryOf(directory.name)}`
          : `stands before _default: the mirrors of "*" are not used for ${registryOf(directory.name)}`,
      target: 'containerd',
      registry: registryOf(directory.name),
      file: `${snapshot.hostsDir}/${directory.name}`,
    }))
}

/** `*.crt`, `*.cert` and `*.key` are only picked up where there is no valid hosts.toml. */
function certificateNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  return registries.flatMap(registry => {
    const directory = here(snapshot).find(entry => entry.name === directoryName(registry.name))
    const names = directory?.entries.filter(name => /\.(crt|cert|key)$/.test(name)) ?? []
    if (directory === undefined || isOurs(directory) || names.length === 0) return []
    return [
      {
        code: 'certificates_ignored',
        message: `${names.join(', ')}: containerd stops reading these once hosts.toml stands beside them; name them with ca or client in the list if a mirror needs them`,
        target: 'containerd',
        registry: registry.name,
        file: `${snapshot.hostsDir}/${directory.name}`,
      },
    ]
  })
}

/** Directories of others that containerd did not read so far and will read now. */
function activationNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  if (isRead(snapshot) || !snapshot.config.managed) return []
  return others(registries, here(snapshot))
    .filter(directory => directory.entries.length > 0 && !isOurs(directory))
    .map(directory => ({
      code: 'foreign_activated',
      message:
        'was not read so far and takes effect with config_path: it is not in the list and stays as it is',
      target: 'containerd',
      registry: registryOf(directory.name),
      file: `${snapshot.hostsDir}/${directory.name}`,
    }))
}

function unreadableNotices(snapshot: Snapshot): readonly Notice[] {
  return snapshot.unreadable.map(({ path, why }) => ({
    code: 'unreadable',
    message: `${why}: it is not in the list and stays as it is`,
    target: 'containerd',
    file: path,
  }))
}
