/** The directories of certs.d after files are written. Pure. */
import path from 'node:path'
import type { PlannedFile } from '../target.ts'
import type { FoundDirectories, RegistryDirectory } from './registry-directory.ts'

export function plannedDirectories(
  directories: FoundDirectories['directories'],
  files: readonly PlannedFile[],
): FoundDirectories['directories'] {
  return Object.fromEntries(
    Object.entries(directories).map(([root, found]) => [root, filled(root, found, files)]),
  )
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
