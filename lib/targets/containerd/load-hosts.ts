/** What containerd makes of the directory of a registry (loadHostDir, core/remotes/docker/config/hosts.go:314-336@v2.3.4). Pure. */
import path from 'node:path'
import type { Issue } from '../../model/errors.ts'
import { BARE } from './effective-endpoint.ts'
import type { Generation } from './generation.ts'
import type { HostDirectory } from './host-directory.ts'
import type { HostEntry } from './host-entry.ts'
import { type HostsFile, type PlacedHost, readHostsFile } from './hosts-file.ts'
import type { Refusal } from './hosts-text.ts'

/** The hosts in their order; the last one is the server. */
export interface LoadedHosts {
  readonly entries: readonly PlacedHost[]
  readonly ignored: readonly Issue[]
  /** Why every pull from the registry fails. */
  readonly failure?: Issue
}

export function loadHosts(
  directory: HostDirectory | undefined,
  reader: Generation,
): LoadedHosts | { unknown: Issue } {
  if (directory === undefined) return { entries: [BARE], ignored: [] }
  const { hosts, entries } = directory
  const file = path.posix.join(directory.path, 'hosts.toml')
  if (hosts === undefined && entries.includes('hosts.toml')) {
    const message =
      'this is no regular file: containerd fails each pull, or takes a dangling link for no file'
    return { unknown: { file, message, hint: 'replace it with a file, or remove it' } }
  }
  const read = hosts ? readHostsFile(hosts, directory.path, reader) : undefined
  const loaded =
    read === undefined
      ? withoutFile(directory)
      : 'reason' in read
        ? refused(file, read, directory)
        : used(file, read)
  const failure = missingFile(directory, loaded.entries)
  return { ...loaded, ...(failure && { failure }) }
}

function used(file: string, { entries, random, unused }: HostsFile): LoadedHosts {
  const ignored = unused.map(line => ({
    file,
    line,
    message: 'containerd 2 ignores this host, because no [host."…"] header names it',
    hint: 'write a header for it',
  }))
  const order = { file, message: 'containerd 1.x tries hosts in inline tables in a random order' }
  const hint = 'write a [host."…"] header for each'
  return { entries, ignored: random ? [...ignored, { ...order, hint }] : ignored }
}

/** A file that containerd cannot decode counts as absent; it logs "failed to decode hosts.toml". */
function refused(file: string, { reason, hint, ...place }: Refusal, directory: HostDirectory): LoadedHosts {
  const message = `containerd ignores this file: ${reason}`
  const ignored = [{ file, ...place, message, ...(hint !== undefined && { hint }) }]
  return { ...withoutFile(directory), ignored }
}

/** As Docker has it: each `.crt` is a CA, each `.cert` a client certificate (loadCertFiles, hosts.go:613-660@v2.3.4). */
function withoutFile({ path: at, entries }: HostDirectory): LoadedHosts {
  const ca = entries.filter(name => name.endsWith('.crt')).map(name => path.posix.join(at, name))
  const client = entries
    .filter(name => name.endsWith('.cert'))
    .map(name => {
      const key = name.replace(/\.cert$/, '.key')
      const cert = path.posix.join(at, name)
      return entries.includes(key) ? { cert, key: path.posix.join(at, key) } : { cert }
    })
  return { entries: [{ ...BARE, ...(ca.length > 0 && { ca }), client }], ignored: [] }
}

/** A certificate of any entry that cannot be read fails every pull, without fallback (hosts.go:255-287@v2.3.4). */
function missingFile(directory: HostDirectory, entries: readonly HostEntry[]): Issue | undefined {
  const files = entries.flatMap(({ ca = [], client }) => [
    ...ca,
    ...client.flatMap(({ cert, key }) => [cert, key ?? cert]),
  ])
  const isMissing = (file: string) =>
    file === directory.path ||
    (path.posix.dirname(file) === directory.path && !directory.entries.includes(path.posix.basename(file)))
  const missing = files.find(isMissing)
  if (missing === undefined) return undefined
  const message = 'this certificate or key does not exist: containerd fails every pull from the registry'
  return { file: missing, message, hint: 'put it there, or remove it from hosts.toml' }
}
