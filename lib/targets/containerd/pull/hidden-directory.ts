/** Directories of a registry that containerd does not read, because another one comes first. Pure. */
import path from 'node:path'
import type { Issue } from '../../../model/errors.ts'
import { effectiveEndpoint } from '../../hosts-toml/read/effective-endpoint.ts'
import { type HostDirectory, namesFor } from '../../hosts-toml/read/host-directory.ts'
import { loadHosts } from '../../hosts-toml/read/load-hosts.ts'
import type { Release } from '../../release.ts'
import type { Snapshot } from '../snapshot.ts'

export interface HiddenDirectory {
  readonly path: string
  /** Their URLs. */
  readonly mirrors: readonly string[]
}

/** Those with mirrors that `found` does not have. */
export function hiddenDirectories(
  { directories }: Pick<Snapshot, 'directories'>,
  roots: readonly string[],
  found: HostDirectory,
  registry: string,
  reader: Release,
): readonly HiddenDirectory[] {
  const names = namesFor(registry, reader).filter(name => name !== '_default')
  const all = roots.flatMap(root =>
    names.flatMap(name => {
      const directory = directories[root]?.find(one => one.name === name)
      return directory === undefined ? [] : [{ ...directory, path: path.posix.join(root, name) }]
    }),
  )
  const used = mirrorsIn(found, registry, reader)
  return all
    .filter(directory => directory.path !== found.path)
    .map(directory => ({ path: directory.path, mirrors: mirrorsIn(directory, registry, reader) }))
    .filter(({ mirrors }) => mirrors.some(mirror => !used.includes(mirror)))
}

function mirrorsIn(directory: HostDirectory, registry: string, reader: Release): readonly string[] {
  const loaded = loadHosts(directory, reader)
  if (!('entries' in loaded)) return []
  return loaded.entries.slice(0, -1).map(entry => effectiveEndpoint(entry, registry, reader).url)
}

/** The cure of doctor. */
export function hiddenIssue(hidden: HiddenDirectory, found: HostDirectory): Issue {
  const [root, name] = [path.posix.dirname(found.path), path.posix.basename(hidden.path)]
  const hint =
    path.posix.dirname(hidden.path) === root
      ? `merge them, and remove ${found.path}`
      : `move it to ${path.posix.join(root, name)}`
  return { file: hidden.path, message: `containerd reads only ${found.path}`, hint }
}
