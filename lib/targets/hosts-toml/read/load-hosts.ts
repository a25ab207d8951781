/** What containerd makes of the directory of a registry (loadHostDir, core/remotes/docker/config/hosts.go:314-336@v2.3.4). Pure. */
import path from 'node:path'
import type { Issue } from '../../../model/errors.ts'
import type { Release } from '../../release.ts'
import { certificatesIn, missingCertificate } from './certificates.ts'
import { BARE } from './effective-endpoint.ts'
import type { HostDirectory } from './host-directory.ts'
import { type HostsFile, type PlacedHost, readHostsFile } from './hosts-file.ts'
import type { Refusal } from './refusal.ts'

export type LoadedHosts =
  /** The hosts in their order; the last one is the server. */
  | { readonly entries: readonly PlacedHost[]; readonly ignored: readonly Issue[] }
  /** Why every pull from the registry fails. */
  | { readonly failure: Issue }
  /** Why regmirror cannot know. */
  | { readonly unknown: Issue }

/** `program` is what reads the file, for messages: containerd, or a runtime with its code. */
export function loadHosts(
  directory: HostDirectory | undefined,
  reader: Release,
  program = 'containerd',
): LoadedHosts {
  if (directory === undefined) return { entries: [BARE], ignored: [] }
  const { hosts, entries } = directory
  const file = path.posix.join(directory.path, 'hosts.toml')
  if (hosts === undefined && entries.includes('hosts.toml')) return { unknown: irregular(file, program) }
  const text = hosts?.bytes.toString('utf8')
  const read = text ? readHostsFile(text, directory.path, reader) : undefined
  if (read === undefined) return checked(directory, [dockerEntry(directory)], [], program)
  if ('entries' in read) return checked(directory, read.entries, ignoredIn(file, read, program), program)
  if (read.effect === 'crash') return { failure: issueOf(file, read, 'containerd 1.x crashes on this file') }
  const doubt = `regmirror cannot predict how ${program} reads this file`
  if (read.effect === 'unknown') return { unknown: issueOf(file, read, doubt) }
  const ignored = issueOf(file, read, `${program} ignores this file`)
  return checked(directory, [dockerEntry(directory)], [ignored], program)
}

function irregular(file: string, program: string): Issue {
  const message = `not a regular file: every pull fails; with a dangling link, ${program} ignores the file`
  return { file, message, hint: 'replace it with a file, or remove it' }
}

function issueOf(file: string, { reason, hint, line, column }: Refusal, what: string): Issue {
  return { file, line, column, message: `${what}: ${reason}`, hint }
}

/** What counts where there is no hosts.toml, or one that containerd cannot decode. */
function dockerEntry(directory: HostDirectory): PlacedHost {
  return { ...BARE, ...certificatesIn(directory) }
}

/** A certificate of any entry that cannot be read fails every pull, without fallback (hosts.go:255-287@v2.3.4). */
function checked(
  directory: HostDirectory,
  entries: readonly PlacedHost[],
  ignored: readonly Issue[],
  program: string,
): LoadedHosts {
  const file = missingCertificate(directory, entries)
  if (file === undefined) return { entries, ignored }
  const message = `this certificate or key cannot be read: ${program} fails every pull from the registry`
  return { failure: { file, message, hint: 'put it there, or remove it from hosts.toml' } }
}

function ignoredIn(file: string, { random, unused }: HostsFile, program: string): readonly Issue[] {
  const hint = 'write a [host."…"] header for each host'
  const message = `${program} ignores this host, because no [host."…"] header names it`
  const order = { file, message: 'containerd 1.x tries hosts in inline tables in a random order', hint }
  return [...unused.map(line => ({ file, line, message, hint })), ...(random ? [order] : [])]
}
