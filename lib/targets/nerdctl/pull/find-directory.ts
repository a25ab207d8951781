/** Which directory with a hosts.toml nerdctl reads for a registry. Pure. */
import type { Issue } from '../../../model/errors.ts'
import { findHostDirectory, type HostDirectory } from '../../hosts-toml/read/host-directory.ts'
import { parseRelease, type Release } from '../../release.ts'
import type { NerdctlSnapshot } from '../snapshot.ts'

/**
 * `transfer`: containerd pulls, with the first directory of hosts_dir (pkg/imgutil/transfer.go:91@v2.3.5). `resolver`: nerdctl
 * pulls by itself, with all of them (pkg/imgutil/dockerconfigresolver/hostsstore.go:40-58@v2.3.5).
 */
export type Mode = 'transfer' | 'resolver'

type Found = { readonly found: HostDirectory | undefined } | { readonly unknown: Issue }

const READER = parseRelease('2.3.4') as Release

export function findDirectory(snapshot: NerdctlSnapshot, registry: string, mode: Mode): Found {
  const { hostsDirs, directories } = snapshot
  if (mode === 'transfer') return findIn(snapshot, hostsDirs.slice(0, 1), [registry])
  // Directories that do not exist are left out (hostsstore.go:14-27@v2.3.5).
  const there = hostsDirs.filter(root => (directories[root]?.length ?? 0) > 0)
  for (const root of there) {
    const found = findIn(snapshot, [root], namesOf(registry))
    if ('unknown' in found || found.found !== undefined) return found
  }
  return { found: undefined }
}

/**
 * A name without a port is first looked up with `:443`, and that look-up ends at `_default`; docker.io has no port there
 * (dockerconfigresolver.go:89-92, registryurl.go:35@v2.3.5).
 */
function namesOf(registry: string): readonly string[] {
  if (registry === 'docker.io') return [registry]
  const [, host = registry] = /^(.*):443$/.exec(registry) ?? []
  const hasPort = /:\d+$/.test(registry)
  return hasPort && host === registry ? [registry] : [`${host}:443`, host]
}

function findIn(snapshot: NerdctlSnapshot, roots: readonly string[], names: readonly string[]): Found {
  for (const name of names) {
    const found = findHostDirectory(snapshot, roots, name, READER)
    if ('unknown' in found || found.found !== undefined) return found
  }
  return { found: undefined }
}
