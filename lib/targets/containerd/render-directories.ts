/** The directories of certs.d as the list wants them, and what in them is in the way. Pure. */
import { hasBanner } from '../../banner.ts'
import type { Issue } from '../../errors.ts'
import type { MirrorList, Registry } from '../../registry.ts'
import type { Effect, Notice } from '../../report.ts'
import { writerOf } from '../../writers.ts'
import type { Choices } from '../target.ts'
import { addressConflicts } from './addresses.ts'
import { directoryName, registryFiles } from './hosts-toml.ts'
import type { RegistryDirectory, Snapshot } from './observe.ts'
import type { Outcome } from './render-config.ts'

export function renderDirectories(list: MirrorList, now: Snapshot, choices: Choices): Outcome {
  const { registries } = list
  const effect = effectOf(now)
  return {
    files: [
      ...defaultLast(registries).flatMap(registry => registryFiles(registry, now.hostsDir, effect)),
      ...orphans(registries, now),
    ],
    notices: [
      ...shadowNotices(registries, now),
      ...certificateNotices(registries, now),
      ...activationNotices(registries, now),
    ],
    conflicts: [
      ...twinConflicts(registries, now),
      ...addressConflicts(registries, now),
      ...lostRegistries(registries, now),
      ...(choices.takeOver ? [] : writerConflicts(registries, now)),
    ],
  }
}

/**
 * What `_default` becomes must not be seen for a registry that has a directory of its own in the end: at every moment
 * of a change each registry is asked for as before or as afterwards.
 */
function defaultLast(registries: readonly Registry[]): readonly Registry[] {
  return registries.toSorted((a, b) => Number(a.name === '*') - Number(b.name === '*'))
}

/** When a change below our directory acts. Where somebody else sets config_path, no restart of ours would help. */
export function effectOf(now: Snapshot): Effect {
  return isRead(now) || !now.config.managed ? 'at once' : 'on restart'
}

/** What we wrote where config_path used to point. */
export function formerFiles(now: Snapshot): readonly string[] {
  return now.written.filter(file => file !== now.config.path && !file.startsWith(`${now.hostsDir}/`))
}

/** Whether config_path names our directory already, so that the next pull reads what is there. */
function isRead(now: Snapshot): boolean {
  return now.currentDirs.length === 1 && now.currentDirs[0] === now.hostsDir
}

function here(now: Snapshot): readonly RegistryDirectory[] {
  return now.directories[now.hostsDir] ?? []
}

/** Directories that the list does not speak of. */
function others(
  registries: readonly Registry[],
  directories: readonly RegistryDirectory[],
): readonly RegistryDirectory[] {
  const listed = new Set(registries.map(registry => directoryName(registry.name)))
  return directories.filter(directory => !listed.has(directory.name))
}

function isOurs(directory: RegistryDirectory): boolean {
  return directory.hosts !== undefined && hasBanner(Buffer.from(directory.hosts))
}

/** Our files of which the state has no record (it was lost, or the tree was copied): they go with the registry. */
function orphans(registries: readonly Registry[], now: Snapshot): Outcome['files'] {
  return others(registries, here(now))
    .filter(isOurs)
    .map(directory => `${now.hostsDir}/${directory.name}/hosts.toml`)
    .filter(path => !now.written.includes(path))
    .map(path => ({
      path,
      content: undefined,
      secret: false,
      owns: 'whole',
      effect: effectOf(now),
      why: 'no longer in the list',
    }))
}

/** containerd looks for `host_port_` before `host:port` (config_unix.go:25-36@v2.3.4): the twin would hide ours. */
function twinConflicts(registries: readonly Registry[], now: Snapshot): readonly Issue[] {
  return registries.flatMap(registry => {
    const twin = registry.name.replace(/:(\d+)$/, '_$1_')
    const found = twin !== registry.name && here(now).find(directory => directory.name === twin)
    if (!found) return []
    const message = `stands before ${registry.name} when containerd looks that registry up: ours would never be read`
    return [
      { file: `${now.hostsDir}/${twin}`, message, hint: 'move its content into the list and remove it' },
    ]
  })
}

