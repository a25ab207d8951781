/** The snapshot after files are written. Pure. */
import path from 'node:path'
import type { RegistryDirectory } from '../hosts-toml/registry-directory.ts'
import type { PlannedFile } from '../target.ts'
import { isParsed, parseConfig } from './config/config-toml.ts'
import type { ParsedConfig } from './config/parsed-config.ts'
import type { Snapshot } from './snapshot.ts'

export function plannedSnapshot(snapshot: Snapshot, files: readonly PlannedFile[]): Snapshot {
  const { older, dropIns } = snapshot
  const main = files.find(file => file.path === snapshot.config.path)
  const present = snapshot.files.length > 0 || main === undefined ? snapshot.files : created(main)
  return {
    ...snapshot,
    files: rewritten(present, files),
    older: older && { ...older, files: rewritten(older.files, files) },
    dropIns: dropIns && { ...dropIns, files: rewritten(dropIns.files, files) },
    directories: Object.fromEntries(
      Object.entries(snapshot.directories).map(([root, found]) => [root, filled(root, found, files)]),
    ),
  }
}

function created(file: PlannedFile): readonly ParsedConfig[] {
  const parsed = parseConfig({ path: file.path, bytes: file.bytes ?? Buffer.alloc(0) })
  return isParsed(parsed) ? [parsed] : []
}

function rewritten(configs: readonly ParsedConfig[], files: readonly PlannedFile[]): readonly ParsedConfig[] {
  return configs.flatMap(config => {
    const file = files.find(one => one.path === config.path)
    return file === undefined ? [config] : created(file)
  })
}

/** The directories of a root with these files in them; one without entries is removed. */
function filled(
  root: string,
  directories: readonly RegistryDirectory[],
  files: readonly PlannedFile[],
): readonly RegistryDirectory[] {
  const below = files.filter(file => path.posix.dirname(path.posix.dirname(file.path)) === root)
  const byName = new Map(directories.map(directory => [directory.name, directory]))
  for (const file of below) {
    const name = path.posix.basename(path.posix.dirname(file.path))
    const directory = withFile(byName.get(name) ?? { name, entries: [], hosts: undefined }, file)
    if (directory.entries.length > 0) byName.set(name, directory)
    else byName.delete(name)
  }
  return [...byName.values()]
}

function withFile({ name, entries, hosts }: RegistryDirectory, file: PlannedFile): RegistryDirectory {
  const base = path.posix.basename(file.path)
  const others = entries.filter(entry => entry !== base)
  const isHosts = base === 'hosts.toml'
  if (file.bytes === undefined) return { name, entries: others, hosts: isHosts ? undefined : hosts }
  const written = { bytes: file.bytes, ownership: { mode: 0o644, uid: 0, gid: 0 }, changed: 0 }
  return { name, entries: [...others, base], hosts: isHosts ? written : hosts }
}
