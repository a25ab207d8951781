/** Facts of the files of containerd, and the bytes of certificates and keys. */
import path from 'node:path'
import { Failure } from '../../../model/errors.ts'
import { mapConcurrently } from '../../../system/concurrency.ts'
import { isReadableByOthers } from '../../../system/readable-by-others.ts'
import type { Reader } from '../../../system/reader.ts'
import { DEFAULT_CONFIG } from '../command-line.ts'
import type { Snapshot } from '../snapshot.ts'
import { namedFiles } from './named-files.ts'
import type { ObservedFile, ObservedNode } from './observed-node.ts'

export async function readFiles(
  node: Reader,
  snapshot: Snapshot,
  roots: ObservedNode['roots'],
): Promise<ObservedNode['files']> {
  const texts = [DEFAULT_CONFIG, ...snapshot.files.map(file => file.path)]
  const certificates = certificatePaths(roots)
  const others = Object.entries(roots).flatMap(([root, directories]) =>
    directories.map(({ name }) => path.posix.join(root, name, 'hosts.toml')),
  )
  const plain = await mapConcurrently(
    [...texts, ...others],
    async file => [file, await factsOf(node, file)] as const,
  )
  const read = await mapConcurrently(certificates, async file => [file, await readOne(node, file)] as const)
  return new Map([...plain, ...read])
}

/** Files beside hosts.toml, and those that it names. */
function certificatePaths(roots: ObservedNode['roots']): readonly string[] {
  const paths = Object.entries(roots).flatMap(([root, directories]) =>
    directories.flatMap(({ name, entries, hosts }) => {
      const directory = path.posix.join(root, name)
      const beside = entries.filter(entry => entry !== 'hosts.toml').map(entry => `${directory}/${entry}`)
      return [...beside, ...(hosts ? namedFiles(hosts.bytes.toString('utf8'), directory) : [])]
    }),
  )
  return [...new Set(paths)]
}

async function factsOf(node: Reader, file: string): Promise<ObservedFile | undefined> {
  const facts = await node.facts(file)
  return facts && { facts, isExposed: await isReadableByOthers(file, node) }
}

/** Certificates are small; a larger file is none. */
const LIMIT = 1024 * 1024

async function readOne(node: Reader, file: string): Promise<ObservedFile | undefined> {
  const observed = await factsOf(node, file)
  if (observed?.facts.type !== 'file' || observed.facts.size > LIMIT) return observed
  try {
    const found = await node.find(file)
    return found && { ...observed, bytes: found.bytes }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ...observed, unread: error.issues[0]?.message ?? 'cannot be read' }
  }
}
