/** The directories of certs.d as registries of a list. Pure. */
import path from 'node:path'
import type { FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { DEFAULT_DIRECTORY } from '../../hosts-toml/directory-name.ts'
import { knowsDefaultDirectory } from '../../hosts-toml/known-keys.ts'
import { certificatesIn } from '../../hosts-toml/read/certificates.ts'
import type { HostDirectory } from '../../hosts-toml/read/host-directory.ts'
import type { Refusal } from '../../hosts-toml/read/refusal.ts'
import type { RegistryDirectory } from '../../hosts-toml/registry-directory.ts'
import type { Release } from '../../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { readHostsRegistry } from './hosts-registry.ts'

/** Of several roots the first one that has a directory for a registry counts (hostDirFromRoots, IP:479-509@v2.3.4). */
export function readDirectories(snapshot: Snapshot, roots: readonly string[], reader: Release): ReadBack {
  const placed = roots.flatMap(root =>
    (snapshot.directories[root] ?? []).map(directory => ({
      ...directory,
      path: path.posix.join(root, directory.name),
      root,
    })),
  )
  const used = new Map<string, HostDirectory>()
  const losses: Loss[] = snapshot.unreadable.map(({ path: file, why }) => ({
    file,
    message: why,
    hint: 'run regmirror as root',
  }))
  for (const directory of placed.toSorted(byPriority(roots))) {
    const name = registryName(directory.name)
    const why = unusedBecause(directory, used, roots, reader)
    if (why === undefined) used.set(name, directory)
    else if (directory.entries.length > 0)
      losses.push({ ...hiddenPlace(directory), registry: name, message: why })
  }
  const read = [...used].map(([name, directory]) => readDirectory(directory, name, reader))
  const registries = read.flatMap(one => one.registries)
  const hasAny = registries.some(({ name, mirrors }) => name === '*' && mirrors.length > 0)
  const apart = hasAny ? withoutHosts(used).map(apartLoss) : []
  return { registries, losses: [...losses, ...read.flatMap(one => one.losses), ...apart] }
}

function withoutHosts(
  used: ReadonlyMap<string, HostDirectory>,
): readonly (readonly [string, HostDirectory])[] {
  return [...used].filter(([name, { hosts }]) => name !== '*' && hosts === undefined)
}

/** The first directory that exists is used, and never completed by `_default` (config_unix.go:25-36@v2.3.4). */
function apartLoss([registry, { path: file }]: readonly [string, HostDirectory]): Loss {
  const message = `${registry} does not use the mirrors of "*": containerd reads this directory, which has no hosts.toml, in place of _default`
  return { file, registry, message, hint: 'if it should, add the mirrors of "*" to its entry in the list' }
}

type Placed = HostDirectory & { readonly root: string }

/** `host_port_` comes before `host:port`, and `_default` last (config_unix.go:25-36@v2.3.4). */
function byPriority(roots: readonly string[]): (a: Placed, b: Placed) => number {
  const rank = ({ name }: RegistryDirectory) => (name === DEFAULT_DIRECTORY ? 2 : TWIN.test(name) ? 0 : 1)
  return (a, b) => roots.indexOf(a.root) - roots.indexOf(b.root) || rank(a) - rank(b)
}

const TWIN = /^(.+)_(\d+)_$/

function registryName(directory: string): string {
  return directory === DEFAULT_DIRECTORY ? '*' : directory.replace(TWIN, '$1:$2')
}

function unusedBecause(
  directory: Placed,
  used: ReadonlyMap<string, HostDirectory>,
  roots: readonly string[],
  reader: Release,
): string | undefined {
  const { name, root } = directory
  if (name === 'index.docker.io') return 'containerd never reads this directory; it reads docker.io'
  if (name === DEFAULT_DIRECTORY && !knowsDefaultDirectory(reader))
    return 'this containerd does not read _default'
  const twin = used.get(registryName(name))
  if (twin !== undefined) return `containerd reads ${twin.path} instead of this directory`
  const any = used.get('*')
  const isLater = any !== undefined && roots.indexOf(path.posix.dirname(any.path)) < roots.indexOf(root)
  return isLater ? `containerd reads ${any.path} instead of this directory` : undefined
}

/** The mirrors of a file that containerd does not read would be new to the node, so the list does not have them. */
function hiddenPlace({ path: directory, hosts }: HostDirectory): Pick<Loss, 'file' | 'from' | 'hint'> {
  const file = path.posix.join(directory, 'hosts.toml')
  return hosts === undefined
    ? { file: directory, hint: 'if its certificates are still used, set ca or client in the list' }
    : { file, from: file }
}

function readDirectory(directory: HostDirectory, name: string, reader: Release): ReadBack {
  const file = path.posix.join(directory.path, 'hosts.toml')
  const text = directory.hosts?.bytes.toString('utf8')
  const read = text ? readHostsRegistry({ text, file, directory: directory.path, name }, reader) : undefined
  if (read !== undefined && 'registries' in read) return read
  return {
    registries: [withCertificates(directory, name)],
    losses: read === undefined ? [] : [refused(file, read.refusal)],
  }
}

/** Without a hosts.toml that containerd reads, the certificates beside it are for the registry itself. */
function withCertificates(directory: HostDirectory, name: string): FoundRegistry {
  const {
    ca,
    client: [pair],
  } = certificatesIn(directory)
  const at = { file: directory.path }
  const found = { name, mirrors: [], at }
  if (name === '*' || (ca === undefined && pair === undefined)) return found
  const client = pair && { cert: pair.cert, key: pair.key ?? pair.cert }
  return {
    ...found,
    server: { at, url: '', ...(ca !== undefined && { ca }), ...(client !== undefined && { client }) },
  }
}

function refused(file: string, { reason, line, column }: Refusal): Loss {
  const message = `containerd ignores this file: ${reason}`
  return { file, line, column, message, hint: 'correct it, then run regmirror import again' }
}
