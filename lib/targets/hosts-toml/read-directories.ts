/** Reads directories like certs.d: one folder for each registry. */
import path from 'node:path'
import { Failure } from '../../model/errors.ts'
import type { Registry } from '../../model/registry.ts'
import { mapConcurrently } from '../../system/concurrency.ts'
import type { Entry, FoundFile } from '../../system/file-facts.ts'
import type { Reader } from '../../system/reader.ts'
import { directoryName } from './directory-name.ts'
import type { FoundDirectories, RegistryDirectory, UnreadableDirectory } from './registry-directory.ts'

/** The directories of each of these roots. */
export async function readRoots(
  node: Reader,
  roots: ReadonlySet<string>,
  registries: readonly Registry[],
): Promise<FoundDirectories> {
  const listed = new Set(registries.map(registry => directoryName(registry.name)))
  const directories: Record<string, readonly RegistryDirectory[]> = {}
  const unreadable: UnreadableDirectory[] = []
  for (const root of roots) {
    const found = await readDirectories(node, root, listed)
    directories[root] = found.directories
    unreadable.push(...found.unreadable)
  }
  return { directories, unreadable }
}

interface Found {
  readonly directories: readonly RegistryDirectory[]
  readonly unreadable: readonly UnreadableDirectory[]
}

/** Only directories of listed registries must be readable. */
async function readDirectories(node: Reader, root: string, listed: ReadonlySet<string>): Promise<Found> {
  const found = (await node.entries(root)) ?? []
  const entries = found.filter(entry => entry.type !== 'file' && !entry.name.startsWith('.'))
  const read = await mapConcurrently(entries, async ({ name }) => {
    try {
      return await readDirectory(node, root, name)
    } catch (error) {
      if (!(error instanceof Failure) || listed.has(name)) throw error
      return { path: path.join(root, name), why: error.issues[0]?.message ?? 'cannot be read' }
    }
  })
  return {
    directories: read.filter(entry => 'entries' in entry),
    unreadable: read.filter(entry => 'why' in entry),
  }
}

async function readDirectory(node: Reader, root: string, name: string): Promise<RegistryDirectory> {
  const directory = `${root}/${name}`
  const entries = (await node.entries(directory)) ?? []
  const hosts = await readHosts(node, directory, entries)
  return { name, entries: entries.map(entry => entry.name), hosts }
}

async function readHosts(
  node: Reader,
  directory: string,
  entries: readonly Entry[],
): Promise<FoundFile | undefined> {
  const type = entries.find(({ name }) => name === 'hosts.toml')?.type
  if (type !== 'file' && type !== 'link') return undefined
  const file = `${directory}/hosts.toml`
  // Where a link leads nowhere, or to a directory, the plan reports it if the registry is listed.
  if (type === 'link' && (await node.facts(file))?.type !== 'file') return undefined
  return await node.find(file)
}
