/** Which directory of certs.d containerd reads for a registry. Pure. */
import path from 'node:path'
import type { Issue } from '../../../model/errors.ts'
import type { Release } from '../../release.ts'
import { knowsDefaultDirectory } from '../known-keys.ts'
import type { FoundDirectories, RegistryDirectory } from '../registry-directory.ts'

/** A directory and its path. */
export type HostDirectory = RegistryDirectory & { readonly path: string }

/** `found` is undefined where there is no directory for the registry. */
type Lookup = { readonly found: HostDirectory | undefined } | { readonly unknown: Issue }

/** The first that exists, in the order of the roots (hostDirFromRoots, IP:479-509@v2.3.4). */
export function findHostDirectory(
  snapshot: FoundDirectories,
  roots: readonly string[],
  registry: string,
  reader: Release,
): Lookup {
  for (const root of roots) {
    const there = snapshot.directories[root]
    if (there === undefined) {
      return { unknown: { file: root, message: 'regmirror has not read this directory of config_path' } }
    }
    for (const name of namesFor(registry, reader)) {
      const at = path.posix.join(root, name)
      const unreadable = snapshot.unreadable.find(entry => entry.path === at)
      if (unreadable !== undefined) return { unknown: { file: at, message: unreadable.why } }
      const found = there.find(directory => directory.name === name)
      if (found !== undefined) return { found: { ...found, path: at } }
    }
  }
  return { found: undefined }
}

/** hostPaths, core/remotes/docker/config/config_unix.go:25-36@v2.3.4, and hostDirectory, hosts.go:306@v2.3.4. */
export function namesFor(registry: string, reader: Release): readonly string[] {
  const colon = registry.lastIndexOf(':')
  const twin = colon > 0 ? [`${registry.slice(0, colon)}_${registry.slice(colon + 1)}_`] : []
  return [...twin, registry, ...(knowsDefaultDirectory(reader) ? ['_default'] : [])]
}