/** The registry a directory is for, also under the name with underscores. */
function registryOf(name: string): string {
  return name.replace(/_(\d+)_$/, ':$1')
}

/** An existing directory is never completed by `_default`, even when it is empty (hosts.go:321-326@v2.3.4). */
function shadowNotices(registries: readonly Registry[], now: Snapshot): readonly Notice[] {
  if (!registries.some(registry => registry.name === '*')) return []
  return others(registries, here(now))
    .filter(directory => directory.name !== '_default' && !isOurs(directory))
    .map(directory => ({
      code: 'default_shadowed',
      message:
        directory.hosts === undefined
          ? `has no hosts.toml but stands before _default: the mirrors of "*" are not used for ${registryOf(directory.name)}`
          : `stands before _default: the mirrors of "*" are not used for ${registryOf(directory.name)}`,
      target: 'containerd',
      registry: registryOf(directory.name),
      file: `${now.hostsDir}/${directory.name}`,
    }))
}

/** `*.crt`, `*.cert` and `*.key` are only picked up where there is no valid hosts.toml. */
function certificateNotices(registries: readonly Registry[], now: Snapshot): readonly Notice[] {
  return registries.flatMap(registry => {
    const directory = here(now).find(entry => entry.name === directoryName(registry.name))
    const names = directory?.entries.filter(name => /\.(crt|cert|key)$/.test(name)) ?? []
    if (directory === undefined || isOurs(directory) || names.length === 0) return []
    return [
      {
        code: 'certificates_ignored',
        message: `${names.join(', ')}: containerd stops reading these once hosts.toml stands beside them; name them with ca or client in the list if a mirror needs them`,
        target: 'containerd',
        registry: registry.name,
        file: `${now.hostsDir}/${directory.name}`,
      },
    ]
  })
}

/** Directories of others that containerd did not read so far and will read now. */
function activationNotices(registries: readonly Registry[], now: Snapshot): readonly Notice[] {
  if (isRead(now) || !now.config.managed) return []
  return others(registries, here(now))
    .filter(directory => directory.entries.length > 0 && !isOurs(directory))
    .map(directory => ({
      code: 'foreign_activated',
      message:
        'was not read so far and takes effect with config_path: it is not in the list and stays as it is',
      target: 'containerd',
      registry: registryOf(directory.name),
      file: `${now.hostsDir}/${directory.name}`,
    }))
}

/** Registries that containerd would lose because their directory lies where config_path no longer points. */
function lostRegistries(registries: readonly Registry[], now: Snapshot): readonly Issue[] {
  if (!now.config.managed) return []
  const left = now.currentDirs.filter(directory => directory !== now.hostsDir)
  return left.flatMap(root =>
    others(registries, now.directories[root] ?? [])
      .filter(directory => directory.entries.length > 0)
      .map(directory => ({
        file: `${root}/${directory.name}`,
        message: `goes out of effect when config_path becomes ${now.hostsDir}, and the list does not carry it`,
        hint: `add "${directory.name === '_default' ? '*' : directory.name}" to the list, or move the directory`,
      })),
  )
}

/** Files of a listed registry that another live program would write again. */
function writerConflicts(registries: readonly Registry[], now: Snapshot): readonly Issue[] {
  const spegel = here(now).some(directory => directory.name === '_backup') ? 'spegel' : undefined
  return registries.flatMap(registry => {
    const directory = here(now).find(entry => entry.name === directoryName(registry.name))
    if (directory?.hosts === undefined || isOurs(directory)) return []
    const file = `${now.hostsDir}/${directory.name}/hosts.toml`
    const told = writerOf(file, directory.hosts)
    const writer = told?.live ? told.name : spegel
    if (writer === undefined) return []
    const message = `is written by ${writer}, which would overwrite ours or lose its own`
    return [
      {
        file,
        message,
        hint: `take ${registry.name} out of the list, or take the file over with --take-over`,
      },
    ]
  })
}
