/** The directories of certs.d that the list needs, and conflicts with what is there. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { Effect } from '../../../model/report.ts'
import type { Choices } from '../../choices.ts'
import { directoryName } from '../../hosts-toml/directory-name.ts'
import { hostsPlace, registryFiles } from '../../hosts-toml/registry-files.ts'
import { unmanagedNotices } from '../config/notices.ts'
import type { PartialRendering } from '../config/render.ts'
import { writerOf } from '../other-writers.ts'
import type { Snapshot } from '../snapshot.ts'
import { addressConflicts } from './addresses.ts'
import { directoriesByName, hostsDirectories, isManaged, isRead, unlistedDirectories } from './directories.ts'
import { directoryNotices } from './directory-notices.ts'

export function renderDirectories(
  registries: readonly Registry[],
  snapshot: Snapshot,
  choices: Choices,
): PartialRendering {
  const effect = findEffect(snapshot)
  const present = directoriesByName(snapshot)
  return {
    files: [
      ...registries.flatMap(registry => {
        const { hosts } = present.get(directoryName(registry.name)) ?? {}
        return registryFiles(registry, snapshot.hostsDir, effect, hosts, snapshot.proved)
      }),
      ...unrecordedFiles(registries, snapshot),
    ],
    notices: directoryNotices(registries, snapshot),
    conflicts: [
      ...shadowConflicts(registries, snapshot),
      ...addressConflicts(registries, snapshot),
      ...lostRegistries(registries, snapshot),
      ...(choices.takeOver ? [] : writerConflicts(registries, snapshot)),
    ],
  }
}

/**
 * When a change in certs.d takes effect. Where another program sets config_path, a restart does not help, and containerd may
 * use another directory. Where the value of regmirror was changed since, the running containerd still uses it.
 */
export function findEffect(snapshot: Snapshot): Effect {
  if (!snapshot.config.managed) return unmanagedNotices(snapshot).length === 0 ? 'immediate' : 'when_used'
  return isRead(snapshot) || snapshot.setDir === snapshot.hostsDir ? 'immediate' : 'restart'
}

/** Managed files in the directory that config_path named before. */
export function formerFiles(snapshot: Snapshot): readonly string[] {
  return snapshot.written.filter(
    file => file !== snapshot.config.path && !file.startsWith(`${snapshot.hostsDir}/`),
  )
}

/** Files with a banner that the state does not have, because it was lost or the tree was copied: they are removed. */
function unrecordedFiles(registries: readonly Registry[], snapshot: Snapshot): PartialRendering['files'] {
  const written = new Set(snapshot.written)
  return unlistedDirectories(registries, hostsDirectories(snapshot))
    .filter(isManaged)
    .map(directory => hostsPlace(snapshot.hostsDir, directory.name))
    .filter(({ path }) => !written.has(path))
    .map(place => ({
      ...place,
      content: undefined,
      secret: false,
      effect: findEffect(snapshot),
      why: 'no longer in the list',
      owns: { kind: 'whole', format: 'toml' },
    }))
}

/** containerd looks for `host_port_` before `host:port` (config_unix.go:25-36@v2.3.4): that one would hide the directory of the list. */
function shadowConflicts(registries: readonly Registry[], snapshot: Snapshot): readonly Issue[] {
  const directories = directoriesByName(snapshot)
  return registries.flatMap(registry => {
    const other = registry.name.replace(/:(\d+)$/, '_$1_')
    if (other === registry.name || !directories.has(other)) return []
    const message = `containerd reads this directory instead of ${registry.name}`
    return [
      {
        file: `${snapshot.hostsDir}/${other}`,
        message,
        hint: 'move its mirrors to the list, then remove the directory',
      },
    ]
  })
}

/** Registries whose directory containerd would no longer read after a change of config_path. */
function lostRegistries(registries: readonly Registry[], snapshot: Snapshot): readonly Issue[] {
  if (!snapshot.config.managed || snapshot.isWorkingList) return []
  const left = snapshot.currentDirs.filter(directory => directory !== snapshot.hostsDir)
  return left.flatMap(root =>
    unlistedDirectories(registries, snapshot.directories[root] ?? [])
      .filter(directory => directory.entries.length > 0)
      .map(directory => ({
        file: `${root}/${directory.name}`,
        message: `containerd stops reading this directory when config_path becomes ${snapshot.hostsDir}`,
        hint: `add "${directory.name === '_default' ? '*' : directory.name}" to the list (regmirror import prints its entry), or move the directory to ${snapshot.hostsDir}`,
      })),
  )
}

/** Files of a listed registry that another program would write again. */
function writerConflicts(registries: readonly Registry[], snapshot: Snapshot): readonly Issue[] {
  const directories = directoriesByName(snapshot)
  const spegel = directories.has('_backup') ? 'spegel' : undefined
  return registries.flatMap(registry => {
    const directory = directories.get(directoryName(registry.name))
    if (directory?.hosts === undefined || isManaged(directory)) return []
    const file = `${snapshot.hostsDir}/${directory.name}/hosts.toml`
    const found = writerOf(file, directory.hosts.bytes.toString('utf8'))
    const writer = found?.live ? found.name : spegel
    if (writer === undefined) return []
    const message = `${writer} writes this file and would overwrite the mirrors of the list`
    return [
      {
        file,
        message,
        hint: `remove ${registry.name} from the list, or take the file over: --take-over`,
      },
    ]
  })
}
