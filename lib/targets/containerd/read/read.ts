/** What containerd has on a node, as a list. Pure. */
import type { FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import type { Release } from '../../release.ts'
import { directoriesOf } from '../config/config-path.ts'
import { effectiveRegistry } from '../config/merge.ts'
import { pullConfig } from '../pull/pull-config.ts'
import { possibleReleases } from '../pull/releases.ts'
import type { Snapshot } from '../snapshot.ts'
import { readDirectories } from './directories.ts'
import { readLegacy } from './legacy-registries.ts'
import { unusedMirrors } from './unused-mirrors.ts'

/** By the rules of the newest release that may run and that uses mirrors, else of the newest. */
export function read(snapshot: Snapshot): ReadBack {
  const releases = possibleReleases(snapshot)
  const reader = releases.findLast(release => usesMirrors(snapshot, release)) ?? releases.at(-1)
  return reader === undefined ? unreadable(snapshot) : readAs(reader, snapshot)
}

function usesMirrors(snapshot: Snapshot, release: Release): boolean {
  const config = pullConfig(snapshot, release)
  return 'roots' in config ? config.roots.length > 0 : 'registry' in config
}

function readAs(reader: Release, snapshot: Snapshot): ReadBack {
  const legacy = readLegacy(snapshot.files, reader, { keepsLogins: true })
  const config = pullConfig(snapshot, reader)
  if ('registry' in config && legacy.registries.length > 0) {
    return joined([legacy, { registries: [], losses: unusedDirectories(snapshot, legacy.registries) }])
  }
  const roots = rootsOf(snapshot, reader)
  const found = readDirectories(snapshot, roots, reader)
  const isFilled = found.registries.length + legacy.registries.length > 0
  const why = isFilled ? unusedMirrors(snapshot, reader) : []
  return joined([found, withoutDouble(legacy, found), { registries: [], losses: why }])
}

function unreadable({ config }: Snapshot): ReadBack {
  const message = 'no release of containerd reads this config.toml'
  return { registries: [], losses: [{ file: config.path, message, hint: 'check its version' }] }
}

/** The directories that config_path names, also where containerd refuses the value; else the one that it would name. */
function rootsOf(snapshot: Snapshot, reader: Release): readonly string[] {
  const named = directoriesOf(effectiveRegistry(snapshot.files, reader).configPath?.value)
  return named.length > 0 ? named : [snapshot.hostsDir]
}

function joined(all: readonly ReadBack[]): ReadBack {
  return { registries: all.flatMap(one => one.registries), losses: all.flatMap(one => one.losses) }
}

/** hosts.toml has priority over the older tables, which containerd refuses beside config_path. */
function withoutDouble({ registries, losses }: ReadBack, { registries: others }: ReadBack): ReadBack {
  const names = new Set(others.map(({ name }) => name))
  const double = registries.filter(({ name }) => names.has(name))
  return {
    registries: registries.filter(({ name }) => !names.has(name)),
    losses: [...losses, ...double.map(doubleLoss)],
  }
}

function doubleLoss({ name, at }: FoundRegistry): Loss {
  const message = `hosts.toml has priority over these mirrors of ${name}`
  return { ...at, registry: name, message, hint: 'if they are still used, add them to the list' }
}

/** Files that become effective once config_path is set. */
function unusedDirectories(snapshot: Snapshot, listed: readonly FoundRegistry[]): readonly Loss[] {
  const names = new Set(listed.map(({ name }) => (name === '*' ? '_default' : name)))
  const directories = snapshot.directories[snapshot.hostsDir] ?? []
  return directories
    .filter(({ name, hosts }) => hosts !== undefined && !names.has(name))
    .map(({ name }) => `${snapshot.hostsDir}/${name}/hosts.toml`)
    .map(file => ({
      ...{ file, from: file },
      message: 'containerd does not read this file now, because config_path is not set; apply sets it',
    }))
}
