/** The directories of certs.d as the list wants them, and what in them is in the way. Pure. */
import type { Issue } from '../../errors.ts'
import type { MirrorList, Registry } from '../../registry.ts'
import type { Effect } from '../../report.ts'
import { writerOf } from '../../writers.ts'
import type { Choices } from '../target.ts'
import { addressConflicts } from './addresses.ts'
import { here, isOurs, isRead, others } from './directories.ts'
import { directoryName } from './directory-name.ts'
import { directoryNotices } from './directory-notices.ts'
import { registryFiles } from './hosts-toml.ts'
import type { Snapshot } from './observe.ts'
import type { Outcome } from './render-config.ts'

export function renderDirectories(list: MirrorList, now: Snapshot, choices: Choices): Outcome {
  const { registries } = list
  const effect = effectOf(now)
  return {
    files: [
      ...defaultLast(registries).flatMap(registry => registryFiles(registry, now.hostsDir, effect)),
      ...orphans(registries, now),
    ],
    notices: directoryNotices(registries, now),
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

/**
 * When a change below our directory acts. Where somebody else sets config_path, no restart of ours would help; where
 * somebody has changed what we had set, containerd goes on with that until it is restarted.
 */
export function effectOf(now: Snapshot): Effect {
  const isSet = isRead(now) || now.setDir === now.hostsDir
  return isSet || !now.config.managed ? 'at once' : 'on restart'
}

/** What we wrote where config_path used to point. */
export function formerFiles(now: Snapshot): readonly string[] {
  return now.written.filter(file => file !== now.config.path && !file.startsWith(`${now.hostsDir}/`))
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
